/// \file
/// CNodes, tables of slots, and how a CPtr leads to one of them.
#pragma once

#include "abi/limits.hpp"
#include "base/result.hpp"
#include "object/lookup_failure.hpp"
#include "object/slot.hpp"

#include <span>

namespace k {

/// A table of 2^radix slots, and nothing else. Guard and radix are in its capabilities.
struct CNode;

template <>
inline constexpr CapType cap_type_of<CNode> = CapType::CNode;

template <>
class Cap<CNode> : public CapBase<CNode> {
  public:
    /// \param radix  log2 of slots
    /// \pre the guard is no longer than its size, and with the radix not more than 64 bits
    [[nodiscard]] static constexpr Capability make(PhysAddr address, unsigned radix,
                                                   abi::CNodeData guard = {}) noexcept {
        K_ASSERT(guard[abi::CNodeData::guard_size] + radix <= 64);
        const Attributes attributes = Attributes{}.with(Attributes::radix, radix);
        return CapBase::make(address, attributes.raw(), guard.raw());
    }

    /// log2 of slots
    [[nodiscard]] constexpr unsigned radix() const noexcept {
        return attributes<Attributes>()[Attributes::radix];
    }

    /// log2 of bytes
    [[nodiscard]] constexpr unsigned size_bits() const noexcept { return radix() + abi::slot_bits; }

    /// The bits that a CPtr must have in front of the index.
    [[nodiscard]] constexpr u64 guard() const noexcept {
        return payload<abi::CNodeData>()[abi::CNodeData::guard];
    }

    [[nodiscard]] constexpr u64 guard_size() const noexcept {
        return payload<abi::CNodeData>()[abi::CNodeData::guard_size];
    }

    /// The same with another guard, of which the low `guard_size` bits count; nothing if that
    /// leaves too few of a CPtr's bits for the index.
    [[nodiscard]] constexpr std::optional<Capability>
    with_guard(abi::CNodeData guard) const noexcept {
        using abi::CNodeData;
        const u64 size = guard[CNodeData::guard_size];
        if (size + radix() > abi::word_bits) return std::nullopt;
        return make(address(), radix(),
                    guard.with(CNodeData::guard, bits_at(guard[CNodeData::guard], 0, size)));
    }

    [[nodiscard]] std::span<Slot> slots() const noexcept {
        return {arch::window.at<Slot>(address()), bit(radix())};
    }

  private:
    friend class Capability;
    using CapBase::CapBase;

    struct Attributes : Bits<Attributes> {
        using Bits::Bits;
        static constexpr Field<5, 0, unsigned> radix{};
    };
};

/// How far one CNode brings a CPtr: to a slot, and how many of its bits are still unused.
struct Step {
    Slot* slot;
    u64 bits_left;
};

/// Uses up the guard's bits and the index's of the lowest `bits_left` bits of `cptr`.
/// seL4 manual, "Capability Address Lookup".
/// \pre bits_left <= 64
[[nodiscard]] Expected<Step, LookupFailure> step(const Cap<CNode>& cnode, u64 cptr,
                                                 u64 bits_left) noexcept;

/// Goes from CNode to CNode until the bits are used up, or at a slot that leads no further.
/// \pre bits <= 64
[[nodiscard]] Expected<Step, LookupFailure> resolve(const Cap<CNode>& root, u64 cptr,
                                                    u64 bits) noexcept;

} // namespace k
