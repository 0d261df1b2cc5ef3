#include "journal.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <sys/mman.h>

namespace spec {

Journal::Journal() {
    void* got =
        mmap(nullptr, sizeof(Pages), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) throw std::bad_alloc{};
    pages_ = new (got) Pages{};
}

Journal::~Journal() {
    munmap(pages_, sizeof(Pages));
}

void Journal::open(std::span<const Act> acts) {
    if (acts.size() > capacity) throw std::length_error{"a program is longer than its journal"};
    std::ranges::copy(acts, pages_->acts.begin());
    pages_->begun = 0;
    pages_->is_open = true;
}

Acts Journal::begun() const {
    const std::span acts{pages_->acts};
    const auto begun = acts.first(pages_->begun);
    return {begun.begin(), begun.end()};
}

} // namespace spec
