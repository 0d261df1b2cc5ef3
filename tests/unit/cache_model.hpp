/// \file
/// Caches that do all that they may and nothing that they need not: what is stored stays in them
/// until it is cleaned, and instructions that were fetched once are fetched again as they were. So
/// code that leaves out an operation is caught every time.
/// Arm ARM, "Caches and memory hierarchy".
#pragma once

#include "arch/cache.hpp"

#include <set>
#include <string>
#include <vector>

namespace k::test {

class CacheModel final : public arch::FakeCaches {
  public:
    CacheModel() { arch::fake_caches = this; }
    CacheModel(const CacheModel&) = delete;
    CacheModel& operator=(const CacheModel&) = delete;
    ~CacheModel() override { arch::fake_caches = nullptr; }

    /// A program stores something in all of a range.
    void write(PhysRange range);

    /// Whether uncached accesses, and devices, find what was stored last.
    [[nodiscard]] bool in_memory(PhysRange range) const { return none_of(dirty_, range); }

    /// Whether instruction fetches do.
    [[nodiscard]] bool executable(PhysRange range) const { return none_of(not_fetched_, range); }

    /// Whether something that was stored has been thrown away.
    [[nodiscard]] bool lost(PhysRange range) const { return !none_of(lost_, range); }

    /// What would have been faults of the kernel's own, in words.
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

    void store(VirtRange seen_at) override;
    void clean(VirtRange seen_at) override;
    void maintain(arch::CacheOperation operation, VirtRange of_user) override;

  private:
    using Lines = std::set<PhysAddr>;

    [[nodiscard]] static bool none_of(const Lines& lines, PhysRange range);
    void maintain_line(arch::CacheOperation operation, PhysAddr line);

    Lines dirty_;       ///< memory behind the caches has something else
    Lines not_fetched_; ///< as instructions
    Lines lost_;
    std::vector<std::string> violations_;
};

} // namespace k::test
