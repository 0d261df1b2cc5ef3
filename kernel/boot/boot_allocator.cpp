#include "boot/boot_allocator.hpp"

#include "arch/window.hpp"
#include "base/memory.hpp"

namespace k {

std::optional<PhysRange> BootAllocator::take_pages(u64 count, unsigned bits) noexcept {
    if (count == 0 || count > left_.bytes() / page_bytes) return {};
    const PhysAddr begin = (left_.end - count * page_bytes).align_down(bits);
    const PhysRange pages{begin, begin + count * page_bytes};
    if (begin < left_.begin || !map_.claim(pages, Use::Boot)) return {};
    left_.end = pages.begin;
    memory::fill(arch::window.at<void>(pages.begin), 0, pages.bytes());
    return pages;
}

std::optional<PhysAddr> BootAllocator::take_page() noexcept {
    const auto pages = take_pages(1);
    return pages ? std::optional{pages->begin} : std::nullopt;
}

} // namespace k
