/* Prints by semihosting (SYS_WRITE0) between two characters of the serial port. */
#include "kernel.inc"
    kernel
    say     "before"
    mov     w0, #4
    adr     x1, text
    hlt     #0xf000
    say     ", after\r\n[ch01] OK\r\n"
    psci    SYSTEM_OFF
text:
    .asciz  ", by semihosting"
    end_kernel
