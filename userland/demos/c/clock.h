/* The virtual counter, which debug builds of the kernel let programs read. */
#pragma once

#include <sel4/sel4.h>

/* Counts since the machine started. */
static inline seL4_Word virtual_count(void)
{
    seL4_Word count;
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(count));
    return count;
}

static inline seL4_Word counts_per_second(void)
{
    seL4_Word frequency;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency;
}
