/* What runs under the pager: it knows nothing of pagers, and has no stack and no IPC buffer. All of it
   is position independent, and in a page of its own. */
    .text
    .balign 4096

/* x0 = where memory should be, x1 = how many pages of it, x2 = a CPtr, x3 = where to go at last.
   Writes a square into each page and reads them all again, the last first. */
    .global patient
patient:
    mov     x4, #0
1:  mul     x5, x4, x4
    add     x6, x0, x4, lsl #12
    str     x5, [x6]
    add     x4, x4, #1
    cmp     x4, x1
    b.ne    1b
    mov     x7, #0
2:  sub     x4, x4, #1
    add     x6, x0, x4, lsl #12
    ldr     x5, [x6]
    add     x7, x7, x5
    cbnz    x4, 2b

    mov     x0, x7
    mov     x7, #42             // the pager's, not the kernel's: to print what x0 is
    svc     #0

    mov     x0, x2
    mov     x7, #-5             // Recv, from where there is nothing
    svc     #0
    mov     x7, #42
    svc     #0

    mov     x0, #18
    mov     x1, #12
    brk     #1                  // goes on at the copy of what follows

/* The greatest common divisor of x0 and x1, as Euclid had it. */
    .global euclid, euclid_end
euclid:
1:  cmp     x0, x1
    b.eq    3f
    b.lo    2f
    sub     x0, x0, x1
    b       1b
2:  sub     x1, x1, x0
    b       1b
3:  mov     x7, #43             // the pager's: the end
    svc     #0
euclid_end:
    .balign 4096
