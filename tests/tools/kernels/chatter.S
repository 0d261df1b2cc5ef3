/* Prints without end. */
#include "kernel.inc"
    kernel
1:  say     "and another thing\r\n"
    b       1b
    end_kernel
