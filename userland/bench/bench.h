/* What the programs that measure share: memory, slots, partners, the clock, lines for the tool. */
#pragma once

#include "../demos/c/clock.h"
#include "../demos/c/names.h"
#include "../demos/c/threads.h"

/* For what has to work, or the figures mean nothing: an earlier kernel cannot do it yet. */
static inline void need(seL4_Error error)
{
    if (error != seL4_NoError) {
        put("no further: ");
        put_refusal(error);
        seL4_DebugHalt();
    }
}

enum { ROOT = seL4_CapInitThreadCNode, OWN_PRIORITY = 255, ROUNDS = 20000 };

/* --- Memory and slots ----------------------------------------------------------------------- */

static seL4_CPtr next_slot; /* those before it are in use */
static seL4_CPtr memory;    /* the largest untyped */

static inline seL4_CPtr take_slots(seL4_Word count)
{
    next_slot += count;
    return next_slot - count;
}

/* Makes `count` objects in slots of the root CNode, the first of which it returns. */
static inline seL4_CPtr make(seL4_Word type, seL4_Word size_bits, seL4_Word count)
{
    seL4_CPtr first = take_slots(count);
    need(seL4_Untyped_Retype(memory, type, size_bits, ROOT, 0, 0, first, count));
    return first;
}

static inline void begin_program(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word i, largest = 0;
    for (i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *found = &info->untypedList[i];
        if (!found->isDevice && found->sizeBits > largest) {
            largest = found->sizeBits;
            memory = info->untyped.start + i;
        }
    }
    next_slot = info->empty.start;
}

static inline seL4_Error copy_to(seL4_CPtr slot, seL4_CPtr source)
{
    return seL4_CNode_Copy(ROOT, slot, 64, ROOT, source, 64, seL4_AllRights);
}

/* --- Time ----------------------------------------------------------------------------------- */

/* Where an instruction takes a nanosecond, nanoseconds are instructions. */
static inline seL4_Word nanoseconds(seL4_Word counts)
{
    return counts * (1000000000ul / counts_per_second());
}

/* `amount`: of whatever the row is about, such as descendants; 1 where there is nothing to vary. */
static inline void report(const char *row, seL4_Word amount, seL4_Word rounds, seL4_Word counts)
{
    put("row ");
    put(row);
    put(" ");
    put_number(amount);
    put(" ");
    put_number(rounds);
    put(" ");
    put_number(nanoseconds(counts));
    put("\n");
}

static inline void measure(const char *row, void (*repeat)(seL4_Word rounds))
{
    seL4_Word begin = virtual_count();
    repeat(ROUNDS);
    report(row, 1, ROUNDS, virtual_count() - begin);
}

/* --- Another thread, and another address space for it ---------------------------------------- */

static struct thread partner;

/* Maps a frame where it takes whatever tables are missing. */
static inline void map_at(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word address)
{
    while (seL4_ARM_Page_Map(frame, vspace, address, seL4_AllRights,
                             seL4_ARM_Default_VMAttributes) == seL4_FailedLookup) {
        need(seL4_ARM_PageTable_Map(make(seL4_ARM_PageTableObject, 0, 1), vspace, address,
                                    seL4_ARM_Default_VMAttributes));
    }
}

/* An address space that has this program where this program's own has it. */
static inline seL4_CPtr make_vspace(void)
{
    const seL4_SlotRegion image = seL4_GetBootInfo()->userImageFrames;
    seL4_CPtr vspace = make(seL4_ARM_VSpaceObject, 0, 1), frame;
    need(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    for (frame = image.start; frame < image.end; frame++) {
        seL4_CPtr copy = take_slots(1);
        need(copy_to(copy, frame));
        map_at(copy, vspace,
               (seL4_Word)__executable_start + ((frame - image.start) << seL4_PageBits));
    }
    return vspace;
}

static inline void start_partner(void (*entry)(seL4_Word), seL4_Word argument, seL4_CPtr vspace,
                                 seL4_CPtr fault_ep)
{
    need(thread_prepare(&partner, partner.tcb, fault_ep, entry, argument, OWN_PRIORITY));
    need(seL4_TCB_SetSpace(partner.tcb, fault_ep, ROOT, 0, vspace, 0));
    need(seL4_TCB_Resume(partner.tcb));
}

static inline void stop_partner(void)
{
    need(seL4_TCB_Suspend(partner.tcb));
}
