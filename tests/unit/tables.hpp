/// \file
/// Page tables for tests.
#pragma once

#include "mmu_model.hpp"
#include "object/mapping.hpp"

#include <memory>

namespace k::test {

inline constexpr arch::Asid user{7};
inline constexpr arch::Attributes user_data{arch::Owner::User, arch::Protection::ReadWrite,
                                            arch::MemoryType::Normal};
inline constexpr arch::Attributes user_text{arch::Owner::User, arch::Protection::ReadExecute,
                                            arch::MemoryType::Normal};
inline constexpr arch::Attributes kernel_text{arch::Owner::Kernel, arch::Protection::ReadExecute,
                                              arch::MemoryType::Normal};
inline constexpr arch::Attributes kernel_data{arch::Owner::Kernel, arch::Protection::ReadWrite,
                                              arch::MemoryType::Normal};
inline constexpr arch::Attributes kernel_constants{arch::Owner::Kernel, arch::Protection::Read,
                                                   arch::MemoryType::Normal};
inline constexpr arch::Attributes device_registers{arch::Owner::Kernel, arch::Protection::ReadWrite,
                                                   arch::MemoryType::Device};

inline constexpr u64 small = arch::bytes_of(arch::PageSize::Small);
inline constexpr u64 large = arch::bytes_of(arch::PageSize::Large);
inline constexpr u64 huge = arch::bytes_of(arch::PageSize::Huge);

/// The entry for `va` in the table of level `target`. \pre there are tables down to there
inline std::atomic<u64>& entry_of(const AddressSpace& space, VirtAddr va, arch::Level target) {
    PhysAddr table = space.root();
    for (arch::Level level = arch::Level::L0;; level = arch::below(level)) {
        auto& entry = arch::window.at<arch::Table>(table)->entries[arch::index_at(va, level)];
        if (level == target) return entry;
        table = arch::load_descriptor(entry).target();
    }
}

/// A user's address space in memory that held something else before, and an adversary's MMU.
class WatchedSpace {
  public:
    WatchedSpace() { model.attach(user, space.root()); }

    /// A table as its owner gets it: cleared, but walkers need not have seen that.
    PhysAddr fresh() {
        const auto rubbish = arch::Descriptor::leaf(arch::PageSize::Large, PhysAddr{}, user_data);
        tables_.push_back(std::make_unique<arch::Table>());
        for (auto& entry : tables_.back()->entries) {
            entry.store(rubbish.raw());
            arch::store_descriptor(entry, arch::Descriptor{});
        }
        return arch::window.phys(tables_.back().get());
    }

    /// A root table, which walkers have seen cleared before anybody uses it.
    PhysAddr fresh_root() {
        const PhysAddr root = fresh();
        arch::publish_descriptors();
        return root;
    }

    /// Adds the tables that a leaf of this size at `va` in `where` lacks.
    void prepare(const AddressSpace& where, VirtAddr va,
                 arch::PageSize size = arch::PageSize::Small) {
        while (where.walk(va).level < arch::level_of(size))
            if (!where.add_table(va, fresh())) return;
    }

    [[nodiscard]] std::set<Outcome> outcomes(VirtAddr va) const { return model.outcomes(user, va); }

    MmuModel model;

  private:
    std::vector<std::unique_ptr<arch::Table>> tables_;

  public:
    AddressSpace space{fresh_root(), user};
};

/// The one outcome that such a leaf at `pa` has.
inline std::set<Outcome> only(PhysAddr pa, arch::Attributes attributes,
                              arch::PageSize size = arch::PageSize::Small) {
    return {Translation{pa.raw(), arch::Descriptor::leaf(size, PhysAddr{}, attributes).raw()}};
}

inline const std::set<Outcome> only_fault{std::nullopt};

/// An address space that takes its tables as it needs them, with nobody watching.
class PlainSpace {
  public:
    PlainSpace() = default;
    PlainSpace(const PlainSpace&) = delete;
    PlainSpace& operator=(const PlainSpace&) = delete;
    ~PlainSpace() { tables().clear(); }

    /// All tables there are; one test at a time has some.
    static std::vector<std::unique_ptr<arch::Table>>& tables() {
        static std::vector<std::unique_ptr<arch::Table>> all;
        return all;
    }

    static PhysAddr take() noexcept {
        return arch::window.phys(tables().emplace_back(std::make_unique<arch::Table>()).get());
    }

    void map(const Mapping& mapping) const { map_range(space, mapping, take); }

    [[nodiscard]] std::vector<MappedRange> ranges(VirtAddr base = VirtAddr{}) const {
        std::vector<MappedRange> all;
        for (MappedRanges found{space, base}; const auto range = found.next();)
            all.push_back(*range);
        return all;
    }

    AddressSpace space{take(), arch::Asid::Kernel};
};

} // namespace k::test
