/* Panics, but does not manage to power off. */
#include "kernel.inc"
    kernel
    say     "PANIC: out of tea\r\n"
1:  wfi
    b       1b
    end_kernel
