#include "rt/start.hpp"

#include "base/types.hpp"
#include "rt/panic.hpp"

#include <array>
#include <cstring>
#include <sel4/sel4.h>

extern "C" {

// Variables of the thread's own, which the linker script has the beginning of.
extern const unsigned char tls_image_begin[]; // NOLINT(*-avoid-c-arrays): the linker's
extern const unsigned char tls_image_end[];   // NOLINT(*-avoid-c-arrays)
extern const unsigned char tls_bytes[];       // NOLINT(*-avoid-c-arrays): its address is a number

LIBSEL4_THREAD_LOCAL seL4_IPCBuffer* __sel4_ipc_buffer; // NOLINT(readability-identifier-naming)

[[noreturn]] void start_program(seL4_BootInfo* boot_info) noexcept;

/// What a program begins with, in C or C++.
int main();
}

namespace {

constinit seL4_BootInfo* first_page = nullptr;
constinit rt::ThreadStorage first_thread;

} // namespace

namespace rt {

seL4_Word ThreadStorage::prepare() noexcept {
    const auto image = static_cast<std::size_t>(tls_image_end - tls_image_begin);
    if (reinterpret_cast<k::uptr>(tls_bytes) > sizeof variables_)
        panic("the variables of a thread take more room than a ThreadStorage has");
    std::memcpy(variables_.data(), tls_image_begin, image);
    return reinterpret_cast<k::uptr>(this);
}

} // namespace rt

seL4_BootInfo* seL4_GetBootInfo() {
    return first_page;
}

void start_program(seL4_BootInfo* boot_info) noexcept {
    asm volatile("msr tpidr_el0, %0" : : "r"(first_thread.prepare()));
    seL4_SetIPCBuffer(boot_info->ipcBuffer);
    first_page = boot_info;
    if (main() != 0) rt::panic("the program says that it failed");
    seL4_DebugHalt();
    rt::panic("still running after DebugHalt");
}
