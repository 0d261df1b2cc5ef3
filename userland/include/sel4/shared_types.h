/* Words with fields: message info, rights, guards. And the IPC buffer. */
#pragma once

#include <sel4/constants.h>

typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label,
                                                            seL4_Word caps_unwrapped,
                                                            seL4_Word extra_caps,
                                                            seL4_Word length)
{
    seL4_MessageInfo_t info;
    info.words[0] = (label << 12) | ((caps_unwrapped & 7u) << 9) | ((extra_caps & 3u) << 7) |
                    (length & 0x7fu);
    return info;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return info.words[0] >> 12;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_MessageInfo_get_capsUnwrapped(seL4_MessageInfo_t info)
{
    return (info.words[0] >> 9) & 7u;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info)
{
    return (info.words[0] >> 7) & 3u;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return info.words[0] & 0x7fu;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_set_label(seL4_MessageInfo_t info,
                                                                  seL4_Word label)
{
    info.words[0] = (info.words[0] & 0xffful) | (label << 12);
    return info;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_set_capsUnwrapped(seL4_MessageInfo_t info,
                                                                          seL4_Word caps)
{
    info.words[0] = (info.words[0] & ~0xe00ul) | ((caps & 7u) << 9);
    return info;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_set_extraCaps(seL4_MessageInfo_t info,
                                                                      seL4_Word caps)
{
    info.words[0] = (info.words[0] & ~0x180ul) | ((caps & 3u) << 7);
    return info;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_set_length(seL4_MessageInfo_t info,
                                                                   seL4_Word length)
{
    info.words[0] = (info.words[0] & ~0x7ful) | (length & 0x7fu);
    return info;
}

typedef struct seL4_CapRights {
    seL4_Word words[1];
} seL4_CapRights_t;

LIBSEL4_INLINE_FUNC seL4_CapRights_t seL4_CapRights_new(seL4_Word grant_reply, seL4_Word grant,
                                                        seL4_Word read, seL4_Word write)
{
    seL4_CapRights_t rights;
    rights.words[0] = ((grant_reply & 1u) << 3) | ((grant & 1u) << 2) | ((read & 1u) << 1) |
                      (write & 1u);
    return rights;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CapRights_get_capAllowWrite(seL4_CapRights_t rights)
{
    return rights.words[0] & 1u;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CapRights_get_capAllowRead(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 1) & 1u;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CapRights_get_capAllowGrant(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 2) & 1u;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CapRights_get_capAllowGrantReply(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 3) & 1u;
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

LIBSEL4_INLINE_FUNC seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard,
                                                                seL4_Word guard_size)
{
    seL4_CNode_CapData_t data;
    data.words[0] = (guard << 6) | (guard_size & 0x3fu);
    return data;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CNode_CapData_get_guard(seL4_CNode_CapData_t data)
{
    return data.words[0] >> 6;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_CNode_CapData_get_guardSize(seL4_CNode_CapData_t data)
{
    return data.words[0] & 0x3fu;
}

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
