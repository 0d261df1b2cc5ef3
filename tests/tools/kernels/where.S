/* Tells where it is, where the device tree is, and what that begins with. */
#include "kernel.inc"
    kernel
    mov     x6, x0
    say     "at 0x"
    adr     x1, _start
    bl      print_hex
    say     "\r\ntree at 0x"
    mov     x1, x6
    bl      print_hex
    say     "\r\nmagic 0x"
    ldr     w1, [x6]
    rev     w1, w1
    bl      print_hex
    say     "\r\n[ch01] OK\r\n"
    psci    SYSTEM_OFF
    end_kernel
