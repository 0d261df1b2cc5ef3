/* Takes the device tree to be where QEMU puts it when there is enough memory; else it panics. */
#include "kernel.inc"
    kernel
    ldr     x1, =0x48000000
    cmp     x0, x1
    b.ne    1f
    say     "one\r\n[ch01] OK\r\n"
    power_off
1:  say     "one\r\nPANIC: no tree\r\n"
    power_off
    end_kernel
