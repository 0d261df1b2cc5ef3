#include "boot/user_mode.hpp"

#include "abi/config.hpp"
#include "arch/user_mode.hpp"
#include "base/print.hpp"
#include "boot/command_line.hpp"
#include "boot/platform.hpp"
#include "boot/root_task.hpp"
#include "dev/timer.hpp"

namespace k {

namespace {

constexpr u64 ticks_in_a_second = 500;

[[noreturn]] void refuse_to_boot(const Refusal& refusal) noexcept {
    Console console;
    print("REFUSED: ");
    refusal.describe(TextOut{console});
    print("\n");
    platform::power_off();
}

} // namespace

void enter_user_mode(BootState& boot) noexcept {
    const auto task = make_root_task(boot, kernel_state.objects.asids);
    if (!task) refuse_to_boot(task.error());
    arch::permit_user_counters(abi::debug_calls, dev::CycleClock::available());
    arch::start_user_space({task->space.root(), arch::Asid::RootTask});
    kernel_state.objects.fpu.admit(*task->thread);
    kernel_state.objects.scheduler.start(*task->thread);
    kernel_state.objects.initial_cspace = task->cspace.slots();
    kernel_state.census_every = number_option(boot.machine.bootargs, "invariants=").value_or(0);
    check_invariants(kernel_state);
    print("root task: entry {:#018x}, {} KiB\n", task->thread->context.pc,
          task->layout.image.bytes() / 1024);
    kernel_state.ticks.start(dev::timer::frequency() / ticks_in_a_second);
    arch::resume_user(&task->thread->context);
}

} // namespace k
