/* All types. */
#pragma once

#include <sel4/config.h>
#include <sel4/constants.h>
#include <sel4/errors.h>
#include <sel4/macros.h>
#include <sel4/objecttype.h>
#include <sel4/shared_types.h>
#include <sel4/simple_types.h>
#include <sel4/syscall.h>
#include <sel4/user_context.h>

typedef struct seL4_ARM_SMCContext_ {
    seL4_Word x0, x1, x2, x3, x4, x5, x6, x7;
} seL4_ARM_SMCContext;
