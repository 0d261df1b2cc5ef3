/* The floating-point registers, which no other code of the kernel may touch. */
#include "asm_offsets.h"

    .arch_extension fp
    .arch_extension simd
    .text

/* q0 to q31, to or from the FpuState at x0. */
.macro VECTORS instruction
    \instruction q0,  q1,  [x0, #FPU_V + 16 * 0]
    \instruction q2,  q3,  [x0, #FPU_V + 16 * 2]
    \instruction q4,  q5,  [x0, #FPU_V + 16 * 4]
    \instruction q6,  q7,  [x0, #FPU_V + 16 * 6]
    \instruction q8,  q9,  [x0, #FPU_V + 16 * 8]
    \instruction q10, q11, [x0, #FPU_V + 16 * 10]
    \instruction q12, q13, [x0, #FPU_V + 16 * 12]
    \instruction q14, q15, [x0, #FPU_V + 16 * 14]
    \instruction q16, q17, [x0, #FPU_V + 16 * 16]
    \instruction q18, q19, [x0, #FPU_V + 16 * 18]
    \instruction q20, q21, [x0, #FPU_V + 16 * 20]
    \instruction q22, q23, [x0, #FPU_V + 16 * 22]
    \instruction q24, q25, [x0, #FPU_V + 16 * 24]
    \instruction q26, q27, [x0, #FPU_V + 16 * 26]
    \instruction q28, q29, [x0, #FPU_V + 16 * 28]
    \instruction q30, q31, [x0, #FPU_V + 16 * 30]
.endm

/* void fpu_save(FpuState*): takes down a thread's floating-point registers. */
    .global fpu_save
    .type   fpu_save, %function
fpu_save:
    mrs     x1, fpsr
    mrs     x2, fpcr
    stp     x1, x2, [x0]
    VECTORS stp
    ret
    .size   fpu_save, . - fpu_save

/* void fpu_load(const FpuState*): gives a thread its floating-point registers. */
    .global fpu_load
    .type   fpu_load, %function
fpu_load:
    ldp     x1, x2, [x0]
    msr     fpsr, x1
    msr     fpcr, x2
    VECTORS ldp
    ret
    .size   fpu_load, . - fpu_load
