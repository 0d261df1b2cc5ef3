/* Powers off without a word. */
#include "kernel.inc"
    kernel
    psci    SYSTEM_OFF
    end_kernel
