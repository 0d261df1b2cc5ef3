/// \file
/// Zombies: capabilities to what is dying.
#pragma once

#include "object/slot.hpp"
#include "object/tcb.hpp"

#include <bit>
#include <span>

namespace k {

/// An object with slots whose last capability is being deleted.
///
/// The slots are emptied one after the other, from the last to the first, and that may take long.
/// Until it is done the capability, in its place in the tree, is a zombie: it keeps the object's
/// memory from being made into something else, it says how far the work is, and it can do nothing.
struct Zombie;

template <>
inline constexpr CapType cap_type_of<Zombie> = CapType::Zombie;

template <>
class Cap<Zombie> : public CapBase<Zombie> {
  public:
    /// \param slots        the object's
    /// \param object_bits  log2 of the object's bytes
    /// \param depth        how many graves there were when the object began to die
    [[nodiscard]] static Capability make(std::span<Slot> slots, unsigned object_bits,
                                         u64 depth) noexcept {
        const Slot& next = slots.back();
        const auto attributes = Attributes{}
                                    .with(Attributes::object_bits, object_bits)
                                    .with(Attributes::of_thread, slots.size() == thread_slots);
        return CapBase::make(arch::window.phys(&next), attributes.raw(), depth);
    }

    /// The slot to be emptied next. All behind it are empty.
    [[nodiscard]] Slot& next() const noexcept { return *arch::window.at<Slot>(address()); }

    /// The object's first slot, the last to be emptied.
    [[nodiscard]] Slot& first() const noexcept {
        return *arch::window.at<Slot>(address().align_down(object_bits()));
    }

    /// All the object's slots: of a thread, or of a CNode, which is nothing else.
    [[nodiscard]] std::span<const Slot> slots() const noexcept {
        const bool of_thread = attributes<Attributes>()[Attributes::of_thread];
        return {&first(), of_thread ? thread_slots : bit(object_bits()) / sizeof(Slot)};
    }

    /// Whether `slot` is one of the object's.
    [[nodiscard]] bool covers(const Slot& slot) const noexcept {
        return arch::window.phys(&slot).align_down(object_bits()) ==
               address().align_down(object_bits());
    }

    /// The same, when `next` is empty. \pre `next` is not the first
    [[nodiscard]] Capability with_one_slot_less() const noexcept {
        return {raw().head().with(CapHead::address, (address() - sizeof(Slot)).raw()),
                raw().payload()};
    }

    /// While it is not buried: how many graves there were when the object began to die.
    [[nodiscard]] u64 depth() const noexcept { return raw().payload(); }

    /// The same, as if it had begun when there were `depth` graves. \pre it is not buried
    [[nodiscard]] Capability begun_at(u64 depth) const noexcept { return {raw().head(), depth}; }

    /// When it is buried: the grave that was the newest before.
    [[nodiscard]] Slot* older() const noexcept { return std::bit_cast<Slot*>(raw().payload()); }

    /// The same, buried after `older`.
    [[nodiscard]] Capability buried(Slot* older) const noexcept {
        return {raw().head(), std::bit_cast<u64>(older)};
    }

  private:
    friend class Capability;
    using CapBase::CapBase;

    struct Attributes : Bits<Attributes> {
        using Bits::Bits;
        static constexpr Field<5, 0, unsigned> object_bits{};
        static constexpr Bit<6> of_thread{};
    };

    [[nodiscard]] unsigned object_bits() const noexcept {
        return attributes<Attributes>()[Attributes::object_bits];
    }
};

} // namespace k
