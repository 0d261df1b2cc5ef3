#include "object/asid.hpp"

#include "arch/tlb.hpp"
#include "arch/user_space.hpp"
#include "base/trace.hpp"
#include "object/vspace.hpp"

#include <algorithm>

namespace k {

using arch::Asid;

namespace {

AsidParts parts(Asid asid) noexcept {
    return AsidParts{static_cast<u64>(asid)};
}

/// Drops all that the TLB has kept of an address space.
void forget(Asid asid) noexcept {
    arch::invalidate_asid(asid);
    arch::await_invalidation();
    arch::synchronise_context();
}

} // namespace

std::optional<usize> AsidTable::free_index() const noexcept {
    const auto* const found = std::ranges::find(pools_, nullptr);
    if (found == pools_.end()) return std::nullopt;
    return static_cast<usize>(found - pools_.begin());
}

std::optional<Asid> AsidTable::free_asid(usize index) const noexcept {
    const auto& roots = pools_[index]->roots;
    const usize first = asid_of(index, 0) == Asid::Kernel ? 1 : 0; // that one is the kernel's
    const auto* const found = std::find(roots.begin() + first, roots.end(), PhysAddr{});
    if (found == roots.end()) return std::nullopt;
    return asid_of(index, static_cast<usize>(found - roots.begin()));
}

void AsidTable::assign(Asid asid, PhysAddr root) noexcept {
    trace::event(trace::Kind::AsidAssign, asid, root.raw());
    arch::publish_descriptors(); // the root's zeros, before a walker can be sent there
    pools_[parts(asid)[AsidParts::pool]]->roots[parts(asid)[AsidParts::entry]] = root;
}

void AsidTable::release(Asid asid, PhysAddr root) noexcept {
    const auto space = find(asid);
    if (!space || space->root() != root) return;
    trace::event(trace::Kind::AsidRelease, asid, root.raw());
    pools_[parts(asid)[AsidParts::pool]]->roots[parts(asid)[AsidParts::entry]] = PhysAddr{};
    // No walk may begin there any more, or the TLB would fill again behind the invalidation.
    if (arch::user_space().asid == asid) arch::enter({nowhere_, Asid::Kernel});
    forget(asid);
}

void AsidTable::remove(usize index) noexcept {
    const auto& roots = pools_[index]->roots;
    for (usize entry = 0; entry < roots.size(); ++entry)
        release(asid_of(index, entry), roots[entry]);
    pools_[index] = nullptr;
}

AddressSpace AsidTable::space_of(const Capability& vspace_root) const noexcept {
    if (const auto vspace = vspace_root.as<VSpace>()) {
        const auto space = find(vspace->asid());
        if (space && space->root() == vspace->address()) return *space;
    }
    return {nowhere_, Asid::Kernel};
}

} // namespace k
