/* What errors are called, and what the words that come with them mean. */
#pragma once

#include "print.h"

static inline const char *error_name(seL4_Word error)
{
    static const char *const names[] = {
        "NoError",        "InvalidArgument", "InvalidCapability", "IllegalOperation",
        "RangeError",     "AlignmentError",  "FailedLookup",      "TruncatedMessage",
        "DeleteFirst",    "RevokeFirst",     "NotEnoughMemory"};
    return error < seL4_NumErrors ? names[error] : "?";
}

static inline const char *failure_name(seL4_Word failure)
{
    static const char *const names[] = {"?", "InvalidRoot", "MissingCapability", "DepthMismatch",
                                        "GuardMismatch"};
    return failure <= seL4_GuardMismatch ? names[failure] : "?";
}

/* What a capability's type is called. */
static inline const char *type_name(seL4_CPtr cptr)
{
    static const char *const names[] = {
        [0] = "Null",        [1] = "Frame",        [2] = "Untyped",  [3] = "PageTable",
        [4] = "Endpoint",    [6] = "Notification", [8] = "Reply",    [9] = "VSpace",
        [10] = "CNode",      [11] = "ASIDControl", [12] = "TCB",     [13] = "ASIDPool",
        [14] = "IRQControl", [16] = "IRQHandler",  [18] = "Zombie",  [20] = "Domain"};
    const seL4_Uint32 type = seL4_DebugCapIdentify(cptr);
    return type < sizeof names / sizeof *names && names[type] ? names[type] : "?";
}

/* Where the walk through a capability space ended: words 0 to 4 of a FailedLookup. */
static inline void put_lookup_failure(void)
{
    put(seL4_GetMR(0) ? "source lookup, " : "destination lookup, ");
    put(failure_name(seL4_GetMR(1)));
    if (seL4_GetMR(1) == seL4_InvalidRoot) {
        return;
    }
    put(", ");
    put_number(seL4_GetMR(2));
    put(" bits left");
    if (seL4_GetMR(1) == seL4_DepthMismatch) {
        put(", ");
        put_number(seL4_GetMR(3));
        put(" bits found");
    } else if (seL4_GetMR(1) == seL4_GuardMismatch) {
        put(", guard ");
        put_hex(seL4_GetMR(3));
        put(" of ");
        put_number(seL4_GetMR(4));
        put(" bits");
    }
}

/* An error as a line, with its words, which are in the IPC buffer. */
static inline void put_refusal(seL4_Error error)
{
    put(error_name(error));
    if (error == seL4_InvalidArgument) {
        put(": argument ");
        put_number(seL4_GetMR(0));
    } else if (error == seL4_InvalidCapability) {
        put(": capability ");
        put_number(seL4_GetMR(0));
    } else if (error == seL4_RangeError) {
        put(": ");
        put_number(seL4_GetMR(0));
        put(" to ");
        put_number(seL4_GetMR(1));
    } else if (error == seL4_NotEnoughMemory) {
        put(": ");
        put_hex(seL4_GetMR(0));
        put(" left");
    } else if (error == seL4_FailedLookup) {
        put(": ");
        put_lookup_failure();
    }
    put("\n");
}

/* For what cannot fail. */
static inline void must(seL4_Error error)
{
    if (error != seL4_NoError) {
        put("unexpected: ");
        put_refusal(error);
    }
}
