/* The floating-point registers, which no other code of the kernel may touch. */
#include "asm_offsets.h"

    .arch_extension fp
    .arch_extension simd
    .text

/* void fpu_load(const FpuState*): gives a thread its floating-point registers.
   \pre floating point is no exception */
    .global fpu_load
    .type   fpu_load, %function
fpu_load:
    ldp     x1,  x2,  [x0]
    msr     fpsr, x1
    msr     fpcr, x2
    ldp     q0,  q1,  [x0, #FPU_V + 16 * 0]
    ldp     q2,  q3,  [x0, #FPU_V + 16 * 2]
    ldp     q4,  q5,  [x0, #FPU_V + 16 * 4]
    ldp     q6,  q7,  [x0, #FPU_V + 16 * 6]
    ldp     q8,  q9,  [x0, #FPU_V + 16 * 8]
    ldp     q10, q11, [x0, #FPU_V + 16 * 10]
    ldp     q12, q13, [x0, #FPU_V + 16 * 12]
    ldp     q14, q15, [x0, #FPU_V + 16 * 14]
    ldp     q16, q17, [x0, #FPU_V + 16 * 16]
    ldp     q18, q19, [x0, #FPU_V + 16 * 18]
    ldp     q20, q21, [x0, #FPU_V + 16 * 20]
    ldp     q22, q23, [x0, #FPU_V + 16 * 22]
    ldp     q24, q25, [x0, #FPU_V + 16 * 24]
    ldp     q26, q27, [x0, #FPU_V + 16 * 26]
    ldp     q28, q29, [x0, #FPU_V + 16 * 28]
    ldp     q30, q31, [x0, #FPU_V + 16 * 30]
    ret
    .size   fpu_load, . - fpu_load
