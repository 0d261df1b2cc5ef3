/* A fault message that has arrived, by the names of its words. */
#pragma once

#include <sel4/functions.h>

LIBSEL4_INLINE_FUNC seL4_Bool seL4_isNullFault_tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_NullFault;
}

LIBSEL4_INLINE_FUNC seL4_Bool seL4_isCapFault_tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_CapFault;
}

LIBSEL4_INLINE_FUNC seL4_Bool seL4_isUnknownSyscall_tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_UnknownSyscall;
}

LIBSEL4_INLINE_FUNC seL4_Bool seL4_isUserException_tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_UserException;
}

LIBSEL4_INLINE_FUNC seL4_Bool seL4_isVMFault_tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_VMFault;
}

/* The fault's kind, and a copy of its words. */
typedef struct seL4_Fault {
    seL4_Word type;
    seL4_Word words[seL4_UnknownSyscall_Length];
} seL4_Fault_t;

LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    seL4_Fault_t fault;
    int i;
    fault.type = seL4_MessageInfo_get_label(tag);
    for (i = 0; i < seL4_UnknownSyscall_Length; i++) {
        fault.words[i] = seL4_GetMR(i);
    }
    return fault;
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.type;
}

#define LIBSEL4_FAULT_WORD(kind, word, place)                                                      \
    LIBSEL4_INLINE_FUNC seL4_Word seL4_Fault_##kind##_get_##word(seL4_Fault_t fault)               \
    {                                                                                              \
        return fault.words[place];                                                                 \
    }

LIBSEL4_FAULT_WORD(CapFault, IP, seL4_CapFault_IP)
LIBSEL4_FAULT_WORD(CapFault, Addr, seL4_CapFault_Addr)
LIBSEL4_FAULT_WORD(CapFault, InRecvPhase, seL4_CapFault_InRecvPhase)
LIBSEL4_FAULT_WORD(CapFault, LookupFailureType, seL4_CapFault_LookupFailureType)
LIBSEL4_FAULT_WORD(CapFault, MR4, seL4_CapFault_BitsLeft)
LIBSEL4_FAULT_WORD(CapFault, MR5, seL4_CapFault_GuardMismatch_GuardFound)
LIBSEL4_FAULT_WORD(CapFault, MR6, seL4_CapFault_GuardMismatch_BitsFound)
LIBSEL4_FAULT_WORD(UnknownSyscall, X0, seL4_UnknownSyscall_X0)
LIBSEL4_FAULT_WORD(UnknownSyscall, X1, seL4_UnknownSyscall_X1)
LIBSEL4_FAULT_WORD(UnknownSyscall, X2, seL4_UnknownSyscall_X2)
LIBSEL4_FAULT_WORD(UnknownSyscall, X3, seL4_UnknownSyscall_X3)
LIBSEL4_FAULT_WORD(UnknownSyscall, X4, seL4_UnknownSyscall_X4)
LIBSEL4_FAULT_WORD(UnknownSyscall, X5, seL4_UnknownSyscall_X5)
LIBSEL4_FAULT_WORD(UnknownSyscall, X6, seL4_UnknownSyscall_X6)
LIBSEL4_FAULT_WORD(UnknownSyscall, X7, seL4_UnknownSyscall_X7)
LIBSEL4_FAULT_WORD(UnknownSyscall, FaultIP, seL4_UnknownSyscall_FaultIP)
LIBSEL4_FAULT_WORD(UnknownSyscall, SP, seL4_UnknownSyscall_SP)
LIBSEL4_FAULT_WORD(UnknownSyscall, LR, seL4_UnknownSyscall_LR)
LIBSEL4_FAULT_WORD(UnknownSyscall, SPSR, seL4_UnknownSyscall_SPSR)
LIBSEL4_FAULT_WORD(UnknownSyscall, Syscall, seL4_UnknownSyscall_Syscall)
LIBSEL4_FAULT_WORD(UserException, FaultIP, seL4_UserException_FaultIP)
LIBSEL4_FAULT_WORD(UserException, Stack, seL4_UserException_SP)
LIBSEL4_FAULT_WORD(UserException, SPSR, seL4_UserException_SPSR)
LIBSEL4_FAULT_WORD(UserException, Number, seL4_UserException_Number)
LIBSEL4_FAULT_WORD(UserException, Code, seL4_UserException_Code)
LIBSEL4_FAULT_WORD(VMFault, IP, seL4_VMFault_IP)
LIBSEL4_FAULT_WORD(VMFault, Addr, seL4_VMFault_Addr)
LIBSEL4_FAULT_WORD(VMFault, PrefetchFault, seL4_VMFault_PrefetchFault)
LIBSEL4_FAULT_WORD(VMFault, FSR, seL4_VMFault_FSR)

#undef LIBSEL4_FAULT_WORD
