/* Powers off in the middle of its work. */
#include "kernel.inc"
    kernel
    say     "one\r\ntwo\r\n"
    psci    SYSTEM_OFF
    end_kernel
