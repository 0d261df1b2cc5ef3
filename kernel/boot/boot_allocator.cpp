#include "boot/boot_allocator.hpp"

#include "arch/window.hpp"
#include "base/memory.hpp"

namespace k {

std::optional<PhysAddr> BootAllocator::take_page() noexcept {
    if (left_.empty()) return {};
    const PhysRange page{left_.end - page_bytes, left_.end};
    if (!map_.claim(page, Use::Boot)) return {};
    left_.end = page.begin;
    memory::fill(arch::window.at<void>(page.begin), 0, page_bytes);
    return page.begin;
}

} // namespace k
