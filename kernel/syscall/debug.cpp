#include "syscall/debug.hpp"

#include "base/print.hpp"
#include "syscall/lookup.hpp"

#include <algorithm>
#include <span>

namespace k {

#if K_DEBUG_CALLS

KernelExit debug_put_char(const Tcb& caller) noexcept {
    const auto character = static_cast<char>(caller.context.x[0]);
    Console::write({&character, 1});
    return KernelExit::Resume;
}

KernelExit debug_cap_identify(Tcb& caller) noexcept {
    u64& x0 = caller.context.x[0];
    const auto slot = lookup(caller, x0);
    x0 = static_cast<u64>(slot ? (*slot)->cap.type() : CapType::Null);
    return KernelExit::Resume;
}

namespace {

KernelExit refuse_name(std::string_view why) noexcept {
    print("DebugNameThread: {}\n", why);
    return KernelExit::PowerOff;
}

/// What comes before the first NUL; all of it if there is none.
std::string_view text_in(std::span<const char> room) noexcept {
    return {room.begin(), std::ranges::find(room, '\0')};
}

} // namespace

KernelExit debug_name_thread(Tcb& caller) noexcept {
    const auto slot = lookup(caller, caller.context.x[0]);
    const auto thread = slot ? (*slot)->cap.as<Tcb>() : std::nullopt;
    if (!thread) return refuse_name("not a thread");
    const abi::IpcBuffer* const buffer = caller.readable_buffer();
    if (buffer == nullptr) return refuse_name("no IPC buffer");
    const auto name =
        text_in({reinterpret_cast<const char*>(buffer->message.data()), abi::thread_name_bytes});
    if (name.size() == abi::thread_name_bytes) return refuse_name("too long");
    auto& to = thread->thread().name;
    to.fill('\0');
    std::ranges::copy_n(name.begin(), static_cast<i64>(std::min(name.size(), to.size())),
                        to.begin());
    return KernelExit::Resume;
}

namespace {

void print_thread(std::string_view what, const Tcb& thread) noexcept {
    print("{} at priority {}: {}\n", what, thread.priority,
          thread.name[0] != '\0' ? text_in(thread.name) : "no name");
}

} // namespace

KernelExit debug_dump_scheduler(const Scheduler& scheduler) noexcept {
    print_thread("running", *scheduler.current());
    for (u64 priority = abi::max_priority + 1; priority-- != 0;)
        for (const Tcb* at = scheduler.ready().queue(static_cast<u8>(priority)).front();
             at != nullptr; at = at->next)
            print_thread("ready", *at);
    return KernelExit::Resume;
}

KernelExit debug_snapshot(const KernelState& state) noexcept {
    if (const auto row = state.latency.highest_row())
        print("interrupts waited for up to {} instructions{}\n", Histogram::limit(*row),
              *row + 1 == Histogram::rows ? " and more" : "");
    return KernelExit::Resume;
}

#endif

} // namespace k
