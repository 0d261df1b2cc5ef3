/* The system calls. The number goes into x7; words 0 to 3 of a message travel in x2 to x5, the
 * others in the IPC buffer. */
#pragma once

#include <sel4/functions.h>

/* What a system call takes in x0 to x5, and what it leaves there. */
typedef struct seL4_Registers {
    seL4_Word x0;
    seL4_Word info;
    seL4_Word mr0, mr1, mr2, mr3;
} seL4_Registers;

LIBSEL4_INLINE_FUNC seL4_Registers seL4_Trap(seL4_Int64 number, seL4_Registers in)
{
    register seL4_Word x0 __asm__("x0") = in.x0;
    register seL4_Word x1 __asm__("x1") = in.info;
    register seL4_Word x2 __asm__("x2") = in.mr0;
    register seL4_Word x3 __asm__("x3") = in.mr1;
    register seL4_Word x4 __asm__("x4") = in.mr2;
    register seL4_Word x5 __asm__("x5") = in.mr3;
    register seL4_Int64 x7 __asm__("x7") = number;
    seL4_Registers out;
    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x7)
                     : "memory");
    out.x0 = x0;
    out.info = x1;
    out.mr0 = x2;
    out.mr1 = x3;
    out.mr2 = x4;
    out.mr3 = x5;
    return out;
}

/* The registers of a message whose first words are in the IPC buffer. */
LIBSEL4_INLINE_FUNC seL4_Registers seL4_FromBuffer(seL4_CPtr cptr, seL4_MessageInfo_t info)
{
    const seL4_IPCBuffer *buffer = seL4_GetIPCBuffer();
    seL4_Registers in;
    in.x0 = cptr;
    in.info = info.words[0];
    in.mr0 = buffer->msg[0];
    in.mr1 = buffer->msg[1];
    in.mr2 = buffer->msg[2];
    in.mr3 = buffer->msg[3];
    return in;
}

/* Likewise when the caller has them; a word that is not there is 0. */
LIBSEL4_INLINE_FUNC seL4_Registers seL4_FromWords(seL4_CPtr cptr, seL4_MessageInfo_t info,
                                                  const seL4_Word *mr0, const seL4_Word *mr1,
                                                  const seL4_Word *mr2, const seL4_Word *mr3)
{
    seL4_Registers in;
    in.x0 = cptr;
    in.info = info.words[0];
    in.mr0 = mr0 ? *mr0 : 0;
    in.mr1 = mr1 ? *mr1 : 0;
    in.mr2 = mr2 ? *mr2 : 0;
    in.mr3 = mr3 ? *mr3 : 0;
    return in;
}

/* Puts a message that has arrived where seL4_GetMR() finds it. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ToBuffer(seL4_Registers out, seL4_Word *sender)
{
    seL4_IPCBuffer *buffer = seL4_GetIPCBuffer();
    seL4_MessageInfo_t info;
    info.words[0] = out.info;
    buffer->msg[0] = out.mr0;
    buffer->msg[1] = out.mr1;
    buffer->msg[2] = out.mr2;
    buffer->msg[3] = out.mr3;
    if (sender) {
        *sender = out.x0;
    }
    return info;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ToWords(seL4_Registers out, seL4_Word *sender,
                                                    seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                                    seL4_Word *mr3)
{
    seL4_MessageInfo_t info;
    info.words[0] = out.info;
    if (mr0) {
        *mr0 = out.mr0;
    }
    if (mr1) {
        *mr1 = out.mr1;
    }
    if (mr2) {
        *mr2 = out.mr2;
    }
    if (mr3) {
        *mr3 = out.mr3;
    }
    if (sender) {
        *sender = out.x0;
    }
    return info;
}

LIBSEL4_INLINE_FUNC void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    seL4_Trap(seL4_SysSend, seL4_FromBuffer(dest, info));
}

LIBSEL4_INLINE_FUNC void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0,
                                          seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Trap(seL4_SysSend, seL4_FromWords(dest, info, mr0, mr1, mr2, mr3));
}

LIBSEL4_INLINE_FUNC void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    seL4_Trap(seL4_SysNBSend, seL4_FromBuffer(dest, info));
}

LIBSEL4_INLINE_FUNC void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info,
                                            seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                            seL4_Word *mr3)
{
    seL4_Trap(seL4_SysNBSend, seL4_FromWords(dest, info, mr0, mr1, mr2, mr3));
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    return seL4_ToBuffer(seL4_Trap(seL4_SysCall, seL4_FromBuffer(dest, info)), LIBSEL4_NULL);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Registers out = seL4_Trap(seL4_SysCall, seL4_FromWords(dest, info, mr0, mr1, mr2, mr3));
    return seL4_ToWords(out, LIBSEL4_NULL, mr0, mr1, mr2, mr3);
}

LIBSEL4_INLINE_FUNC void seL4_Reply(seL4_MessageInfo_t info)
{
    seL4_Trap(seL4_SysReply, seL4_FromBuffer(0, info));
}

LIBSEL4_INLINE_FUNC void seL4_ReplyWithMRs(seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1,
                                           seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_Trap(seL4_SysReply, seL4_FromWords(0, info, mr0, mr1, mr2, mr3));
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_ToBuffer(
        seL4_Trap(seL4_SysRecv, seL4_FromBuffer(src, seL4_MessageInfo_new(0, 0, 0, 0))), sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    seL4_MessageInfo_t none = seL4_MessageInfo_new(0, 0, 0, 0);
    seL4_Registers out = seL4_Trap(seL4_SysRecv, seL4_FromWords(src, none, mr0, mr1, mr2, mr3));
    return seL4_ToWords(out, sender, mr0, mr1, mr2, mr3);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_ToBuffer(
        seL4_Trap(seL4_SysNBRecv, seL4_FromBuffer(src, seL4_MessageInfo_new(0, 0, 0, 0))), sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info,
                                                      seL4_Word *sender)
{
    return seL4_ToBuffer(seL4_Trap(seL4_SysReplyRecv, seL4_FromBuffer(src, info)), sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src,
                                                             seL4_MessageInfo_t info,
                                                             seL4_Word *sender, seL4_Word *mr0,
                                                             seL4_Word *mr1, seL4_Word *mr2,
                                                             seL4_Word *mr3)
{
    seL4_Registers out =
        seL4_Trap(seL4_SysReplyRecv, seL4_FromWords(src, info, mr0, mr1, mr2, mr3));
    return seL4_ToWords(out, sender, mr0, mr1, mr2, mr3);
}

LIBSEL4_INLINE_FUNC void seL4_Signal(seL4_CPtr dest)
{
    seL4_SendWithMRs(dest, seL4_MessageInfo_new(0, 0, 0, 0), LIBSEL4_NULL, LIBSEL4_NULL,
                     LIBSEL4_NULL, LIBSEL4_NULL);
}

LIBSEL4_INLINE_FUNC void seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    seL4_RecvWithMRs(src, sender, LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBRecv(src, sender);
}

/* A system call with one argument and no message. */
LIBSEL4_INLINE_FUNC seL4_Word seL4_SimpleTrap(seL4_Int64 number, seL4_Word argument)
{
    register seL4_Word x0 __asm__("x0") = argument;
    register seL4_Int64 x7 __asm__("x7") = number;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x7) : "memory");
    return x0;
}

LIBSEL4_INLINE_FUNC void seL4_Yield(void)
{
    seL4_SimpleTrap(seL4_SysYield, 0);
}

#ifdef CONFIG_PRINTING
LIBSEL4_INLINE_FUNC void seL4_DebugPutChar(char c)
{
    seL4_SimpleTrap(seL4_SysDebugPutChar, LIBSEL4_CAST(seL4_Uint8, c));
}

LIBSEL4_INLINE_FUNC void seL4_DebugPutString(const char *text)
{
    while (*text) {
        seL4_DebugPutChar(*text++);
    }
}

LIBSEL4_INLINE_FUNC void seL4_DebugDumpScheduler(void)
{
    seL4_SimpleTrap(seL4_SysDebugDumpScheduler, 0);
}
#endif

#ifdef CONFIG_DEBUG_BUILD
LIBSEL4_INLINE_FUNC void seL4_DebugHalt(void)
{
    seL4_SimpleTrap(seL4_SysDebugHalt, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugSnapshot(void)
{
    seL4_SimpleTrap(seL4_SysDebugSnapshot, 0);
}

/* The kernel's number for the capability's type; 0 if there is none. */
LIBSEL4_INLINE_FUNC seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    return LIBSEL4_CAST(seL4_Uint32, seL4_SimpleTrap(seL4_SysDebugCapIdentify, cap));
}

/* The name, at most 959 characters of it, travels in the IPC buffer. */
LIBSEL4_INLINE_FUNC void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    seL4_Word i, at, word;
    for (i = 0; i < seL4_MsgMaxLength; i++) {
        word = 0;
        for (at = 0; at < 8 && *name && i * 8 + at < seL4_MsgMaxLength * 8 - 1; at++) {
            word |= LIBSEL4_CAST(seL4_Word, LIBSEL4_CAST(seL4_Uint8, *name++)) << (8 * at);
        }
        seL4_SetMR(LIBSEL4_CAST(int, i), word);
    }
    seL4_SimpleTrap(seL4_SysDebugNameThread, tcb);
}
#endif
