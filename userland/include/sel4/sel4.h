/* The whole interface under the names of libsel4: programs written for seL4 compile against it. */
#pragma once

#include <sel4/bootinfo.h>
#include <sel4/bootinfo_types.h>
#include <sel4/constants.h>
#include <sel4/faults.h>
#include <sel4/functions.h>
#include <sel4/invocation.h>
#include <sel4/mapping.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>

#include <interfaces/sel4_client.h>
