/// \file
/// Translation table descriptors of the 4 KiB granule, as values. Both architecture folders use
/// them: the layout is data; only how a descriptor reaches the table walker differs.
/// Arm ARM, "VMSAv8-64 translation table format descriptors".
#pragma once

#include "base/address.hpp"
#include "base/bitfield.hpp"

#include <array>
#include <atomic>

namespace k::arch {

/// The steps of a table walk. The root table is level 0; an entry of level 1, 2 or 3 may be a leaf.
enum class Level : u8 { L0, L1, L2, L3 };

/// How much one leaf maps: seL4's huge, large and small page.
enum class PageSize : u8 { Huge = 1, Large = 2, Small = 3 };

/// The level at which a leaf of this size stands.
constexpr Level level_of(PageSize size) noexcept {
    return static_cast<Level>(size);
}

/// The next level down. \pre level is not L3
constexpr Level below(Level level) noexcept {
    K_ASSERT(level != Level::L3);
    return static_cast<Level>(static_cast<u8>(level) + 1);
}

/// How much one entry of a level covers, as log2 of bytes: 39, 30, 21, 12.
constexpr unsigned span_bits(Level level) noexcept {
    return 39 - 9 * static_cast<unsigned>(level);
}

/// Which entry of a table of that level the address chooses: nine bits above those that are left.
constexpr usize index_at(VirtAddr va, Level level) noexcept {
    return bits_at(va.raw(), span_bits(level), 9);
}

constexpr u64 bytes_of(PageSize size) noexcept {
    return bit(span_bits(level_of(size)));
}

/// An index into MAIR_EL1, which says what each number means.
enum class MemoryType : u8 {
    Normal, ///< write-back cached
    Device, ///< Device-nGnRE: every access is made, once, in order; writes may be acknowledged
            ///< early
    StrictDevice, ///< Device-nGnRnE: and writes are acknowledged by the device itself
};

/// Who may use a mapping. The kernel never executes what a user can see, and the other way round.
enum class Owner : u8 { Kernel, User };

/// What may be done through a mapping. Both writing and executing is for users who ask for it, as
/// is not even reading.
enum class Protection : u8 { None, Execute, Read, ReadWrite, ReadExecute, ReadWriteExecute };

/// The protection that permits what is asked for, and reading.
constexpr Protection protection(bool write, bool execute) noexcept {
    if (write) return execute ? Protection::ReadWriteExecute : Protection::ReadWrite;
    return execute ? Protection::ReadExecute : Protection::Read;
}

constexpr bool permits_reading(Protection p) noexcept {
    return p != Protection::None && p != Protection::Execute;
}

constexpr bool permits_writing(Protection p) noexcept {
    return p == Protection::ReadWrite || p == Protection::ReadWriteExecute;
}

constexpr bool permits_executing(Protection p) noexcept {
    return p == Protection::Execute || p == Protection::ReadExecute ||
           p == Protection::ReadWriteExecute;
}

/// All that a leaf says beside where it leads.
struct Attributes {
    Owner owner = Owner::Kernel;
    Protection protection = Protection::Read;
    MemoryType memory = MemoryType::Normal;

    friend constexpr bool operator==(const Attributes&, const Attributes&) = default;
};

enum class Share : u8 { None = 0, Outer = 2, Inner = 3 };

/// One 64-bit entry of a table: nothing, the next table, or a leaf.
struct Descriptor : Bits<Descriptor> {
    using Bits::Bits;
    static constexpr Bit<54> user_execute_never{};
    static constexpr Bit<53> kernel_execute_never{};
    static constexpr InPlace<47, 12> output{};
    static constexpr Bit<11> not_global{};
    static constexpr Bit<10> accessed{}; // clear would fault: we keep no account of accesses
    static constexpr Field<9, 8, Share> share{};
    static constexpr Bit<7> read_only{};
    static constexpr Bit<6> user{};
    static constexpr Field<4, 2, MemoryType> memory{};
    static constexpr Bit<1> not_block{}; // a table at L0 to L2, a page at L3
    static constexpr Bit<0> valid{};

    static constexpr Descriptor to_table(PhysAddr table) noexcept {
        return Descriptor{}.with(output, table.raw()).with(not_block, true).with(valid, true);
    }

    /// User leaves are not global: the TLB keeps them apart by address space.
    /// \pre W^X for the kernel
    static constexpr Descriptor leaf(PageSize size, PhysAddr pa, Attributes a) noexcept {
        const bool for_user = a.owner == Owner::User;
        const bool execute = permits_executing(a.protection);
        K_ASSERT(for_user || a.protection != Protection::ReadWriteExecute);
        return Descriptor{}
            .with(user_execute_never, !(for_user && execute))
            .with(kernel_execute_never, for_user || !execute)
            .with(output, pa.raw())
            .with(not_global, for_user)
            .with(accessed, true)
            .with(share, a.memory == MemoryType::Normal ? Share::Inner : Share::Outer)
            .with(read_only, !permits_writing(a.protection))
            .with(user, for_user && permits_reading(a.protection))
            .with(memory, a.memory)
            .with(not_block, size == PageSize::Small)
            .with(valid, true);
    }

    [[nodiscard]] constexpr bool is_table(Level at) const noexcept {
        return (*this)[valid] && (*this)[not_block] && at != Level::L3;
    }

    [[nodiscard]] constexpr bool is_leaf(Level at) const noexcept {
        return (*this)[valid] && at != Level::L0 && (*this)[not_block] == (at == Level::L3);
    }

    /// Where it leads: the next table, or the memory that is mapped.
    [[nodiscard]] constexpr PhysAddr target() const noexcept { return PhysAddr{(*this)[output]}; }

    /// Whether EL0 may write through it.
    [[nodiscard]] constexpr bool user_may_write() const noexcept {
        return (*this)[user] && !(*this)[read_only];
    }

    /// Whether the other leaf may take its place while somebody may be using it: they differ in
    /// what may be done at most, not in where they lead or how memory is accessed there.
    /// Arm ARM, "Using break-before-make when updating translation table entries".
    [[nodiscard]] constexpr bool may_become(Descriptor other) const noexcept {
        return without_rights() == other.without_rights();
    }

    /// Whether the other leaf differs in nothing but where it leads, and its size.
    [[nodiscard]] constexpr bool permits_as(Descriptor other) const noexcept {
        return with(output, 0).with(not_block, false) ==
               other.with(output, 0).with(not_block, false);
    }

  private:
    [[nodiscard]] constexpr Descriptor without_rights() const noexcept {
        return with(read_only, false)
            .with(user, false)
            .with(user_execute_never, false)
            .with(kernel_execute_never, false);
    }
};

static_assert(disjoint(Descriptor::user_execute_never, Descriptor::kernel_execute_never,
                       Descriptor::output, Descriptor::not_global, Descriptor::accessed,
                       Descriptor::share, Descriptor::read_only, Descriptor::user,
                       Descriptor::memory, Descriptor::not_block, Descriptor::valid));
static_assert(Descriptor::to_table(PhysAddr{0x4020'1000}).raw() == 0x4020'1003);
static_assert(Descriptor::leaf(PageSize::Large, PhysAddr{0x4020'0000}, Attributes{}).raw() ==
              0x0060'0000'4020'0781);

/// A translation table: a page of descriptors. Entries are atomic because a walker, on this core
/// or another, may read one at any moment and must never see half of it.
struct alignas(4096) Table {
    std::array<std::atomic<u64>, 512> entries{};
};

static_assert(sizeof(Table) == 4096 && std::atomic<u64>::is_always_lock_free);

[[nodiscard]] inline Descriptor load_descriptor(const std::atomic<u64>& slot) noexcept {
    return Descriptor{slot.load(std::memory_order_relaxed)};
}

/// The tag by which the TLB tells users' address spaces apart; 0 is the kernel's.
enum class Asid : u16 { Kernel = 0, RootTask = 1 };

/// The tables of a lower half, and the tag of what is found there.
struct UserSpace {
    PhysAddr root;
    Asid asid;

    friend constexpr bool operator==(const UserSpace&, const UserSpace&) = default;
};

} // namespace k::arch
