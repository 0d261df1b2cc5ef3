/* From firmware to C++: the image header, the drop to EL1, a stack, a cleared bss, and the step
   into the upper half.

   Firmware enters at the first byte of the image with x0 = the device tree's address, the MMU off,
   at EL2 or EL1, wherever it loaded the image ("Booting AArch64 Linux", part of the Linux kernel's
   documentation). So addresses are taken relative to the program counter, until the MMU is on. */

/* "Booting AArch64 Linux", "Call the kernel image": the flags of the header. */
.equ PAGES_OF_4K,       1 << 1
.equ LOAD_ANYWHERE,     1 << 3

    .section .head, "ax"
    .global _start
    .type   _start, %function
_start:
    b       start                       // the header begins with two instructions' room
    .long   0
    .quad   0                           // text offset: the image starts on a 2 MiB boundary
    .long   image_size, 0               // memory that must be free there: bss and stack count
    .quad   PAGES_OF_4K | LOAD_ANYWHERE // little-endian
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0
    .size   _start, . - _start

    .text
/* x19 keeps the device tree's address and x20 the level of entry for kernel_main. */
start:
    mov     x19, x0
    mrs     x20, CurrentEL
    ubfx    x20, x20, #2, #2
    cmp     x20, #2
    b.ne    1f
    bl      drop_to_el1
1:  ldr     w0, =SCTLR_AT_FIRST
    msr     sctlr_el1, x0               // entered at EL1, it holds firmware's settings
    isb
    msr     daifset, #0b1111            // no interrupt until there is someone to take it
    msr     spsel, #1                   // SP is SP_EL1, not the user's SP_EL0
    msr     cpacr_el1, xzr              // floating point is an exception
    adrp    x0, stack_top
    add     sp, x0, :lo12:stack_top
    bl      drop_stale_lines
    bl      clear_bss
    mov     x0, x19
    ldr     x1, =image_begin            // where it was linked, not where it is
    bl      prepare_mmu                 // returns what is to be in SCTLR_EL1
    ldr     x1, =upper_half
    msr     sctlr_el1, x0
    isb                                 // addresses are virtual from here; ours still lead here
    br      x1
upper_half:
    adrp    x0, stack_top               // the same stack, at the address where it stays
    add     sp, x0, :lo12:stack_top
    mov     x0, x19
    mov     x1, x20
    mov     x29, xzr                    // the frame chain of a backtrace ends here
    mov     x30, xzr
    b       kernel_main

/* Values for system registers; Arm ARM, "AArch64 System Register Descriptions". */
.equ HCR_RW,            1 << 31         // EL1 runs AArch64
.equ CNTHCTL_EL1PCTEN,  1 << 0          // EL1 may read the physical counter
.equ CNTHCTL_EL1PCEN,   1 << 1          // and use the physical timer
.equ CPTR_RES1,         0x33ff          // no trap of floating point
.equ MDCR_HPMN,         0x1f            // how many event counters EL1 has
.equ PFR0_GIC,          0xf << 24       // not 0: the core has a GICv3's system registers
.equ ICC_SRE_ENABLE,    1 << 3 | 1 << 0 // EL2 uses them, and EL1 may choose to
.equ SCTLR_AT_FIRST,    0x30d00808      // little-endian, MMU and caches off, SP must be aligned
.equ SPSR_EL1H_MASKED,  0x3c5           // EL1 on SP_EL1, D, A, I and F masked

/* Returns to its caller, but at EL1. Registers that only EL2 can set are unknown after reset, so
   those that the kernel depends on are set here, and SCTLR_EL1, which counts from ERET on. HCR_EL2
   comes first: clearing E2H in it decides how the others are read. Changes x0 and x1. */
drop_to_el1:
    mov     x0, #HCR_RW
    msr     hcr_el2, x0
    isb
    mov     x0, #(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN)
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr            // virtual time is physical time
    mov     x0, #CPTR_RES1
    msr     cptr_el2, x0
    mrs     x0, mdcr_el2
    and     x0, x0, #MDCR_HPMN          // EL1 has debug registers and counters to itself
    msr     mdcr_el2, x0
    mrs     x0, midr_el1                // EL1 sees the true names of core and cluster
    mrs     x1, mpidr_el1
    msr     vpidr_el2, x0
    msr     vmpidr_el2, x1
    mrs     x0, id_aa64pfr0_el1
    tst     x0, #PFR0_GIC               // without a GICv3 the register below is undefined
    b.eq    1f
    mov     x0, #ICC_SRE_ENABLE
    msr     icc_sre_el2, x0
    isb
    msr     ich_hcr_el2, xzr            // no interrupts but those that the controller sends
1:  ldr     w0, =SCTLR_AT_FIRST
    msr     sctlr_el1, x0
    mov     x0, #SPSR_EL1H_MASKED
    msr     spsr_el2, x0
    msr     elr_el2, x30
    eret

/* Firmware has cleaned the caches of the file that it loaded, but not of the bss and the stack, which
   are in no file: a dirty line of theirs could be written back over what is stored there with the
   caches off. The first line may hold the end of the file as well; it is clean. Changes x0 to x3. */
drop_stale_lines:
    adrp    x0, bss_begin
    add     x0, x0, :lo12:bss_begin
    adrp    x1, image_end
    add     x1, x1, :lo12:image_end
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4             // DminLine: log2 of the words in the smallest line
    mov     x3, #4
    lsl     x3, x3, x2
1:  dc      ivac, x0
    add     x0, x0, x3
    cmp     x0, x1
    b.lo    1b
    dsb     sy
    ret

/* C++ expects every object without an initialiser to be zero; firmware promises no such thing.
   Both ends are 16-byte aligned by the linker script. Changes x0 and x1. */
clear_bss:
    adrp    x0, bss_begin
    add     x0, x0, :lo12:bss_begin
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  cmp     x0, x1
    b.hs    2f
    stp     xzr, xzr, [x0], #16
    b       1b
2:  ret
