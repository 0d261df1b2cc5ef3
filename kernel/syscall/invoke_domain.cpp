/// \file
/// The methods of the domain capability. seL4 manual, "seL4_DomainSet_Set" and those beside it.
#include "abi/invocations.hpp"
#include "object/domain.hpp"
#include "syscall/invocation.hpp"

namespace k {

namespace {

using abi::Error;
namespace args = abi::args;

Result<Progress> invoke_set(const Invocation& invocation) noexcept {
    using Arguments = args::DomainSetSet;
    K_TRY(require(invocation, Arguments::length));
    const u64 domain = Arguments{invocation.message.words()}.domain();
    if (domain >= abi::domains) return fail(Error::InvalidArgument, 0);
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const auto thread = invocation.extra_cap(Arguments::thread).as<Tcb>();
    if (!thread) return fail(Error::InvalidArgument, 1);
    invocation.kernel.scheduler.set_domain(thread->thread(), static_cast<u8>(domain));
    return Progress::Done;
}

Result<Progress> invoke_configure_turn(const Invocation& invocation) noexcept {
    using Arguments = args::DomainSetScheduleConfigure;
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    const u64 domain = arguments.domain();
    const u64 ticks = arguments.duration();
    DomainSchedule& schedule = invocation.kernel.domains;
    constexpr u64 last = abi::domain_schedule - 2; // behind it, there is always the end
    if (arguments.index() > last) return fail(Error::RangeError, 0, last);
    if (domain >= abi::domains) return fail(Error::RangeError, 0, abi::domains - 1);
    if (ticks > DomainSchedule::most_ticks) return fail(Error::InvalidArgument, 2);
    if (ticks == 0 && domain != 0) return fail(Error::InvalidArgument, 1);
    if (ticks == 0 && arguments.index() == schedule.start()) return fail(Error::InvalidArgument, 2);
    schedule.set(arguments.index(), {static_cast<u8>(domain), ticks});
    return Progress::Done;
}

Result<Progress> invoke_set_start(const Invocation& invocation) noexcept {
    using Arguments = args::DomainSetScheduleSetStart;
    K_TRY(require(invocation, Arguments::length));
    const u64 index = Arguments{invocation.message.words()}.index();
    DomainSchedule& schedule = invocation.kernel.domains;
    if (index >= abi::domain_schedule) return fail(Error::RangeError, 0, abi::domain_schedule - 1);
    if (schedule.turn(index).ticks == 0) return fail(Error::InvalidArgument, 0);
    schedule.set_start(index);
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_domain(const Invocation& invocation) noexcept {
    switch (invocation.message.label()) {
    case abi::label::DomainSetSet: return invoke_set(invocation);
    case abi::label::DomainSetScheduleConfigure: return invoke_configure_turn(invocation);
    case abi::label::DomainSetScheduleSetStart: return invoke_set_start(invocation);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
