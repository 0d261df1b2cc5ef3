/* In place of the system calls: a message is recorded, and a prepared reply given back. */
#pragma once

#include <sel4/functions.h>

struct Recorded {
    seL4_CPtr service;
    seL4_MessageInfo_t info;
    seL4_Word words[seL4_MsgMaxLength]; // NOLINT(*-avoid-c-arrays): C's buffer has one, too
};

struct Prepared {
    seL4_Word label;
    seL4_Word length;
    seL4_Word words[seL4_MsgMaxLength]; // NOLINT(*-avoid-c-arrays)
};

extern Recorded recorded;
extern Prepared prepared;

seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0,
                                    seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3);
