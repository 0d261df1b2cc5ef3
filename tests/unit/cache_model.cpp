#include "cache_model.hpp"

#include "arch/user_space.hpp"
#include "arch/window.hpp"
#include "object/address_space.hpp"

namespace k::test {

namespace {

constexpr unsigned line_bits = 6;

template <class Address, class Visit>
void for_each_line(Range<Address> range, Visit visit) {
    for (Address line = range.begin.align_down(line_bits); line < range.end;
         line = line + bit(line_bits))
        visit(line);
}

/// What the window shows there.
PhysRange behind(VirtRange seen_at) {
    const PhysAddr begin = arch::window.phys(reinterpret_cast<const void*>(seen_at.begin.raw()));
    return {begin, begin + seen_at.bytes()};
}

} // namespace

bool CacheModel::none_of(const Lines& lines, PhysRange range) {
    bool none = true;
    for_each_line(range, [&](PhysAddr line) { none = none && !lines.contains(line); });
    return none;
}

void CacheModel::write(PhysRange range) {
    for_each_line(range, [&](PhysAddr line) {
        dirty_.insert(line);
        not_fetched_.insert(line);
        lost_.erase(line);
    });
}

void CacheModel::store(VirtRange seen_at) {
    write(behind(seen_at));
}

void CacheModel::clean(VirtRange seen_at) {
    for_each_line(behind(seen_at), [&](PhysAddr line) { dirty_.erase(line); });
}

/// By the tables that are in force when the operation is made.
void CacheModel::maintain(arch::CacheOperation operation, VirtRange of_user) {
    const AddressSpace space{arch::fake_user_space.root, arch::fake_user_space.asid};
    for_each_line(of_user, [&](VirtAddr line) {
        const auto [leaf, level] = space.walk(line);
        if (!leaf.is_leaf(level))
            return violations_.emplace_back("nothing is mapped there"), void();
        if (operation == arch::CacheOperation::Invalidate && !leaf.user_may_write())
            violations_.emplace_back("what may not be written is invalidated");
        const u64 offset = line - line.align_down(arch::span_bits(level));
        maintain_line(operation, leaf.target() + offset);
    });
}

void CacheModel::maintain_line(arch::CacheOperation operation, PhysAddr line) {
    switch (operation) {
    case arch::CacheOperation::Invalidate:
        if (dirty_.erase(line) != 0) lost_.insert(line);
        break;
    case arch::CacheOperation::Clean:
    case arch::CacheOperation::CleanInvalidate: dirty_.erase(line); break;
    case arch::CacheOperation::Unify: not_fetched_.erase(line); break;
    }
}

} // namespace k::test
