#include "dev/gic.hpp"

#include "arch/gic_interface.hpp"
#include "arch/tlb.hpp"

namespace k::dev {

namespace {

constexpr u32 interrupts_per_word = 32;
constexpr u32 first_special = 1020; // "Special INTIDs": no interrupt that could be handled
constexpr PriorityMask no_mask{PriorityMask::priority.max};
constexpr InterruptBits all{InterruptBits::all.max};

InterruptBits only(u32 id) noexcept {
    return InterruptBits{bit(id % interrupts_per_word)};
}

/// Masks the 32 interrupts of `word`, none of them pending or active, all of one priority, in the
/// group that comes as IRQ.
void prepare(InterruptBlock block, u32 word, GicVersion version) noexcept {
    block.disable(word).write(all);
    block.unpend(word).write(all);
    block.deactivate(word).write(all);
    if (version == GicVersion::V3) block.group(word).write(all);
    for (u32 four = word * 8; four < (word + 1) * 8; ++four)
        block.priorities(four).write(Priorities{Priorities::usual});
}

/// GICv3: a redistributor sleeps until told that its core does not.
void wake(Redistributor own) noexcept {
    own.waker().write(own.waker().read().with(RedistributorWaker::processor_sleep, false));
    while (own.waker().read()[RedistributorWaker::children_asleep]) {
    }
}

} // namespace

InterruptBlock Gic::block(u32 id) const noexcept {
    const bool own = id < interrupts_per_word;
    if (own && version_ == GicVersion::V3) return Redistributor{core_}.interrupts();
    return InterruptBlock{distributor_};
}

void Gic::start() const noexcept {
    start_distributor();
    start_core();
}

/// "Initialization" in GICv3's specification: affinity routing may only change while no group is
/// enabled, and GICD_CTLR takes its time.
void Gic::start_distributor() const noexcept {
    const Register<DistributorControl> control = Distributor{distributor_}.control();
    const auto set = [&](DistributorControl value) {
        control.write(value);
        while (version_ == GicVersion::V3 && control.read()[DistributorControl::write_pending]) {
        }
    };
    const bool v3 = version_ == GicVersion::V3;
    set({});
    const auto routing = DistributorControl{}.with(DistributorControl::affinity_routing, v3);
    set(routing);
    const u32 words = 1 + Distributor{distributor_}.type().read()[DistributorType::more_words];
    for (u32 word = v3 ? 1 : 0; word < words; ++word)
        prepare(InterruptBlock{distributor_}, word, version_);
    set(routing.with(DistributorControl::enable_v2, !v3).with(DistributorControl::enable_v3, v3));
}

void Gic::start_core() const noexcept {
    if (version_ == GicVersion::V2) {
        const CpuInterface own{core_};
        own.mask().write(no_mask);
        own.control().write(InterfaceControl{}.with(InterfaceControl::enable, true));
        return;
    }
    wake(Redistributor{core_});
    prepare(block(0), 0, version_);
    arch::IccSreEl1::write(arch::IccSre{}.with(arch::IccSre::system_registers, true));
    arch::synchronise_context(); // the others exist from here on
    arch::IccPmrEl1::write(arch::Plain{no_mask.raw()});
    arch::IccCtlrEl1::write({});
    arch::IccIgrpen1El1::write(arch::IccGroup{}.with(arch::IccGroup::enable, true));
    arch::synchronise_context();
}

void Gic::unmask(u32 id) const noexcept {
    block(id).enable(id / interrupts_per_word).write(only(id));
}

void Gic::mask(u32 id) const noexcept {
    block(id).disable(id / interrupts_per_word).write(only(id));
}

void Gic::pend(u32 id) const noexcept {
    block(id).pend(id / interrupts_per_word).write(only(id));
}

std::optional<Interrupt> Gic::acknowledge() const noexcept {
    const Interrupt interrupt = version_ == GicVersion::V2
                                    ? CpuInterface{core_}.acknowledge().read()
                                    : Interrupt{arch::IccIar1El1::read().raw()};
    if (interrupt[Interrupt::id] >= first_special) return {};
    return interrupt;
}

void Gic::end(Interrupt interrupt) const noexcept {
    if (version_ == GicVersion::V2) {
        CpuInterface{core_}.end().write(interrupt);
        return;
    }
    arch::IccEoir1El1::write(arch::Plain{interrupt.raw()});
    arch::synchronise_context();
}

std::optional<uptr> find_redistributor(uptr base, u64 bytes) noexcept {
    const arch::Mpidr core = arch::MpidrEl1::read();
    const auto wanted = Affinity{}
                            .with(Affinity::level3, core[arch::Mpidr::affinity3])
                            .with(Affinity::levels, core[arch::Mpidr::affinity]);
    for (uptr at = base; at < base + bytes;) {
        const Redistributor candidate{at};
        if (candidate.affinity().read() == wanted) return at;
        const RedistributorType type = candidate.type().read();
        if (type[RedistributorType::last]) break;
        at += (type[RedistributorType::virtual_lpis] ? 4 : 2) * Redistributor::frame_bytes;
    }
    return {};
}

} // namespace k::dev
