#include "mmu_model.hpp"

#include <sstream>

namespace k::test {

using arch::Asid;
using arch::Descriptor;
using arch::Level;

namespace {

u64 span(Level level) {
    return bit(arch::span_bits(level));
}

/// Without its address and without what may change under a live entry: permissions.
u64 fixed_attributes(Descriptor d) {
    return d.with(Descriptor::output, 0)
        .with(Descriptor::read_only, false)
        .with(Descriptor::user, false)
        .with(Descriptor::user_execute_never, false)
        .with(Descriptor::kernel_execute_never, false)
        .raw();
}

/// Where `va` leads through a leaf of this level.
Translation translate(Descriptor leaf, Level level, VirtAddr va) {
    const u64 offset = va - va.align_down(arch::span_bits(level));
    return {leaf.target().raw() + offset, leaf.with(Descriptor::output, 0).raw()};
}

/// The table that holds an entry.
PhysAddr table_of(const std::atomic<u64>& slot) {
    return arch::window.phys(&slot).align_down(12);
}

} // namespace

bool MmuModel::Cached::covers(Asid other, VirtAddr address) const {
    return (asid == other || global()) && address.align_down(arch::span_bits(level)) == va;
}

void MmuModel::attach(Asid asid, PhysAddr root, VirtAddr base) {
    roots_.push_back({asid, root, base});
    speculate();
}

/// The value in memory, and what else walkers may see instead.
std::set<u64> MmuModel::values(Slot slot, std::initializer_list<const OldValues*> olds) {
    std::set<u64> all{slot->load(std::memory_order_relaxed)};
    for (const OldValues* old : olds)
        if (const auto found = old->find(slot); found != old->end())
            all.insert(found->second.begin(), found->second.end());
    return all;
}

void MmuModel::store(const std::atomic<u64>& slot, u64 before) {
    unpublished_[&slot].insert(before);
    const auto here = visited_.lower_bound({table_of(slot), Asid{}, VirtAddr{}});
    if (here != visited_.end() && std::get<PhysAddr>(*here) == table_of(slot)) speculate();
}

void MmuModel::publish() {
    for (auto& [slot, old] : unpublished_)
        begun_[slot].merge(old);
    unpublished_.clear();
}

/// The invalidation may act now, while walkers still see what is unpublished: what they can find is
/// held again at once.
template <class Hit>
void MmuModel::doom(Hit hit) {
    std::erase_if(live_, [&](const Cached& entry) {
        if (hit(entry)) doomed_.insert(entry);
        return hit(entry);
    });
    speculate();
}

void MmuModel::invalidate_page(Asid asid, VirtAddr va) {
    doom([&](const Cached& entry) { return entry.covers(asid, va); });
}

void MmuModel::invalidate_asid(Asid asid) {
    doom([&](const Cached& entry) { return entry.asid == asid && !entry.global(); });
}

void MmuModel::enter(arch::UserSpace space) {
    entered_ = {space.asid, space.root, VirtAddr{}};
    speculate();
}

std::vector<MmuModel::Root> MmuModel::walkable() const {
    std::vector<Root> all = roots_;
    if (entered_) all.push_back(*entered_);
    return all;
}

void MmuModel::await_invalidation() {
    publish();
    in_use_.merge(doomed_);
    doomed_.clear();
}

void MmuModel::synchronise() {
    begun_.clear();
    in_use_.clear();
}

/// Fills the TLB with all that walks can find now: from the roots, and from tables it remembers.
void MmuModel::speculate() {
    visited_.clear();
    for (const Root& root : walkable())
        speculate(live_, root.asid, root.table, Level::L0, root.base);
    speculate(live_);
    speculate(doomed_); // what is found through these is dropped with them
}

/// The same, from the tables that `held` remembers.
void MmuModel::speculate(Tlb& held) {
    for (const Cached& entry : Tlb{held})
        if (!entry.is_leaf())
            speculate(held, entry.asid, entry.descriptor().target(), arch::below(entry.level),
                      entry.va);
}

void MmuModel::speculate(Tlb& held, Asid asid, PhysAddr table, Level level, VirtAddr va) {
    if (!visited_.insert({table, asid, va}).second) return;
    for (const auto& slot : arch::window.at<arch::Table>(table)->entries) {
        for (const u64 value : values(&slot, {&unpublished_})) {
            const Descriptor d{value};
            if (d.is_leaf(level) || d.is_table(level)) cache(held, {asid, va, level, value});
            if (d.is_table(level)) speculate(held, asid, d.target(), arch::below(level), va);
        }
        va = va + span(level);
    }
}

/// Whether the TLB may not hold both: they translate one address, and not in the same way.
bool MmuModel::contradict(const Cached& a, const Cached& b) {
    const VirtAddr both = std::max(a.va, b.va);
    if (!a.is_leaf() || !b.is_leaf()) return false;
    if (!a.covers(b.asid, both) && !b.covers(a.asid, both)) return false;
    if (both.align_down(arch::span_bits(a.level)) != a.va) return false;
    if (both.align_down(arch::span_bits(b.level)) != b.va) return false;
    return a.level != b.level || a.descriptor().target() != b.descriptor().target() ||
           fixed_attributes(a.descriptor()) != fixed_attributes(b.descriptor());
}

/// Holds one more entry, which must not contradict another.
void MmuModel::cache(Tlb& held, const Cached& entry) {
    if (!held.insert(entry).second) return;
    for (const Tlb* tlb : {&live_, &doomed_})
        for (const Cached& other : *tlb)
            if (contradict(entry, other)) {
                std::ostringstream text;
                text << std::hex << "at 0x" << entry.va.raw() << ": 0x" << entry.value
                     << " was made before 0x" << other.value << " was broken";
                violations_.push_back(text.str());
            }
}

/// Continues a walk at what `from` leads to, with every value that its steps may see.
void MmuModel::walk(std::set<Outcome>& found, const Cached& from, VirtAddr va) const {
    const Descriptor d = from.descriptor();
    if (from.is_leaf()) {
        found.insert(translate(d, from.level, va));
    } else if (!d.is_table(from.level)) {
        found.insert(std::nullopt);
    } else {
        walk_table(found, from.asid, d.target(), arch::below(from.level), va);
    }
}

void MmuModel::walk_table(std::set<Outcome>& found, Asid asid, PhysAddr table, Level level,
                          VirtAddr va) const {
    const auto& slot = arch::window.at<arch::Table>(table)->entries[arch::index_at(va, level)];
    for (const u64 value : values(&slot, {&unpublished_, &begun_}))
        walk(found, {asid, va.align_down(arch::span_bits(level)), level, value}, va);
}

std::set<Outcome> MmuModel::outcomes(Asid asid, VirtAddr va) const {
    std::set<Outcome> found;
    for (const Tlb* held : {&live_, &doomed_, &in_use_})
        for (const Cached& entry : *held)
            if (entry.covers(asid, va)) walk(found, entry, va);
    for (const Root& root : walkable())
        if (root.asid == asid && root.base == va.align_down(48))
            walk_table(found, asid, root.table, Level::L0, va);
    return found;
}

} // namespace k::test
