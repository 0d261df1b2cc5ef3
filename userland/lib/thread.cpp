#include "lib/thread.hpp"

#include "abi/user_context.hpp"

namespace user {

Status Thread::prepare(Tcb tcb, const Beginning& beginning) noexcept {
    tcb_ = tcb;
    entry_ = beginning.entry;
    argument_ = beginning.argument;
    const auto buffer = reinterpret_cast<u64>(&buffer_);
    K_TRY(tcb.configure(beginning.around, {buffer, image_frame(&buffer_)}));
    K_TRY(tcb.set_priorities(own_tcb, beginning.maximum_priority, beginning.priority));
    return set_registers();
}

Status Thread::set_registers() noexcept {
    seL4_UserContext registers{};
    registers.pc = reinterpret_cast<u64>(&run);
    registers.sp = reinterpret_cast<u64>(stack_.data() + stack_.size());
    registers.x0 = reinterpret_cast<u64>(this);
    registers.tpidr_el0 = variables_.prepare();
    return tcb_.write(registers, k::abi::user_context_words);
}

Status Thread::start(Tcb tcb, const Beginning& beginning) noexcept {
    K_TRY(prepare(tcb, beginning));
    return tcb.resume();
}

void Thread::run(Thread* thread) noexcept {
    seL4_SetIPCBuffer(&thread->buffer_);
    thread->entry_(thread->argument_);
    for (;;)
        static_cast<void>(thread->tcb_.suspend());
}

} // namespace user
