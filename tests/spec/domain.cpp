/// \file
/// The methods of the domain capability. There is one domain. SEMANTICS 7, "DomainSet".
#include "derivation.hpp"
#include "invocation.hpp"
#include "schedule.hpp"
#include "thread.hpp"

namespace spec {

namespace {

constexpr Word domain_count = 1;

/// "No word TM; domain ≥ number of domains: IA(0); no capability TM; not a TCB: IA(1). A runnable
/// thread goes to the head of its queue."
void set_domain(World& world, const Invocation& call) {
    call.needs(1);
    if (call.words[0] >= domain_count) throw Refusal{InvalidArgument, {0}};
    call.needs(1, 1);
    const auto* target = std::get_if<ThreadCap>(&call.arguments[0].capability);
    if (target == nullptr) throw Refusal{InvalidArgument, {1}};
    world.threads.at(target->thread).domain = call.words[0];
    if (!runnable(world, target->thread) || world.scheduler.running == target->thread) return;
    unready(world, target->thread);
    ready_first(world, target->thread);
}

void configure_schedule(Scheduler& scheduler, const Invocation& call) {
    call.needs(3);
    const Word index = call.words[0];
    const DomainEntry entry{call.words[1], call.words[2]};
    const Word length = scheduler.domains.size();
    if (index >= length - 1) throw Refusal{RangeError, {0, length - 2}};
    if (entry.domain >= domain_count) throw Refusal{RangeError, {0, domain_count - 1}};
    if (entry.duration >= Word{1} << 56) throw Refusal{InvalidArgument, {2}};
    if (entry.duration == 0 && entry.domain != 0) throw Refusal{InvalidArgument, {1}};
    if (entry.duration == 0 && index == scheduler.first_domain_entry) {
        throw Refusal{InvalidArgument, {2}};
    }
    scheduler.domains.at(index) = entry;
}

void set_schedule_start(Scheduler& scheduler, const Invocation& call) {
    call.needs(1);
    const Word length = scheduler.domains.size();
    if (call.words[0] >= length) throw Refusal{RangeError, {0, length - 1}};
    if (scheduler.domains.at(call.words[0]).duration == 0) throw Refusal{InvalidArgument, {0}};
    scheduler.first_domain_entry = call.words[0];
}

} // namespace

Words invoke_domain(World& world, const Invocation& call) {
    using enum Method;
    const Method method = call.method;
    if (method < DomainSet || method > DomainScheduleSetStart) throw Refusal{IllegalOperation};
    if (method == DomainSet) set_domain(world, call);
    if (method == DomainScheduleConfigure) configure_schedule(world.scheduler, call);
    if (method == DomainScheduleSetStart) set_schedule_start(world.scheduler, call);
    return {};
}

} // namespace spec
