// The first program: what it finds when it starts, and that it is at EL0.
#include "lib/clock.hpp"
#include "lib/print.hpp"

#include <sel4/sel4.h>

using k::u32;
using k::u64;
using user::counts_per_second;
using user::print;
using user::virtual_count;

namespace {

constexpr u64 page_bytes = 4096;

/// Where the kernel has put what it tells: behind the image, page after page.
void show_pages(const seL4_BootInfo& info) {
    const auto page = reinterpret_cast<u64>(&info);
    print("  BootInfo             {:#018x}, which x0 said\n", page);
    print("  IPC buffer           {:#018x}, {}\n", reinterpret_cast<u64>(info.ipcBuffer),
          reinterpret_cast<u64>(info.ipcBuffer) + page_bytes == page ? "the page before"
                                                                     : "elsewhere");
    print("  extra information    {:#018x}, {} bytes\n", page + page_bytes, u64{info.extraLen});
    print("  this is core {} of {}\n", u64{info.nodeID}, u64{info.numNodes});
}

/// The first of the extra chunks, and the first word in it, whose first byte is the highest.
void show_device_tree(const seL4_BootInfo& info) {
    const u64 extra = reinterpret_cast<u64>(&info) + page_bytes;
    const auto& chunk = *reinterpret_cast<const seL4_BootInfoHeader*>(extra);
    const u32 magic = *reinterpret_cast<const u32*>(extra + sizeof chunk);
    print("chunk {} of it begins with {:#x}: a device tree\n", u64{chunk.id},
          __builtin_bswap32(magic));
}

/// System calls enter the kernel, ticks do too; both times the program goes on as if nothing were.
void show_time() {
    const u64 begin = virtual_count();
    u64 calls = 0;
    for (; virtual_count() - begin < counts_per_second() / 100; ++calls)
        seL4_Yield();
    print("for a hundredth of a second this program yielded, {}\n",
          calls > 1000 ? "thousands of times" : "but hardly ever");
}

} // namespace

int main() {
    print("hello from EL0\n");
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    show_pages(info);
    show_device_tree(info);
    show_time();
    print("[ch07] OK\n");
    return 0;
}
