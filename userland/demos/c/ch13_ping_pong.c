/* The demo of chapter 13 in C: two threads play ping and pong; who is served first; what a message
 * holds; and what becomes of those who wait. */
#include "names.h"
#include "threads.h"

#define ROOT seL4_CapInitThreadCNode

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum {
    MEMORY = 0x1f00,
    THREADS, /* the first of three */
    TO_PONG = 0x1f04,
    TO_PING,
    MEETING,
    BADGED = 0x1f10 /* that of badge 0; the others behind it */
};

enum { OWN_PRIORITY = 50, THREAD_COUNT = 3, LABEL = 0x7e55e7a };

static struct thread threads[THREAD_COUNT];
static const seL4_Word priorities[THREAD_COUNT] = {60, 80, 70};

static seL4_MessageInfo_t message_of(seL4_Word word)
{
    seL4_SetMR(0, word);
    return seL4_MessageInfo_new(0, 0, 0, 1);
}

/* Prepares a thread of this program. */
static void prepare(seL4_Word which, void (*entry)(seL4_Word), seL4_Word argument,
                    seL4_Word priority)
{
    must(thread_prepare(&threads[which], THREADS + which, 0, entry, argument, priority));
}

/* Starts a thread. If its priority is higher than ours it runs until it has to wait. */
static void start(seL4_Word which, void (*entry)(seL4_Word), seL4_Word argument, seL4_Word priority)
{
    prepare(which, entry, argument, priority);
    must(seL4_TCB_Resume(THREADS + which));
}

static void make_objects(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits <= 16) {
        i++;
    }
    must(seL4_Untyped_Retype(info->untyped.start + i, seL4_UntypedObject, 16, ROOT, 0, 0, MEMORY,
                             1));
    must(seL4_Untyped_Retype(MEMORY, seL4_TCBObject, 0, ROOT, 0, 0, THREADS, THREAD_COUNT));
    must(seL4_Untyped_Retype(MEMORY, seL4_EndpointObject, 0, ROOT, 0, 0, TO_PONG, 3));
}

/* --- Ping and pong --------------------------------------------------------------------------- */

static void pong(seL4_Word argument)
{
    (void)argument;
    for (;;) {
        seL4_Recv(TO_PONG, 0);
        put("  pong ");
        put_number(seL4_GetMR(0));
        put("\n");
        seL4_Send(TO_PING, message_of(seL4_GetMR(0) + 1));
    }
}

static void play(void)
{
    seL4_Word ball = 1;
    put("ping and pong\n");
    start(0, pong, 0, OWN_PRIORITY);
    while (ball < 6) {
        put("  ping ");
        put_number(ball);
        put("\n");
        seL4_Send(TO_PONG, message_of(ball + 1));
        seL4_Recv(TO_PING, 0);
        ball = seL4_GetMR(0);
    }
    must(seL4_TCB_Suspend(THREADS));
}

/* --- First come, first served ---------------------------------------------------------------- */

/* Sends the priority it has through a capability with its own badge. */
static void introduce_itself(seL4_Word badge)
{
    seL4_Send(BADGED + badge, message_of(priorities[badge - 1]));
}

static void serve(void)
{
    seL4_Word i, badge;
    put("three senders, one after the other\n");
    for (i = 0; i < THREAD_COUNT; i++) {
        must(seL4_CNode_Mint(ROOT, BADGED + i + 1, 64, ROOT, MEETING, 64, seL4_AllRights, i + 1));
        start(i, introduce_itself, i + 1, priorities[i]);
    }
    for (i = 0; i < THREAD_COUNT; i++) {
        seL4_Recv(MEETING, &badge);
        put("  badge ");
        put_number(badge);
        put(", priority ");
        put_number(seL4_GetMR(0));
        put("\n");
    }
    seL4_NBRecv(MEETING, &badge);
    put("  badge ");
    put_number(badge);
    put(": nobody else\n");
}

/* --- What a message holds -------------------------------------------------------------------- */

static void send_long_message(seL4_Word length)
{
    int i;
    for (i = 0; i < seL4_MsgMaxLength; i++) {
        seL4_SetMR(i, (seL4_Word)(i * i));
    }
    seL4_Send(MEETING, seL4_MessageInfo_new((seL4_Word)LABEL, 0, 0, length));
}

static int is_square(int i)
{
    return (int)seL4_GetMR(i) == i * i;
}

/* Receives a message of which each word is its own number's square. */
static void receive_squares(const char *what)
{
    seL4_MessageInfo_t info;
    int i, length, right = 0;
    for (i = 0; i < seL4_MsgMaxLength; i++) {
        seL4_SetMR(i, 0);
    }
    info = seL4_Recv(MEETING, 0);
    length = (int)seL4_MessageInfo_get_length(info);
    while (right < length && is_square(right)) {
        right++;
    }
    i = right > 4 ? right : 4; /* beyond it nothing must have come */
    put("  ");
    put(what);
    put(": ");
    put_number(seL4_MessageInfo_get_length(info));
    put(" words, ");
    put_number((seL4_Word)right);
    put(" right");
    put(i < seL4_MsgMaxLength && is_square(i) ? " AND MORE" : "");
    put(", label ");
    put_hex(seL4_MessageInfo_get_label(info));
    put("\n");
}

/* The sender is left with what `frame` allows of its buffer at `address`. */
static void send_with_weak_buffer(const char *what, seL4_Word address, seL4_CPtr frame)
{
    prepare(0, send_long_message, 120, 60);
    must(seL4_TCB_SetIPCBuffer(THREADS, address, frame));
    must(seL4_TCB_Resume(THREADS));
    receive_squares(what);
}

static void send_long_messages(void)
{
    static const seL4_Word lengths[] = {0, 4, 5, 120, 127};
    seL4_CPtr frame = frame_of(&threads[0].buffer);
    unsigned i;
    put("long messages\n");
    for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        start(0, send_long_message, lengths[i], 60);
        receive_squares("sent");
    }
    send_with_weak_buffer("without a buffer", 0, frame);
    must(seL4_CNode_Copy(ROOT, BADGED, 64, ROOT, frame, 64, seL4_CanRead));
    send_with_weak_buffer("with one that can only be read", (seL4_Word)&threads[0].buffer, BADGED);
    must(seL4_CNode_Delete(ROOT, BADGED, 64));

    must(seL4_CNode_Copy(ROOT, BADGED, 64, ROOT, seL4_CapInitThreadIPCBuffer, 64, seL4_CanRead));
    must(seL4_TCB_SetIPCBuffer(seL4_CapInitThreadTCB, (seL4_Word)seL4_GetBootInfo()->ipcBuffer,
                               BADGED));
    start(0, send_long_message, 120, 60);
    receive_squares("received in such a one");
    must(seL4_TCB_SetIPCBuffer(seL4_CapInitThreadTCB, (seL4_Word)seL4_GetBootInfo()->ipcBuffer,
                               seL4_CapInitThreadIPCBuffer));
    must(seL4_CNode_Delete(ROOT, BADGED, 64));
}

/* --- Those who wait -------------------------------------------------------------------------- */

static void call_once(seL4_Word argument)
{
    seL4_MessageInfo_t info = seL4_Call(MEETING, seL4_MessageInfo_new(0, 0, 0, 0));
    (void)argument;
    put("  its call is answered: ");
    put(error_name(seL4_MessageInfo_get_label(info)));
    put("\n");
}

/* Prints the badge that a receiver sees which does not wait. */
static void put_badge(const char *before, const char *after)
{
    seL4_Word badge;
    seL4_NBRecv(MEETING, &badge);
    put(before);
    put_number(badge);
    put(after);
}

static void show_waiting(void)
{
    put("nobody waits\n");
    seL4_NBSend(MEETING, message_of(1));
    put_badge("  sent without waiting: badge ", " for who asks later\n");

    put("somebody waits\n");
    start(0, introduce_itself, 1, 60);
    must(seL4_TCB_Suspend(THREADS));
    put_badge("  suspended: badge ", "\n");
    must(seL4_TCB_Resume(THREADS));
    put_badge("  resumed: badge ", "\n");
}

static void delete_endpoint(void)
{
    put("the endpoint goes\n");
    start(0, call_once, 0, 60);
    must(seL4_CNode_Revoke(ROOT, MEETING, 64));
    put("  its copies, and the sender does not mind\n");
    must(seL4_CNode_Delete(ROOT, MEETING, 64));
}

int main(void)
{
    make_objects();
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, OWN_PRIORITY));
    play();
    serve();
    send_long_messages();
    show_waiting();
    delete_endpoint();
    put("[ch13] OK\n");
    return 0;
}
