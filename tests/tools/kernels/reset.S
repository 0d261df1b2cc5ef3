/* Resets the machine, over and over if it is let. */
#include "kernel.inc"
    kernel
    say     "one\r\n"
    psci    SYSTEM_RESET
    end_kernel
