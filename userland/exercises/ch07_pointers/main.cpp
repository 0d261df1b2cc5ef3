// For exercise 07/pointer: a call that takes a pointer, and pointers that it should not follow.
#include "lib/print.hpp"

#include <algorithm>
#include <array>
#include <sel4/sel4.h>
#include <string_view>

using k::u64;
using user::print;

namespace {

constexpr u64 kernel_code = 0xffff'ffff'8000'0000;
constexpr u64 kernel_window = 0xffff'0000'0000'0000; // where the kernel sees physical memory

/// Asks the kernel to print `length` bytes from `address` on. \return its answer
u64 put_text(u64 address, u64 length) {
    register u64 x0 asm("x0") = address;
    register u64 x1 asm("x1") = length;
    register u64 x7 asm("x7") = 100;
    asm volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x7) : "memory");
    return x0;
}

void attempt(std::string_view what, u64 address, u64 length) {
    print("{}: ", what);
    print("{}\n", put_text(address, length) == 1 ? "done" : "refused");
}

/// Text that crosses the boundary of two pages.
struct alignas(4096) TwoPages {
    std::array<char, 4090> before;
    std::array<char, 4102> text;
};

constinit TwoPages pages{};

constexpr std::string_view hello = "hello from a pointer, ";

} // namespace

int main() {
    const auto own = reinterpret_cast<u64>(hello.data());
    const auto across = reinterpret_cast<u64>(pages.text.data());
    const auto info = reinterpret_cast<u64>(seL4_GetBootInfo());
    std::ranges::copy(hello, pages.text.begin());

    attempt("my own text", own, hello.size());
    attempt("text across two pages", across, hello.size());
    attempt("no text at all", 0, 0);
    attempt("an address of the kernel's code", kernel_code, 16);
    attempt("physical memory", kernel_window + 0x4000'0000, 16);
    attempt("my own text, with a kernel address in front", kernel_window | own, hello.size());
    attempt("nothing is there", 0, 16);
    attempt("BootInfo and all that is behind it", info, u64{1} << 40);
    attempt("a length that wraps around", own, ~u64{0});
    print("[ch07] OK\n");
    return 0;
}
