// Feeds arbitrary bytes to everything that reads the device tree. Refusing them is right; a read
// outside of them, an endless loop, a failed assertion or a map that breaks its word is a finding.
//
//     ./tessera fuzz device-tree --minutes 10

#include "base/invariant.hpp"
#include "boot/machine.hpp"
#include "boot/memory_map.hpp"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace k {
namespace {

/// Memory that ends right before a page nobody may read. libfdt comes compiled, so the sanitizer
/// cannot see what it reads; the processor can.
class GuardedMemory {
  public:
    static constexpr usize capacity = max_tree_bytes;

    GuardedMemory() {
        constexpr usize guard = usize{1} << 16;
        void* const memory = mmap(nullptr, capacity + guard, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        end_ = static_cast<u8*>(memory) + capacity;
        if (mprotect(end_, guard, PROT_NONE) != 0) std::abort();
    }

    /// Copies `bytes` as near to the end as the alignment of a tree lets it.
    const void* place(std::span<const u8> bytes) {
        u8* const start = end_ - (bytes.size() + 7) / 8 * 8;
        if (!bytes.empty()) std::memcpy(start, bytes.data(), bytes.size());
        return start;
    }

  private:
    u8* end_ = nullptr;
};

void require(bool holds) {
    if (!holds) std::abort();
}

/// Reads all there is to read in a node and below.
void visit(const Node& node) {
    (void)node.name();
    (void)node.enabled();
    (void)node.text("bootargs");
    (void)node.is_compatible("arm,pl011");
    const usize entries = node.reg_count();
    for (usize i = 0; i <= entries && i < 4; ++i) {
        const auto range = node.reg(i);
        if (range) require(range->begin <= range->end);
    }
    for (auto child = node.first_child(); child; child = child->next_sibling())
        visit(*child);
}

void read_everything(const DeviceTree& tree, usize size) {
    static_assert(invariants_checked, "a map that breaks its word has to be noticed");
    require(tree.used_bytes() <= size);
    visit(tree.root());
    MemoryMap map;
    const bool read = read_memory(tree, map).has_value();
    check_invariants(map);
    const auto machine = read_machine(tree);
    if (!read || !machine) return;
    const PhysRange image{PhysAddr{0x4020'0000}, PhysAddr{0x4030'0000}};
    const PhysRange blob{PhysAddr{0x4800'0000}, PhysAddr{0x4800'0000} + tree.used_bytes()};
    (void)claim_loaded(map, image, blob, machine->initrd);
    check_invariants(map);
}

} // namespace
} // namespace k

extern "C" int LLVMFuzzerTestOneInput(const k::u8* data, k::usize size);

int LLVMFuzzerTestOneInput(const k::u8* data, k::usize size) {
    static k::GuardedMemory memory;
    if (size > k::GuardedMemory::capacity) return 0;
    if (const auto tree = k::open_tree(memory.place({data, size}), size))
        k::read_everything(*tree, size);
    return 0;
}
