/// \file
/// The registers of Arm's interrupt controllers, GICv2 and GICv3, as far as the kernel uses them.
/// "Arm Generic Interrupt Controller Architecture Specification", "Programmers' Model".
#pragma once

#include "dev/register.hpp"

namespace k::dev {

/// GICD_CTLR. What bit 0 and bit 1 enable depends on who asks; bit 0 of a GICv2 and bit 1 of a
/// GICv3 are the interrupts that this kernel gets, be it in the secure world or not.
struct DistributorControl : Bits<DistributorControl> {
    using Bits::Bits;
    static constexpr Bit<31> write_pending{}; ///< GICv3 only, as is the next
    static constexpr Bit<4> affinity_routing{};
    static constexpr Bit<1> enable_v3{};
    static constexpr Bit<0> enable_v2{};
};

/// GICD_TYPER.
struct DistributorType : Bits<DistributorType> {
    using Bits::Bits;
    static constexpr Field<4, 0, u32> more_words{}; ///< 32 interrupts each, after the first 32
};

/// One bit for each of 32 interrupts. In set and clear registers a 0 changes nothing.
struct InterruptBits : Bits<InterruptBits> {
    using Bits::Bits;
    static constexpr Field<31, 0> all{};
};

/// The priorities of four interrupts: the lower the number, the more urgent.
struct Priorities : Bits<Priorities> {
    using Bits::Bits;
    static constexpr u64 usual = 0xa0a0'a0a0;
};

/// The registers of a block that speak of interrupts, in words of 32. GICv3 has two such blocks:
/// the distributor's for all that cores share, and in a redistributor that of its core's own.
class InterruptBlock {
  public:
    constexpr explicit InterruptBlock(uptr base) noexcept : base_{base} {}

    using Set = Register<InterruptBits>;
    [[nodiscard]] Set group(u32 word) const noexcept { return at(0x080, word); }
    [[nodiscard]] Set enable(u32 word) const noexcept { return at(0x100, word); }
    [[nodiscard]] Set disable(u32 word) const noexcept { return at(0x180, word); }
    [[nodiscard]] Set pend(u32 word) const noexcept { return at(0x200, word); }
    [[nodiscard]] Set unpend(u32 word) const noexcept { return at(0x280, word); }
    [[nodiscard]] Set deactivate(u32 word) const noexcept { return at(0x380, word); }

    /// \param four  counts registers of four interrupts, eight to a word
    [[nodiscard]] Register<Priorities> priorities(u32 four) const noexcept {
        return Register<Priorities>{base_ + 0x400 + uptr{four} * 4};
    }

  private:
    [[nodiscard]] Set at(uptr offset, u32 word) const noexcept {
        return Set{base_ + offset + uptr{word} * 4};
    }

    uptr base_;
};

/// What all cores share. An InterruptBlock is at the same address.
struct Distributor {
    uptr base;

    [[nodiscard]] Register<DistributorControl> control() const noexcept {
        return Register<DistributorControl>{base};
    }

    [[nodiscard]] Register<DistributorType> type() const noexcept {
        return Register<DistributorType>{base + 0x004};
    }
};

/// GICC_CTLR.
struct InterfaceControl : Bits<InterfaceControl> {
    using Bits::Bits;
    static constexpr Bit<0> enable{};
};

/// What the controller says when it hands an interrupt over, and wants to hear again at its end:
/// GICC_IAR and GICC_EOIR, ICC_IAR1_EL1 and ICC_EOIR1_EL1.
struct Interrupt : Bits<Interrupt> {
    using Bits::Bits;
    static constexpr Field<12, 10> sender{}; ///< GICv2: the core that a software-made one is from
    static constexpr Field<9, 0, u32> id{};  ///< INTID
};

/// The lowest priority that does not get through, and all that are less urgent.
struct PriorityMask : Bits<PriorityMask> {
    using Bits::Bits;
    static constexpr Field<7, 0> priority{};
};

/// GICv2: how interrupts reach the core that looks here.
struct CpuInterface {
    uptr base;

    [[nodiscard]] Register<InterfaceControl> control() const noexcept {
        return Register<InterfaceControl>{base};
    }

    [[nodiscard]] Register<PriorityMask> mask() const noexcept {
        return Register<PriorityMask>{base + 0x04};
    }

    [[nodiscard]] Register<Interrupt> acknowledge() const noexcept {
        return Register<Interrupt>{base + 0x0c};
    }

    [[nodiscard]] Register<Interrupt> end() const noexcept {
        return Register<Interrupt>{base + 0x10};
    }
};

/// GICR_WAKER.
struct RedistributorWaker : Bits<RedistributorWaker> {
    using Bits::Bits;
    static constexpr Bit<2> children_asleep{};
    static constexpr Bit<1> processor_sleep{};
};

/// GICR_TYPER, its lower half.
struct RedistributorType : Bits<RedistributorType> {
    using Bits::Bits;
    static constexpr Bit<4> last{}; ///< of its region
    static constexpr Bit<1> virtual_lpis{};
};

/// The upper half of GICR_TYPER: MPIDR_EL1 of the core, closed up.
struct Affinity : Bits<Affinity> {
    using Bits::Bits;
    static constexpr Field<31, 24> level3{};
    static constexpr Field<23, 0> levels{};
};

/// GICv3: one for each core.
struct Redistributor {
    static constexpr uptr frame_bytes = 0x1'0000;
    uptr base;

    [[nodiscard]] Register<RedistributorType> type() const noexcept {
        return Register<RedistributorType>{base + 0x08};
    }

    [[nodiscard]] Register<Affinity> affinity() const noexcept {
        return Register<Affinity>{base + 0x0c};
    }

    [[nodiscard]] Register<RedistributorWaker> waker() const noexcept {
        return Register<RedistributorWaker>{base + 0x14};
    }

    [[nodiscard]] InterruptBlock interrupts() const noexcept {
        return InterruptBlock{base + frame_bytes};
    }
};

} // namespace k::dev
