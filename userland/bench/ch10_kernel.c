/* What operations of the kernel cost: each is done many times, its loop and stub included. */
#include "bench.h"

#define MANY(rounds) for (seL4_Word round = 0; round < (rounds); round++)

static seL4_CPtr empty_slot, spare, endpoint, notification, other_notification;
static seL4_CPtr scratch; /* an untyped that is empty between rounds */
static seL4_CPtr frame, idle_thread, fault_endpoint, other_vspace;

static seL4_MessageInfo_t of_length(seL4_Word words)
{
    return seL4_MessageInfo_new(0, 0, 0, words);
}

/* --- System calls that find nothing to do ---------------------------------------------------- */

static void send_to_nothing(seL4_Word rounds)
{
    MANY(rounds) seL4_NBSend(empty_slot, of_length(0));
}

static void call_nothing(seL4_Word rounds)
{
    MANY(rounds) seL4_Call(empty_slot, of_length(0));
}

static void send_to_nobody(seL4_Word rounds)
{
    MANY(rounds) seL4_NBSend(endpoint, of_length(0));
}

static void receive_from_nobody(seL4_Word rounds)
{
    MANY(rounds) seL4_NBRecv(endpoint, LIBSEL4_NULL);
}

static void signal_nobody(seL4_Word rounds)
{
    MANY(rounds) seL4_Signal(notification);
}

static void poll_idle(seL4_Word rounds)
{
    MANY(rounds) seL4_Poll(notification, LIBSEL4_NULL);
}

static void yield(seL4_Word rounds)
{
    MANY(rounds) seL4_Yield();
}

/* --- Capabilities ---------------------------------------------------------------------------- */

/* The outcome of the last round stands for all. */

static void copy_and_delete(seL4_Word rounds)
{
    seL4_Error made = 0, deleted = 0;
    MANY(rounds)
    {
        made = seL4_CNode_Copy(ROOT, spare, 64, ROOT, endpoint, 64, seL4_AllRights);
        deleted = seL4_CNode_Delete(ROOT, spare, 64);
    }
    need(made | deleted);
}

static void mint_and_delete(seL4_Word rounds)
{
    seL4_Error made = 0, deleted = 0;
    MANY(rounds)
    {
        made = seL4_CNode_Mint(ROOT, spare, 64, ROOT, endpoint, 64, seL4_AllRights, 7);
        deleted = seL4_CNode_Delete(ROOT, spare, 64);
    }
    need(made | deleted);
}

static inline void retype_and_delete(seL4_Word type, seL4_Word rounds)
{
    seL4_Error made = 0, deleted = 0;
    MANY(rounds)
    {
        made = seL4_Untyped_Retype(scratch, type, 0, ROOT, 0, 0, spare, 1);
        deleted = seL4_CNode_Delete(ROOT, spare, 64);
    }
    need(made | deleted);
}

static void retype_endpoint(seL4_Word rounds)
{
    retype_and_delete(seL4_EndpointObject, rounds);
}

static void retype_thread(seL4_Word rounds)
{
    retype_and_delete(seL4_TCBObject, rounds);
}

static void retype_frame(seL4_Word rounds)
{
    retype_and_delete(seL4_ARM_SmallPageObject, rounds);
}

static void retype_and_revoke(seL4_Word rounds)
{
    seL4_Error made = 0, revoked = 0;
    MANY(rounds)
    {
        made = seL4_Untyped_Retype(scratch, seL4_EndpointObject, 0, ROOT, 0, 0, spare, 16);
        revoked = seL4_CNode_Revoke(ROOT, scratch, 64);
    }
    need(made | revoked);
}

static void map_and_unmap(seL4_Word rounds)
{
    const seL4_Word address = 0x10000000;
    seL4_Error mapped = 0, unmapped = 0;
    map_at(frame, seL4_CapInitThreadVSpace, address);
    need(seL4_ARM_Page_Unmap(frame));
    MANY(rounds)
    {
        mapped = seL4_ARM_Page_Map(frame, seL4_CapInitThreadVSpace, address, seL4_ReadWrite,
                                   seL4_ARM_Default_VMAttributes);
        unmapped = seL4_ARM_Page_Unmap(frame);
    }
    need(mapped | unmapped);
}

static void read_registers(seL4_Word rounds)
{
    seL4_UserContext registers;
    seL4_Error error = 0;
    MANY(rounds) error = seL4_TCB_ReadRegisters(idle_thread, 0, 0, 36, &registers);
    need(error);
}

static void set_priority(seL4_Word rounds)
{
    seL4_Error error = 0;
    MANY(rounds) error = seL4_TCB_SetPriority(idle_thread, seL4_CapInitThreadTCB, 100);
    need(error);
}

/* --- With a partner -------------------------------------------------------------------------- */

static void partner_yields(seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Yield();
    }
}

/* The words that travel in registers are a stub's own business; the others, and words 0 to 3 with
 * them, are in the IPC buffer. */
static void partner_answers(seL4_Word words)
{
    seL4_Word mr[4] = {0};
    seL4_RecvWithMRs(endpoint, LIBSEL4_NULL, &mr[0], &mr[1], &mr[2], &mr[3]);
    for (;;) {
        if (words == 0) {
            seL4_ReplyRecvWithMRs(endpoint, of_length(0), LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL,
                                  LIBSEL4_NULL, LIBSEL4_NULL);
        } else if (words <= 4) {
            seL4_ReplyRecvWithMRs(endpoint, of_length(words), LIBSEL4_NULL, &mr[0], &mr[1], &mr[2],
                                  &mr[3]);
        } else {
            seL4_ReplyRecv(endpoint, of_length(words), LIBSEL4_NULL);
        }
    }
}

static void partner_signals_back(seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Wait(notification, LIBSEL4_NULL);
        seL4_Signal(other_notification);
    }
}

static void partner_calls_what_is_not(seL4_Word unused)
{
    (void)unused;
    __asm__ volatile("mov x7, #99\n1: svc #0\n b 1b" ::: "x7");
}

static void partner_reads_what_is_not(seL4_Word unused)
{
    (void)unused;
    __asm__ volatile("mov x9, #0\n1: ldr x10, [x9]\n b 1b" ::: "x9", "x10");
}

static void partner_does_what_is_not(seL4_Word unused)
{
    (void)unused;
    __asm__ volatile("1: udf #0\n b 1b");
}

static void call_without_words(seL4_Word rounds)
{
    MANY(rounds)
    {
        seL4_CallWithMRs(endpoint, of_length(0), LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL,
                         LIBSEL4_NULL);
    }
}

static void call_with_registers(seL4_Word rounds)
{
    seL4_Word mr[4] = {1, 2, 3, 4};
    MANY(rounds)
    {
        seL4_CallWithMRs(endpoint, of_length(4), &mr[0], &mr[1], &mr[2], &mr[3]);
    }
}

static void call_with_5(seL4_Word rounds)
{
    MANY(rounds) seL4_Call(endpoint, of_length(5));
}

static void call_with_10(seL4_Word rounds)
{
    MANY(rounds) seL4_Call(endpoint, of_length(10));
}

static void call_with_120(seL4_Word rounds)
{
    MANY(rounds) seL4_Call(endpoint, of_length(120));
}

static void signal_and_wait(seL4_Word rounds)
{
    MANY(rounds)
    {
        seL4_Signal(notification);
        seL4_Wait(other_notification, LIBSEL4_NULL);
    }
}

/* An answer without words: what has failed is done again, and fails again. */
static void handle_faults(seL4_Word rounds)
{
    MANY(rounds)
    {
        seL4_ReplyRecvWithMRs(fault_endpoint, of_length(0), LIBSEL4_NULL, LIBSEL4_NULL,
                              LIBSEL4_NULL, LIBSEL4_NULL, LIBSEL4_NULL);
    }
}

/* --- The rows -------------------------------------------------------------------------------- */

static void measure_with(const char *row, void (*repeat)(seL4_Word), void (*other)(seL4_Word),
                         seL4_Word argument, seL4_CPtr vspace)
{
    start_partner(other, argument, vspace, fault_endpoint);
    seL4_Yield(); /* it gets to where it waits */
    measure(row, repeat);
    stop_partner();
}

/* Chapter 10. */
static void measure_capabilities(void)
{
    measure("null", send_to_nothing);
    measure("call-null", call_nothing);
    measure("copy-delete", copy_and_delete);
    measure("mint-delete", mint_and_delete);
    measure("retype-endpoint", retype_endpoint);
    measure("retype-revoke-16", retype_and_revoke);
}

/* Chapter 11. */
static void measure_memory(void)
{
    measure("retype-frame", retype_frame);
    frame = make(seL4_ARM_SmallPageObject, 0, 1);
    measure("map-unmap", map_and_unmap);
}

/* Chapter 12. */
static void measure_threads(void)
{
    idle_thread = make(seL4_TCBObject, 0, 1);
    partner.tcb = make(seL4_TCBObject, 0, 1);
    other_vspace = make_vspace();
    measure("retype-tcb", retype_thread);
    measure("read-registers", read_registers);
    measure("set-priority", set_priority);
    measure("yield", yield);
    measure_with("yield-pingpong", yield, partner_yields, 0, other_vspace);
}

/* Chapters 13 and 14. */
static void measure_messages(void)
{
    const seL4_CPtr own_vspace = seL4_CapInitThreadVSpace;
    measure("nbsend", send_to_nobody);
    measure("nbrecv", receive_from_nobody);
    measure_with("call-0", call_without_words, partner_answers, 0, other_vspace);
    measure_with("call-4", call_with_registers, partner_answers, 4, other_vspace);
    measure_with("call-5", call_with_5, partner_answers, 5, own_vspace);
    measure_with("call-10", call_with_10, partner_answers, 10, own_vspace);
    measure_with("call-120", call_with_120, partner_answers, 120, own_vspace);
}

/* Chapter 15. */
static void measure_notifications(void)
{
    measure("signal", signal_nobody);
    seL4_Poll(notification, LIBSEL4_NULL);
    measure("poll", poll_idle);
    measure_with("notification-pingpong", signal_and_wait, partner_signals_back, 0, other_vspace);
}

/* Chapter 16. */
static void measure_faults(void)
{
    const seL4_CPtr own_vspace = seL4_CapInitThreadVSpace;
    measure_with("page-fault", handle_faults, partner_reads_what_is_not, 0, other_vspace);
    measure_with("unknown-syscall", handle_faults, partner_calls_what_is_not, 0, own_vspace);
    measure_with("undefined", handle_faults, partner_does_what_is_not, 0, own_vspace);
}

int main(void)
{
    begin_program();
    scratch = make(seL4_UntypedObject, 16, 1);
    endpoint = make(seL4_EndpointObject, 0, 1);
    fault_endpoint = make(seL4_EndpointObject, 0, 1);
    notification = make(seL4_NotificationObject, 0, 1);
    other_notification = make(seL4_NotificationObject, 0, 1);
    empty_slot = take_slots(1);
    spare = take_slots(16);
    measure_capabilities();
    measure_memory();
    measure_threads();
    measure_messages();
    measure_notifications();
    measure_faults();
    put("all rows\n");
    return 0;
}
