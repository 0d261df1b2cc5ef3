/* Words with fields: message info, rights, guards. And the IPC buffer. */
#pragma once

#include <sel4/constants.h>

/* The accessors of a field of a type that is one word: `width` bits from bit `shift` on. */
#define LIBSEL4_FIELD(type, field, shift, width)                                                   \
    LIBSEL4_INLINE_FUNC seL4_Word type##_get_##field(type##_t word)                                \
    {                                                                                              \
        return (word.words[0] >> (shift)) & (~0ul >> (64 - (width)));                              \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC type##_t type##_set_##field(type##_t word, seL4_Word value)                \
    {                                                                                              \
        const seL4_Word mask = (~0ul >> (64 - (width))) << (shift);                                \
        word.words[0] = (word.words[0] & ~mask) | ((value << (shift)) & mask);                     \
        return word;                                                                               \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC seL4_Word type##_ptr_get_##field(type##_t *word)                           \
    {                                                                                              \
        return type##_get_##field(*word);                                                          \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC void type##_ptr_set_##field(type##_t *word, seL4_Word value)               \
    {                                                                                              \
        *word = type##_set_##field(*word, value);                                                  \
    }

typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

LIBSEL4_FIELD(seL4_MessageInfo, label, 12, 52)
LIBSEL4_FIELD(seL4_MessageInfo, capsUnwrapped, 9, 3)
LIBSEL4_FIELD(seL4_MessageInfo, extraCaps, 7, 2)
LIBSEL4_FIELD(seL4_MessageInfo, length, 0, 7)

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label,
                                                            seL4_Word caps_unwrapped,
                                                            seL4_Word extra_caps,
                                                            seL4_Word length)
{
    seL4_MessageInfo_t info;
    info.words[0] =
        (label << 12) | ((caps_unwrapped & 7u) << 9) | ((extra_caps & 3u) << 7) | (length & 0x7fu);
    return info;
}

typedef struct seL4_CapRights {
    seL4_Word words[1];
} seL4_CapRights_t;

LIBSEL4_FIELD(seL4_CapRights, capAllowGrantReply, 3, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowGrant, 2, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowRead, 1, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowWrite, 0, 1)

LIBSEL4_INLINE_FUNC seL4_CapRights_t seL4_CapRights_new(seL4_Word grant_reply, seL4_Word grant,
                                                        seL4_Word read, seL4_Word write)
{
    seL4_CapRights_t rights;
    rights.words[0] =
        ((grant_reply & 1u) << 3) | ((grant & 1u) << 2) | ((read & 1u) << 1) | (write & 1u);
    return rights;
}

#define seL4_ReadWrite     seL4_CapRights_new(0, 0, 1, 1)
#define seL4_AllRights     seL4_CapRights_new(1, 1, 1, 1)
#define seL4_CanRead       seL4_CapRights_new(0, 0, 1, 0)
#define seL4_CanWrite      seL4_CapRights_new(0, 0, 0, 1)
#define seL4_CanGrant      seL4_CapRights_new(0, 1, 0, 0)
#define seL4_CanGrantReply seL4_CapRights_new(1, 0, 0, 0)
#define seL4_NoWrite       seL4_CapRights_new(1, 1, 1, 0)
#define seL4_NoRead        seL4_CapRights_new(1, 1, 0, 1)
#define seL4_NoRights      seL4_CapRights_new(0, 0, 0, 0)

typedef struct seL4_CNode_CapData {
    seL4_Word words[1];
} seL4_CNode_CapData_t;

LIBSEL4_FIELD(seL4_CNode_CapData, guard, 6, 58)
LIBSEL4_FIELD(seL4_CNode_CapData, guardSize, 0, 6)

LIBSEL4_INLINE_FUNC seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard,
                                                                seL4_Word guard_size)
{
    seL4_CNode_CapData_t data;
    data.words[0] = (guard << 6) | (guard_size & 0x3fu);
    return data;
}

#undef LIBSEL4_FIELD

#define seL4_NilData ((seL4_Word)0)

typedef struct seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[seL4_MsgMaxLength];
    seL4_Word userData;
    seL4_Word caps_or_badges[seL4_MsgMaxExtraCaps];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer __attribute__((aligned(1024)));
