/* Refuses to boot on this machine. */
#include "kernel.inc"
    kernel
    say     "one\r\nREFUSED: no memory node\r\n"
    psci    SYSTEM_OFF
    end_kernel
