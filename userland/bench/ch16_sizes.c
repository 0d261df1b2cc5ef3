/* What operations cost as the system grows: threads that wait, threads that are ready, levels of
 * CNodes, descendants. */
#include "bench.h"

enum { RADIX = 4, LEVELS = 16, THREAD_RADIX = 14, MOST_THREADS = 10000, MOST_DESCENDANTS = 10000 };

static seL4_CPtr endpoint, crowd_endpoint;
static seL4_CPtr crowd; /* a CNode of many slots */

/* --- Lookup --------------------------------------------------------------------------------- */

/* Each CNode's first slot leads to the next CNode; the last one's slots are empty. */
static void measure_lookup(void)
{
    seL4_CPtr first = make(seL4_CapTableObject, RADIX, LEVELS);
    seL4_Word level, round, begin;
    for (level = 0; level + 1 < LEVELS; level++) {
        need(seL4_CNode_Copy(first + level, 0, RADIX, ROOT, first + level + 1, 64,
                             seL4_AllRights));
    }
    for (level = 1; level <= LEVELS; level++) {
        begin = virtual_count();
        for (round = 0; round < ROUNDS; round++) {
            seL4_CNode_Delete(first, 1, (seL4_Uint8)(level * RADIX));
        }
        report("lookup-levels", level, ROUNDS, virtual_count() - begin);
    }
}

/* --- Revoke --------------------------------------------------------------------------------- */

static void measure_revoke(void)
{
    const seL4_CPtr parent = make(seL4_EndpointObject, 0, 1);
    seL4_Word count, i, begin;
    for (count = 1; count <= MOST_DESCENDANTS; count *= 10) {
        for (i = 0; i < count; i++) {
            need(seL4_CNode_Copy(crowd, i, THREAD_RADIX, ROOT, parent, 64, seL4_AllRights));
        }
        begin = virtual_count();
        need(seL4_CNode_Revoke(ROOT, parent, 64));
        report("revoke-descendants", count, 1, virtual_count() - begin);
    }
}

/* --- Threads -------------------------------------------------------------------------------- */

static void answer(seL4_Word unused)
{
    (void)unused;
    seL4_RecvWithMRs(endpoint, LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL,
                     LIBSEL4_NULL);
    for (;;) {
        seL4_ReplyRecvWithMRs(endpoint, seL4_MessageInfo_new(0, 0, 0, 0), LIBSEL4_NULL,
                              LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL);
    }
}

/* What the many threads do, for which they need no stack: one system call, over and over. */
__asm__(".text\n.type call_forever, %function\ncall_forever: svc #0\n b call_forever\n");
void call_forever(void);

/* Thread `index` of the crowd makes the system call `number` on `cptr`, once it is resumed. */
static void join(seL4_Word index, seL4_Int64 number, seL4_CPtr cptr)
{
    const seL4_CPtr tcb = next_slot; /* only as long as it is being prepared */
    seL4_UserContext registers = {0};
    registers.pc = (seL4_Word)call_forever;
    registers.x0 = cptr;
    registers.x7 = (seL4_Word)number;
    need(seL4_Untyped_Retype(memory, seL4_TCBObject, 0, ROOT, 0, 0, tcb, 1));
    need(seL4_TCB_SetSpace(tcb, 0, ROOT, 0, seL4_CapInitThreadVSpace, 0));
    need(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, OWN_PRIORITY, OWN_PRIORITY));
    need(seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof registers / sizeof(seL4_Word), &registers));
    need(seL4_CNode_Move(crowd, index, THREAD_RADIX, ROOT, tcb, 64));
}

/* A round of Call and ReplyRecv while others wait for messages of their own. */
static void measure_messages(seL4_Word threads)
{
    seL4_Word round, begin;
    seL4_Yield(); /* the newest get to where they wait */
    begin = virtual_count();
    for (round = 0; round < ROUNDS; round++) {
        seL4_CallWithMRs(endpoint, seL4_MessageInfo_new(0, 0, 0, 0), LIBSEL4_NULL, LIBSEL4_NULL,
                         LIBSEL4_NULL, LIBSEL4_NULL);
    }
    report("call-threads", threads, ROUNDS, virtual_count() - begin);
}

static void measure_waiting(void)
{
    seL4_Word count, index = 0;
    partner.tcb = make(seL4_TCBObject, 0, 1);
    start_partner(answer, 0, seL4_CapInitThreadVSpace, 0);
    for (count = 10; count <= MOST_THREADS; count *= 10) {
        for (; index < count; index++) {
            join(index, seL4_SysRecv, crowd_endpoint);
        }
        measure_messages(count);
    }
    stop_partner();
}

/* Each Yield gives everybody a turn: so many system calls and so many switches. */
static void measure_turns(seL4_Word threads)
{
    seL4_Word rounds = MOST_THREADS / threads + 1, round, begin;
    seL4_Yield();
    begin = virtual_count();
    for (round = 0; round < rounds; round++) {
        seL4_Yield();
    }
    report("yield-threads", threads, rounds * (threads + 1), virtual_count() - begin);
}

static void measure_ready(void)
{
    seL4_Word count, index = 0;
    for (count = 10; count <= MOST_THREADS; count *= 10) {
        for (; index < count; index++) {
            join(index, seL4_SysYield, 0);
        }
        measure_turns(count);
    }
}

int main(void)
{
    begin_program();
    endpoint = make(seL4_EndpointObject, 0, 1);
    crowd_endpoint = make(seL4_EndpointObject, 0, 1);
    measure_lookup();
    crowd = make(seL4_CapTableObject, THREAD_RADIX, 1);
    measure_revoke();
    measure_waiting();
    need(seL4_CNode_Delete(ROOT, crowd, 64)); /* and with it all those threads */
    crowd = make(seL4_CapTableObject, THREAD_RADIX, 1);
    measure_ready();
    put("all rows\n");
    return 0;
}
