/// \file
/// What can be done about caches. Arm ARM, "Cache maintenance operations".
#pragma once

#include "base/types.hpp"

namespace k::arch {

/// The first three are to and from the point of coherency, where devices and uncached accesses meet
/// the data.
enum class CacheOperation : u8 {
    Clean,      ///< what was written arrives in memory
    Invalidate, ///< what is read comes from memory; what was written and has not arrived is lost
    CleanInvalidate, ///< both, and nothing is lost
    Unify,           ///< what was written is what is executed
};

} // namespace k::arch
