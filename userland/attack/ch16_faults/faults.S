/* Code that cannot go on. x0 to x6 are as they come, and at x9 there is no memory. None of it has a
   stack. */
    .text

    .macro  FAULT name
    .global \name
\name:
    .endm

FAULT read_nothing
    ldr     x10, [x9]

FAULT write_nothing
    str     x10, [x9, #8]

FAULT fetch_nothing
    br      x9

FAULT fetch_odd
    adr     x10, fetch_odd + 2
    br      x10

FAULT undefined
    udf     #7

FAULT breakpoint
    brk     #5

FAULT privileged
    mrs     x10, sctlr_el1

FAULT use_fpu
    fmov    d0, x9

FAULT unknown_call
    mov     x7, #1234
    svc     #0

FAULT unknown_negative_call
    mov     x7, #-100
    svc     #7

FAULT call_nowhere
    mov     x0, #1 << 40
    mov     x7, #-1
    svc     #0

FAULT send_nowhere
    mov     x0, #1 << 41
    mov     x7, #-3
    svc     #0

FAULT nbsend_nowhere                    // which is no fault; what follows is
    mov     x0, #1 << 41
    mov     x7, #-4
    svc     #0
    udf     #0

FAULT receive_nowhere
    mov     x0, #1 << 42
    mov     x7, #-5
    svc     #0

FAULT receive_from_nothing
    mov     x0, #0x1fff
    mov     x7, #-5
    svc     #0

FAULT nbreceive_from_thread
    mov     x0, #1
    mov     x7, #-8
    svc     #0

FAULT reply_receive_from_nothing
    mov     x0, #0x1fff
    mov     x7, #-2
    svc     #0

FAULT call_and_halt                     // what a handler makes of the first call is up to it
    mov     x7, #99
    svc     #0
    brk     #99
