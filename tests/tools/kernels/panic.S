/* Panics and powers off, as a kernel should. */
#include "kernel.inc"
    kernel
    say     "one\r\nPANIC: out of tea\r\n"
    psci    SYSTEM_OFF
    end_kernel
