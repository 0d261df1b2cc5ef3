/* Ends well on every machine, and tells which one it is. */
#include "kernel.inc"
    kernel
    mov     x6, x0
    say     "tree at 0x"
    mov     x1, x6
    bl      print_hex
    say     "\r\nprocessor 0x"
    mrs     x1, MIDR_EL1
    bl      print_hex
    say     "\r\nsystem registers of the GIC 0x"
    mrs     x1, ID_AA64PFR0_EL1
    ubfx    x1, x1, #24, #4
    bl      print_hex
    say     "\r\nlevel 0x"
    mrs     x1, CurrentEL
    bl      print_hex
    say     "\r\n[ch01] OK\r\n"
    power_off
    end_kernel
