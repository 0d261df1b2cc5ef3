/// \file
/// Making capabilities out of capabilities: what that does to each type.
#pragma once

#include "abi/errors.hpp"
#include "base/result.hpp"
#include "object/derivation.hpp"

namespace k {

/// A copy that nothing can stop any more.
struct Copy {
    Slot* source;
    Slot* destination; ///< an empty one
    Capability cap;    ///< what goes there
    Birth birth;
};

/// What a capability to an endpoint, a notification or a CNode becomes when its badge or guard is
/// set; others have nothing that could be set, and stay as they are. seL4 manual, "Badges" and
/// "CNode".
/// \return nothing if it has a badge already, or the guard leaves no room for the index
[[nodiscard]] std::optional<Capability> with_data(const Capability& cap, u64 data) noexcept;

/// The same for a capability that is about to move: its badge cannot be set on the way. Whoever
/// holds the original would lose what tells its copies apart.
[[nodiscard]] std::optional<Capability> moved_with_data(const Capability& cap, u64 data) noexcept;

/// A copy with those rights that are in `mask` too, and with `data` as its badge or guard if there
/// is any.
/// \return why there is no such copy, otherwise
[[nodiscard]] Expected<Copy, abi::Error> copy_of(Slot& source, Slot& destination, Rights mask,
                                                 std::optional<u64> data) noexcept;

void perform(const Copy& plan) noexcept;

} // namespace k
