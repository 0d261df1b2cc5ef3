// Properties of mappings: in whatever order frames, tables, address spaces and pools come and go,
// nobody reaches memory without a capability that says so.
#include "memory_model.hpp"
#include "object/page_table.hpp"

#include <rapidcheck/gtest.h>

namespace k::test {
namespace {

enum class Action : u8 {
    MapTable,
    UnmapTable,
    MapPage,
    UnmapPage,
    CopyPage,
    MakePool,
    Assign,
    Delete,
    Enter,
};

/// One step of a sequence: numbers choose among what there is.
struct Attempt {
    Action action;
    u64 which;
    u64 space;
    u64 place;
    u64 rights;
};

rc::Gen<Attempt> attempts() {
    const auto action = rc::gen::weightedElement<Action>({{6, Action::MapTable},
                                                          {2, Action::UnmapTable},
                                                          {8, Action::MapPage},
                                                          {2, Action::UnmapPage},
                                                          {2, Action::CopyPage},
                                                          {1, Action::MakePool},
                                                          {2, Action::Assign},
                                                          {1, Action::Delete},
                                                          {2, Action::Enter}});
    const auto any = rc::gen::inRange<u64>(0, 64);
    return rc::gen::construct<Attempt>(action, any, any, any, any);
}

class Model : public Memory {
  public:
    void attempt(const Attempt& a) {
        const u64 page = pages_[a.which % pages_.size()];
        const u64 where = spaces_[a.space % spaces_.size()];
        const u64 table = tables + a.which % 4;
        const u64 place = places[a.place % places.size()];
        switch (a.action) {
        case Action::MapTable: call(table, label::PageTableMap, {place, 3}, {where}); break;
        case Action::UnmapTable: call(table, label::PageTableUnmap, {}); break;
        case Action::MapPage: map(page, place, a.rights, where); break;
        case Action::UnmapPage: call(page, label::PageUnmap, {}); break;
        case Action::CopyPage: make_copy(page, a.rights); break;
        case Action::MakePool: make_pool(); break;
        case Action::Assign:
            call(a.which % 2 == 0 ? asid_pool : second_pool, label::ASIDPoolAssign, {}, {where});
            break;
        case Action::Delete: call(root, label::CNodeDelete, {mortal(a), 64}); break;
        case Action::Enter: kernel.asids.space_of(slot(where).cap).enter(); break;
        }
        look();
    }

  private:
    static constexpr std::array<u64, 4> places{va, va + page_bytes, va + large, va + (huge << 9)};

    /// What may be deleted: not what all the rest is made of.
    u64 mortal(const Attempt& a) const {
        const std::array<u64, 10> all{frame,      copy,       other_frame, tables,       tables + 1,
                                      tables + 2, new_vspace, second_pool, third_vspace, vspace};
        return all[a.which % all.size()];
    }

    void map(u64 page, u64 place, u64 rights, u64 where) {
        call(page, label::PageMap, {place, rights, rights >> 2}, {where});
    }

    void make_copy(u64 page, u64 rights) {
        call(root, label::CNodeCopy, {copy, 64, page, 64, rights}, {root});
    }

    void make_pool() {
        call(asid_control, label::ASIDControlMakePool, {second_pool, 64}, {Memory::pages, root});
    }

    void call(u64 cptr, u64 method, std::initializer_list<u64> words,
              std::initializer_list<u64> caps = {}) {
        (void)invoke(cptr, method, words, caps);
    }

    void look() {
        for (const Asid asid : {Asid{1}, Asid{2}, Asid{3}, Asid{512}, Asid{513}})
            for (const u64 place : places)
                look(asid, place);
    }

    void look(Asid asid, u64 place) {
        const auto found = outcomes(place, asid);
        const auto space = kernel.asids.find(asid);
        if (!space) {
            RC_ASSERT(found.empty());
            return;
        }
        const auto [leaf, level] = space->walk(VirtAddr{place});
        if (arch::user_space().asid == asid) RC_ASSERT(found.size() == 1u);
        for (const Outcome& outcome : found)
            RC_ASSERT(outcome == expected(leaf, level));
        if (leaf.is_leaf(level))
            RC_ASSERT(is_permitted(leaf, MappedAt::make(asid, VirtAddr{place})));
        RC_ASSERT(tables_are_permitted(*space, asid, place));
    }

    static Outcome expected(arch::Descriptor leaf, arch::Level level) {
        if (!leaf.is_leaf(level)) return std::nullopt;
        return Translation{leaf.target().raw(), leaf.with(arch::Descriptor::output, 0).raw()};
    }

    /// Whether somebody has a capability that says so.
    bool is_permitted(arch::Descriptor leaf, MappedAt at) {
        return std::ranges::any_of(root_slots(), [&](const Slot& slot) {
            const auto page = slot.cap.as<Frame>();
            return page && page->address() == leaf.target() && page->mapped() == at &&
                   (!leaf[arch::Descriptor::user] || page->rights()[Rights::read]) &&
                   (!leaf.user_may_write() || page->rights()[Rights::write]);
        });
    }

    /// Whether there is a capability to each table on the way.
    bool tables_are_permitted(const AddressSpace& space, Asid asid, u64 place) {
        PhysAddr table = space.root();
        for (arch::Level level = arch::Level::L0; level != arch::Level::L3;
             level = arch::below(level)) {
            const auto& entries = arch::window.at<arch::Table>(table)->entries;
            const auto entry =
                arch::load_descriptor(entries[arch::index_at(VirtAddr{place}, level)]);
            if (!entry.is_table(level)) return true;
            table = entry.target();
            const bool known = std::ranges::any_of(root_slots(), [&](const Slot& slot) {
                const auto cap = slot.cap.as<PageTable>();
                return cap && cap->address() == table && cap->mapped()[MappedAt::asid] == asid;
            });
            if (!known) return false;
        }
        return true;
    }

    std::vector<u64> pages_{frame, other_frame, copy};
    std::vector<u64> spaces_{vspace, vspace, new_vspace, third_vspace};
};

RC_GTEST_PROP(MemoryProperties, NobodyReachesWhatNobodyHasACapabilityFor, ()) {
    const auto sequence = *rc::gen::container<std::vector<Attempt>>(attempts());
    Model model;
    for (const Attempt& attempt : sequence)
        model.attempt(attempt);
}

} // namespace
} // namespace k::test
