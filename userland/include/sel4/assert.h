/* Assertions that are always checked. */
#pragma once

#include <sel4/macros.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Start-up has it: says what failed and turns the machine off. */
void __assert_fail(const char *condition, const char *file, int line, const char *function)
    __attribute__((noreturn));
#ifdef __cplusplus
}
#endif

#define seL4_Fail(text) __assert_fail(text, __FILE__, __LINE__, __func__)

#define seL4_Assert(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            seL4_Fail(#condition);                                                                 \
        }                                                                                          \
    } while (0)

#define seL4_CompileTimeAssert(condition) SEL4_COMPILE_ASSERT(seL4_CompileTimeAssert, condition)
