/// \file
/// The part of the kernel's state that objects live by.
#pragma once

#include "lifecycle/graveyard.hpp"
#include "object/asid.hpp"

namespace k {

/// What the kernel itself remembers of objects, and from which they have to be removed when they
/// die.
struct KernelObjects {
    AsidTable asids{};
    Graveyard graveyard{}; ///< what has been deleted, but not all of it yet
};

} // namespace k
