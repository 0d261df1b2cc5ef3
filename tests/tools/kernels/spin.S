/* Never ends, and keeps the processor busy. */
#include "kernel.inc"
    kernel
    say     "one\r\n"
1:  b       1b
    end_kernel
