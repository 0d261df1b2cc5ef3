#include "boot/demo.hpp"

#include "arch/mmio.hpp"
#include "arch/mmu.hpp"
#include "base/panic.hpp"
#include "base/print.hpp"
#include "boot/image.hpp"
#include "boot/kernel_space.hpp"

namespace k::demo {

namespace {

using arch::Descriptor;
using arch::MemoryType;

/// A number of bytes in the largest unit that leaves nothing over.
struct Size {
    u64 count;
    std::string_view unit;
};

constexpr Size size_of(u64 bytes) noexcept {
    constexpr u64 kib = 1024;
    constexpr u64 mib = 1024 * kib;
    constexpr u64 gib = 1024 * mib;
    if (bytes % gib == 0) return {bytes / gib, "GiB"};
    if (bytes % mib == 0) return {bytes / mib, "MiB"};
    return {bytes / kib, "KiB"};
}

constexpr std::string_view name(arch::PageSize size) noexcept {
    switch (size) {
    case arch::PageSize::Huge: return "1G";
    case arch::PageSize::Large: return "2M";
    case arch::PageSize::Small: return "4K";
    }
    return "";
}

/// What a range is there for, to go by where it begins.
std::string_view purpose(const MappedRange& range) noexcept {
    const auto begins_at = [&](const char* place) {
        return range.va == VirtAddr{reinterpret_cast<uptr>(place)};
    };
    if (range.va < upper_half) return "start.S";
    if (begins_at(image_begin)) return "code";
    if (begins_at(rodata_begin)) return "constants";
    if (begins_at(data_begin)) return "data";
    if (begins_at(stack_bottom)) return "stack";
    return range.first[Descriptor::memory] == MemoryType::Device ? "devices" : "window";
}

/// What may be done at one exception level: `rwx`, a dash for each that may not.
struct Rights {
    char read, write, execute;
};

Rights rights(Descriptor leaf, bool access, bool execute) noexcept {
    const bool write = access && !leaf[Descriptor::read_only];
    return {access ? 'r' : '-', write ? 'w' : '-', execute ? 'x' : '-'};
}

void print_row(const MappedRange& range) noexcept {
    const Descriptor leaf = range.first;
    const Rights el1 = rights(leaf, true, !leaf[Descriptor::kernel_execute_never]);
    const Rights el0 = rights(leaf, leaf[Descriptor::user], !leaf[Descriptor::user_execute_never]);
    const bool device = leaf[Descriptor::memory] == MemoryType::Device;
    const auto [count, unit] = size_of(range.bytes);
    print("{:#018x}  {:#018x}  {}{}{}  {}{}{}  ", range.va, range.pa(), el1.read, el1.write,
          el1.execute, el0.read, el0.write, el0.execute);
    print("{:<6}  {:<5}  {:<6}  {:<4}  {:<9}  {:>6} {}\n", device ? "nGnRE" : "normal",
          device ? "outer" : "inner", leaf[Descriptor::not_global] ? "ASID" : "global",
          name(range.largest), purpose(range), count, unit);
}

void print_half(std::string_view title, const AddressSpace& space, VirtAddr base) noexcept {
    print("{}\n{:<18}  {:<18}  EL1  EL0  memory  share  scope   leaf  {:<9}    size\n", title,
          "virtual", "physical", "what");
    for (MappedRanges all{space, base}; const auto range = all.next();)
        print_row(*range);
}

constexpr std::string_view on_or_off(bool on) noexcept {
    return on ? "on" : "off";
}

/// Machine code, but not where code is: `ret`.
constinit u32 data_that_returns = 0xd65f'03c0;

[[gnu::noinline]] void write_text() noexcept {
    arch::mmio_write32(reinterpret_cast<uptr>(write_text), 0);
}

[[gnu::noinline]] void execute_data() noexcept {
    reinterpret_cast<void (*)() noexcept> (&data_that_returns)();
}

/// Never comes back: the stack is not that deep.
[[gnu::noinline]] u64 overflow(u64 depth) noexcept {
    const volatile u64 left = depth; // or the compiler works out the result
    return left == 0 ? 0 : overflow(left - 1) + 1;
}

[[gnu::noinline]] void overflow_stack() noexcept {
    overflow(1'000'000);
}

/// What the tables must not allow. The command line asks for one of them, such as `try=write-text`.
struct Attempt {
    std::string_view name;
    void (*make)() noexcept;
};

constexpr std::array attempts{
    Attempt{"try=write-text", write_text},
    Attempt{"try=execute-data", execute_data},
    Attempt{"try=overflow-stack", overflow_stack},
};

/// Does what the command line asks for, if it asks.
[[gnu::noinline]] void attempt(std::string_view bootargs) noexcept {
    for (const auto& [name, make] : attempts) {
        if (bootargs.find(name) == std::string_view::npos) continue;
        print("{}\n", name);
        make();
        panic("nothing stopped it");
    }
}

} // namespace

void before() noexcept {
    print_half("before: lower half", first_space(), lower_half);
    print_half("before: upper half", kernel_space(), upper_half);
}

[[gnu::noinline]] void run(BootState& boot) noexcept {
    attempt(boot.machine.bootargs);
    const AddressSpace space = kernel_space();
    print("after: lower half {}\n", on_or_off(!arch::TcrEl1::read()[arch::Tcr::low_off]));
    print_half("after: upper half", space, upper_half);
    const auto [below_stack, level] = space.walk(VirtAddr{reinterpret_cast<uptr>(stack_guard)});
    print("below the stack: {}\n", below_stack.is_leaf(level) ? "MAPPED" : "not mapped");
    print("code that can be written: {}\n", writable_code(space, upper_half) ? "SOME" : "none");
    const auto control = arch::SctlrEl1::read();
    print("MMU {}, data cache {}, instruction cache {}\n", on_or_off(control[arch::Sctlr::mmu]),
          on_or_off(control[arch::Sctlr::data_cache]),
          on_or_off(control[arch::Sctlr::instruction_cache]));
}

} // namespace k::demo
