/// \file
/// How long something takes, in the processor's cycles.
#pragma once

#include "base/types.hpp"

[[nodiscard]] inline k::u64 cycles() {
    k::u64 now = 0;
    asm volatile("isb\n mrs %0, pmccntr_el0" : "=r"(now));
    return now;
}
