// The smallest kernel that runs where it was not loaded: linked in the upper half, started at its
// physical address with the MMU off, as Tessera's kernel is from chapter 05 on.
    .equ    BLOCK, (1 << 10) | 1            // a block descriptor with the access flag set
    .equ    NORMAL, 1 << 2                  // index 1 in MAIR_EL1; index 0 is device memory

    .section .text.start, "ax"
    .global _start
    b       _start                          // the arm64 image header
    .word   0
    .quad   0, image_size, 0, 0, 0, 0
    .ascii  "ARM\x64"
    .word   0
_start:
    adrp    x0, table                       // one table serves both halves, 1 GiB a line
    add     x0, x0, :lo12:table
    mov     x1, #BLOCK                      // 0x0000_0000: devices, at their physical address
    str     x1, [x0]
    mov     x1, #0x40000000
    add     x1, x1, #(BLOCK | NORMAL)
    str     x1, [x0, #8]                    // 0x4000_0000: RAM, at its physical address
    str     x1, [x0, #(510 * 8)]            // 0xffff_ffff_8000_0000: the same RAM
    msr     ttbr0_el1, x0
    msr     ttbr1_el1, x0
    ldr     x1, =0xff00
    msr     mair_el1, x1
    ldr     x1, =(25 | 25 << 16 | 2 << 30 | 2 << 32)    // 39-bit halves, 4 KiB granules
    msr     tcr_el1, x1
    isb
    mrs     x1, sctlr_el1
    orr     x1, x1, #1                      // M: from here on addresses are translated
    msr     sctlr_el1, x1
    isb
    ldr     x1, =stack_top
    mov     sp, x1
    ldr     x1, =kernel_main
    br      x1

    .bss
    .balign 4096
table:
    .skip   4096
    .skip   4096
stack_top:
