/* Asks for a line, repeats it, asks once more, and ends well. */
#include "kernel.inc"
    kernel
    mov     x7, #2
1:  say     "name? "
2:  ldr     x2, =UART
3:  ldr     w3, [x2, #0x18]     /* UARTFR */
    tbnz    w3, #4, 3b          /* RXFE: nothing received */
    ldr     w3, [x2]
    strb    w3, [x2]
    cmp     w3, #'\n'
    b.ne    2b
    subs    x7, x7, #1
    b.ne    1b
    say     "[ch01] OK\r\n"
    psci    SYSTEM_OFF
    end_kernel
