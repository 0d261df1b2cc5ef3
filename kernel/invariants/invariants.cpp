#include "invariants/invariants.hpp"

#include "base/panic.hpp"

namespace k::invariants {

namespace {

// Too large for a stack. They are no part of KernelState: they say nothing that it does not.
constinit Census census;
constinit Verdicts verdicts{};

} // namespace

const Verdicts* examine(const KernelObjects& kernel) noexcept {
    census.take(kernel);
    if (!census.is_complete()) return nullptr;
    for (usize i = 0; i < predicates.size(); ++i)
        verdicts[i] = predicates[i].examine(census);
    return &verdicts;
}

bool check_everything(const KernelObjects& kernel) noexcept {
    const Verdicts* const found = examine(kernel);
    if (found == nullptr) return false;
    for (usize i = 0; i < predicates.size(); ++i) {
        const auto& [culprit, why] = (*found)[i];
        if (culprit != nullptr)
            panic("broken invariant: {}{}{}, at {:#018x}", predicates[i].name,
                  why.empty() ? "" : ": ", why, reinterpret_cast<uptr>(culprit));
    }
    return true;
}

} // namespace k::invariants
