/* Never ends, asleep. */
#include "kernel.inc"
    kernel
    say     "one\r\n"
1:  wfi
    b       1b
    end_kernel
