#include "boot/boot_allocator.hpp"

#include "arch/window.hpp"
#include "base/memory.hpp"

namespace k {

std::optional<PhysRange> BootAllocator::take_pages(u64 count) noexcept {
    if (count == 0 || count > left_.bytes() / page_bytes) return {};
    const PhysRange pages{left_.end - count * page_bytes, left_.end};
    if (!map_.claim(pages, Use::Boot)) return {};
    left_.end = pages.begin;
    memory::fill(arch::window.at<void>(pages.begin), 0, pages.bytes());
    return pages;
}

std::optional<PhysAddr> BootAllocator::take_page() noexcept {
    const auto pages = take_pages(1);
    return pages ? std::optional{pages->begin} : std::nullopt;
}

} // namespace k
