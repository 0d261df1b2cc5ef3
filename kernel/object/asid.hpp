/// \file
/// Address space identifiers: the tags by which the TLB tells address spaces apart, and the names
/// by which capabilities remember where something is mapped. seL4 manual, "ASID Pool" and "ASID
/// Control".
///
/// An identifier leads to the root table that it was given to, through a table of pools of roots.
/// So a capability that names an address space which has died since leads to nothing, or to another
/// one, and there is no list of capabilities to be searched when an address space dies.
#pragma once

#include "abi/limits.hpp"
#include "object/address_space.hpp"
#include "object/capability.hpp"

#include <array>

namespace k {

/// An identifier is the number of a pool and that of an entry in it.
struct AsidParts : Bits<AsidParts> {
    using Bits::Bits;
    static constexpr Field<15, 9, usize> pool{};
    static constexpr Field<8, 0, usize> entry{};
};

/// The identifier of an entry in the pool of that number.
[[nodiscard]] constexpr arch::Asid asid_of(usize pool, usize entry) noexcept {
    return arch::Asid{static_cast<u16>(
        AsidParts{}.with(AsidParts::pool, pool).with(AsidParts::entry, entry).raw())};
}

/// The roots of as many address spaces as can be told apart with a pool's number. An entry without
/// an address is free.
struct AsidPool {
    std::array<PhysAddr, bit(abi::asid_pool_size_bits)> roots{};
};

static_assert(sizeof(AsidPool) == bit(abi::asid_pool_bits));

template <>
inline constexpr CapType cap_type_of<AsidPool> = CapType::ASIDPool;

template <>
class Cap<AsidPool> : public CapBase<AsidPool> {
  public:
    /// \param index  the pool's number
    [[nodiscard]] static constexpr Capability make(PhysAddr address, usize index) noexcept {
        return CapBase::make(address, 0, AsidParts{}.with(AsidParts::pool, index).raw());
    }

    [[nodiscard]] constexpr usize index() const noexcept {
        return payload<AsidParts>()[AsidParts::pool];
    }

  private:
    friend class Capability;
    using CapBase::CapBase;
};

/// The right to make pools. There is nothing behind it but the table of pools itself.
struct AsidControl;

template <>
inline constexpr CapType cap_type_of<AsidControl> = CapType::ASIDControl;

template <>
class Cap<AsidControl> : public CapBase<AsidControl> {
  public:
    [[nodiscard]] static constexpr Capability make() noexcept {
        return CapBase::make(PhysAddr{}, 0, 0);
    }

  private:
    friend class Capability;
    using CapBase::CapBase;
};

/// Which identifier is whose.
class AsidTable {
  public:
    /// \param nowhere  a page of zeros: the tables of an address space in which nothing is mapped
    constexpr void begin(PhysAddr nowhere) noexcept { nowhere_ = nowhere; }

    /// The pool of that number; nullptr if there is none.
    [[nodiscard]] const AsidPool* pool(usize index) const noexcept { return pools_[index]; }

    /// The number of the first pool there can still be; nothing if there are all.
    [[nodiscard]] std::optional<usize> free_index() const noexcept;

    /// \pre there is no pool of that number, and `pool` is all zeros
    void add(usize index, AsidPool& pool) noexcept { pools_[index] = &pool; }

    /// Takes the identifiers of all address spaces in the pool away from them, and forgets it.
    void remove(usize index) noexcept;

    /// The first identifier in a pool that is free; nothing if there is none.
    [[nodiscard]] std::optional<arch::Asid> free_asid(usize index) const noexcept;

    /// Gives an identifier that is free to the address space at `root`.
    void assign(arch::Asid asid, PhysAddr root) noexcept;

    /// Takes an identifier away from the address space at `root`, if it still has it: from now on
    /// nobody can reach anything through it.
    void release(arch::Asid asid, PhysAddr root) noexcept;

    /// The address space that has this identifier now, if one has.
    [[nodiscard]] std::optional<AddressSpace> find(arch::Asid asid) const noexcept {
        const AsidParts parts{static_cast<u64>(asid)};
        const AsidPool* const pool = pools_[parts[AsidParts::pool]];
        const PhysAddr root = pool != nullptr ? pool->roots[parts[AsidParts::entry]] : PhysAddr{};
        if (root == PhysAddr{}) return std::nullopt;
        return AddressSpace{root, asid};
    }

    /// The address space of a thread with this root: an empty one if it is no VSpace, or one that
    /// has lost its identifier.
    [[nodiscard]] AddressSpace space_of(const Capability& vspace_root) const noexcept;

  private:
    std::array<AsidPool*, bit(abi::asid_pools_bits)> pools_{};
    PhysAddr nowhere_{};
};

} // namespace k
