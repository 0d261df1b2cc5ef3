/* Finds no thread that could run. */
#include "kernel.inc"
    kernel
    say     "one\r\nSTOPPED: no thread can run\r\n"
    psci    SYSTEM_OFF
    end_kernel
