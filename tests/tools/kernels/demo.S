/* Boots like no chapter, and then does what the demo of chapter 07 does. */
#include "kernel.inc"
    kernel
    say     "another kernel\r\nroot task: entry 0x0000000000400000, 4 KiB\r\nhello\r\n[ch07] OK\r\n"
    psci    SYSTEM_OFF
    end_kernel
