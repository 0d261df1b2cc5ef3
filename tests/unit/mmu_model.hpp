/// \file
/// An MMU that does everything the architecture allows, at once. Where hardware may or may not have
/// seen a store, may or may not have kept a translation, the model keeps both; so code that leaves
/// out a barrier or an invalidation is caught every time, not once in a million runs.
/// Arm ARM, "Translation table walks", "TLB maintenance", "Using break-before-make".
///
/// What it keeps:
/// - stores: until `publish` the walker may see the old value or the new one; after it only the
///   new one, except for walks that this core had already begun, which end with `synchronise`;
/// - the TLB: after every step it holds *every* translation and every table entry that a walk could
///   have found, and lets go of one only when an invalidation that covers it is complete.
#pragma once

#include "arch/tlb.hpp"
#include "arch/window.hpp"

#include <compare>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace k::test {

/// What one access may come to: the byte it reaches, and what may be done with it.
struct Translation {
    u64 pa;
    u64 attributes; ///< the descriptor without its address

    friend auto operator<=>(const Translation&, const Translation&) = default;
};

/// nullopt: a translation fault.
using Outcome = std::optional<Translation>;

inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    if (!outcome) return out << "fault";
    return out << std::hex << outcome->pa << " as " << outcome->attributes;
}

class MmuModel final : public arch::FakeMmu {
  public:
    MmuModel() { arch::fake_mmu = this; }
    MmuModel(const MmuModel&) = delete;
    MmuModel& operator=(const MmuModel&) = delete;
    ~MmuModel() override { arch::fake_mmu = nullptr; }

    /// Makes `root` the tables of an address space whose first address is `base`: 0 as in TTBR0, or
    /// the upper half as in TTBR1.
    void attach(arch::Asid asid, PhysAddr root, VirtAddr base = VirtAddr{});

    /// Everything that an access to `va` by the next instruction may come to.
    [[nodiscard]] std::set<Outcome> outcomes(arch::Asid asid, VirtAddr va) const;

    /// Broken rules of break-before-make, in words.
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

    void store(const std::atomic<u64>& slot, u64 before) override;
    void publish() override;
    void invalidate_page(arch::Asid asid, VirtAddr va) override;
    void invalidate_asid(arch::Asid asid) override;
    void enter(arch::UserSpace space) override;
    void await_invalidation() override;
    void synchronise() override;

  private:
    using Slot = const std::atomic<u64>*;
    using OldValues = std::unordered_map<Slot, std::set<u64>>;

    struct Root {
        arch::Asid asid;
        PhysAddr table;
        VirtAddr base;
    };

    /// A translation (leaf) or a step of one (table) that the TLB holds.
    struct Cached {
        arch::Asid asid;
        VirtAddr va; ///< first address that it covers
        arch::Level level;
        u64 value;

        [[nodiscard]] arch::Descriptor descriptor() const { return arch::Descriptor{value}; }
        [[nodiscard]] bool is_leaf() const { return descriptor().is_leaf(level); }
        [[nodiscard]] bool global() const {
            return is_leaf() && !descriptor()[arch::Descriptor::not_global];
        }
        [[nodiscard]] bool covers(arch::Asid other, VirtAddr address) const;
        friend auto operator<=>(const Cached&, const Cached&) = default;
    };

    using Tlb = std::set<Cached>;

    template <class Hit>
    void doom(Hit hit);

    [[nodiscard]] std::vector<Root> walkable() const;
    [[nodiscard]] static std::set<u64> values(Slot slot, std::initializer_list<const OldValues*>);
    void speculate();
    void speculate(Tlb& held);
    void speculate(Tlb& held, arch::Asid asid, PhysAddr table, arch::Level level, VirtAddr va);
    void cache(Tlb& held, const Cached& entry);
    [[nodiscard]] static bool contradict(const Cached& a, const Cached& b);
    void walk(std::set<Outcome>& found, const Cached& from, VirtAddr va) const;
    void walk_table(std::set<Outcome>& found, arch::Asid asid, PhysAddr table, arch::Level level,
                    VirtAddr va) const;

    /// A table, and where in which address space a walk came to it.
    using Visit = std::tuple<PhysAddr, arch::Asid, VirtAddr>;

    std::vector<Root> roots_;
    std::optional<Root> entered_; ///< what the one core that there is looks the lower half up in
    std::set<Visit> visited_;
    OldValues unpublished_; ///< a walker may still see these
    OldValues begun_;       ///< walks that this core had begun may have seen these
    Tlb live_;              ///< held, and nobody has asked for their going
    Tlb doomed_;            ///< invalidation issued, not known to be complete
    Tlb in_use_;            ///< gone, but instructions already begun may still use them
    std::vector<std::string> violations_;
};

} // namespace k::test
