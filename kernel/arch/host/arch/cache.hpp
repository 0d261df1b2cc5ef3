/// \file
/// Cache maintenance (fake, for tests on the host): every operation is told to a model.
#pragma once

#include "arch/cache_operation.hpp"
#include "base/address.hpp"

namespace k::arch {

/// What is done to memory and to the caches before it.
class FakeCaches {
  public:
    virtual ~FakeCaches() = default;
    virtual void store(VirtRange seen_at) = 0; ///< by the kernel, through the window
    virtual void clean(VirtRange seen_at) = 0; ///< likewise
    virtual void maintain(CacheOperation operation, VirtRange of_user) = 0;
};

/// Set by a test that looks at what is in memory and what is not.
inline FakeCaches* fake_caches = nullptr;

/// What instruction fetches were last made to see; a test looks at it.
inline VirtRange fake_unified{};

inline void unify_instructions(VirtRange range) noexcept {
    fake_unified = range;
}

inline void clean_data(VirtRange range) noexcept {
    if (fake_caches != nullptr) fake_caches->clean(range);
}

inline void maintain(CacheOperation operation, VirtRange range) noexcept {
    if (fake_caches != nullptr) fake_caches->maintain(operation, range);
}

} // namespace k::arch
