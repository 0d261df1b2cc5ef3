#include "rt/panic.hpp"

#include "base/assert.hpp"
#include "base/types.hpp"

#include <sel4/assert.h>
#include <sel4/sel4.h>

namespace {

void print_number(k::u64 number) noexcept {
    if (number >= 10) print_number(number / 10);
    seL4_DebugPutChar(static_cast<char>('0' + number % 10));
}

} // namespace

namespace rt {

void panic(const char* message) noexcept {
    seL4_DebugPutString("the program failed: ");
    seL4_DebugPutString(message);
    seL4_DebugPutChar('\n');
    seL4_DebugHalt();
    for (;;)
        seL4_Yield();
}

} // namespace rt

// The kernel's own headers and the standard library's report here what must not be.

void k::assertion_failed(const char* condition, Place place) noexcept {
    seL4_DebugPutString(place.file);
    seL4_DebugPutChar(':');
    print_number(static_cast<k::u64>(place.line));
    seL4_DebugPutString(": ");
    rt::panic(condition);
}

extern "C" void __assert_fail(const char* condition, const char* file, int line, const char*) {
    k::assertion_failed(condition, {file, line});
}

extern "C" [[noreturn]] void abort() noexcept;

void abort() noexcept {
    rt::panic("abort");
}

#ifdef _GLIBCXX_ASSERTIONS
void std::__glibcxx_assert_fail(const char* file, int line, const char*,
                                const char* condition) noexcept {
    k::assertion_failed(condition, {file, line});
}
#endif
