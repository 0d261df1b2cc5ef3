/* Where the first thread's BootInfo is. */
#pragma once

#include <sel4/bootinfo_types.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The address that the kernel passed in x0; start-up keeps it. */
seL4_BootInfo *seL4_GetBootInfo(void);
#ifdef __cplusplus
}
#endif
