/* A page that cannot be mapped, since a table is missing: which one. */
#pragma once

#include <sel4/functions.h>

/* The message register in which a failed lookup says how many bits were left. */
#define SEL4_MAPPING_LOOKUP_LEVEL 2

/* The bits left where a table of the last level, of the one before, of the first is missing. */
#define SEL4_MAPPING_LOOKUP_NO_PT  21
#define SEL4_MAPPING_LOOKUP_NO_PD  30
#define SEL4_MAPPING_LOOKUP_NO_PUD 39

LIBSEL4_INLINE_FUNC seL4_Word seL4_MappingFailedLookupLevel(void)
{
    return seL4_GetMR(SEL4_MAPPING_LOOKUP_LEVEL);
}
