/* Ends well. */
#include "kernel.inc"
    kernel
    say     "one\r\ntwo\r\n[ch01] OK\r\n"
    psci    SYSTEM_OFF
    end_kernel
