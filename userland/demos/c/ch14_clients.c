/* The demo of chapter 14 in C: a server tells its clients apart, keeps one waiting, gets capabilities
 * in messages, and loses a client. */
#include "names.h"
#include "threads.h"

#define ROOT seL4_CapInitThreadCNode

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum {
    MEMORY = 0x1f00,
    THREADS, /* the first of two */
    COUNTER = 0x1f03,
    PRESENT,
    SAVED,
    RECEIVED,
    RECEIVED_BACK,
    BADGED = 0x1f10 /* that of badge 0; the others behind it */
};

enum {
    OWN_PRIORITY = 50,
    CLIENT_PRIORITY = 60, /* higher: a client runs until it has to wait */
    THREAD_COUNT = 2
};

static struct thread threads[THREAD_COUNT];

static seL4_MessageInfo_t empty_message(void)
{
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

static seL4_MessageInfo_t message_of(seL4_Word word)
{
    seL4_SetMR(0, word);
    return seL4_MessageInfo_new(0, 0, 0, 1);
}

static void put_client(seL4_Word badge, const char *says)
{
    put("  client ");
    put_number(badge);
    put(": ");
    put(says);
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
    must(seL4_Untyped_Retype(MEMORY, seL4_EndpointObject, 0, ROOT, 0, 0, COUNTER, 2));
}

/* Makes the capability with a badge, by which a client knows the server. */
static void mint(seL4_Word badge, seL4_CapRights_t rights)
{
    must(seL4_CNode_Mint(ROOT, BADGED + badge, 64, ROOT, COUNTER, 64, rights, badge));
}

static void delete(seL4_Word slot)
{
    must(seL4_CNode_Delete(ROOT, slot, 64));
}

/* Starts a client; it runs until it has to wait. */
static void start(seL4_Word which, void (*entry)(seL4_Word), seL4_Word argument)
{
    must(thread_prepare(&threads[which], THREADS + which, 0, entry, argument, CLIENT_PRIORITY));
    must(seL4_TCB_Resume(THREADS + which));
}

/* --- Two clients ------------------------------------------------------------------------------ */

/* Asks the server three times to add something to its account. */
static void save_money(seL4_Word badge)
{
    int i;
    for (i = 0; i < 3; i++) {
        seL4_Call(BADGED + badge, message_of(badge * 10));
        put_client(badge, "I have ");
        put_number(seL4_GetMR(0));
        put("\n");
    }
}

/* Serves six requests. Whose account a request is about is not in the message. */
static void keep_accounts(void)
{
    seL4_Word accounts[THREAD_COUNT + 1] = {0};
    seL4_Word badge;
    int i;
    put("two clients\n");
    mint(1, seL4_AllRights);
    mint(2, seL4_AllRights);
    start(0, save_money, 1);
    start(1, save_money, 2);
    seL4_Recv(COUNTER, &badge);
    for (i = 0; i < 5; i++) {
        accounts[badge] += seL4_GetMR(0);
        seL4_ReplyRecv(COUNTER, message_of(accounts[badge]), &badge);
    }
    accounts[badge] += seL4_GetMR(0);
    seL4_Reply(message_of(accounts[badge]));
}

/* --- A client that has to wait ---------------------------------------------------------------- */

static void ask(seL4_Word badge)
{
    seL4_Call(BADGED + badge, empty_message());
    put_client(badge, "");
    put_number(seL4_GetMR(0));
    put("\n");
}

static void save_for_later(void)
{
    seL4_MessageInfo_t info;
    put("an answer for later\n");
    start(0, ask, 1);
    seL4_Recv(COUNTER, 0);
    must(seL4_CNode_SaveCaller(ROOT, SAVED, 64));
    start(1, ask, 2);
    seL4_Recv(COUNTER, 0);
    seL4_Reply(message_of(22));
    seL4_Send(SAVED, message_of(11));
    info = seL4_Call(SAVED, message_of(12));
    put("  a second answer: ");
    put(error_name(seL4_MessageInfo_get_label(info)));
    put("\n");
}

/* --- Capabilities in messages ----------------------------------------------------------------- */

/* Sends capabilities to endpoints, as many as the argument says: to `PRESENT`, and to the server's
 * own. */
static void give(seL4_Word count)
{
    seL4_SetCap(0, PRESENT);
    seL4_SetCap(1, BADGED + 2);
    seL4_SetCap(2, PRESENT);
    seL4_Call(BADGED + 1, seL4_MessageInfo_new(0, 0, count, 0));
    put("  client: and back ");
    put(seL4_DebugCapIdentify(RECEIVED_BACK) == 0 ? "nothing\n" : "one\n");
}

static void receive_present(const char *what, seL4_Word count)
{
    seL4_MessageInfo_t info;
    seL4_SetCapReceivePath(ROOT, RECEIVED, 64);
    start(0, give, count);
    info = seL4_Recv(COUNTER, 0);
    put("  ");
    put(what);
    put(": ");
    put_number(seL4_MessageInfo_get_extraCaps(info));
    put(" of ");
    put_number(count);
    put(", unwrapped ");
    put_hex(seL4_MessageInfo_get_capsUnwrapped(info));
    if (seL4_MessageInfo_get_extraCaps(info) > 1) {
        put(", badge ");
        put_number(seL4_GetBadge(1));
    }
    put(", the slot: ");
    put(seL4_DebugCapIdentify(RECEIVED) == 0 ? "empty\n" : "an endpoint\n");
}

static void get_presents(void)
{
    seL4_Word count;
    put("capabilities in a message\n");
    threads[0].buffer.receiveCNode = ROOT;
    threads[0].buffer.receiveIndex = RECEIVED_BACK;
    threads[0].buffer.receiveDepth = 64;
    for (count = 1; count <= 3; count++) {
        receive_present("all rights", count);
        seL4_SetCap(0, RECEIVED);
        seL4_Reply(seL4_MessageInfo_new(0, 0, 1, 0));
        delete(RECEIVED_BACK);
        delete(RECEIVED);
    }
    delete(BADGED + 1);
    mint(1, seL4_CapRights_new(1, 0, 0, 1)); /* write, and have a reply */
    receive_present("no right to grant", 1);
    seL4_Reply(empty_message());
}

/* --- A client that is let go ------------------------------------------------------------------ */

static void insist(seL4_Word badge)
{
    seL4_MessageInfo_t info = seL4_Call(BADGED + badge, empty_message());
    put_client(badge, error_name(seL4_MessageInfo_get_label(info)));
    put("\n");
}

static void let_go(void)
{
    seL4_Word badge;
    put("a client is let go\n");
    delete(BADGED + 1);
    mint(1, seL4_AllRights);
    start(0, insist, 1);
    start(1, insist, 2);
    must(seL4_CNode_Move(ROOT, SAVED, 64, ROOT, BADGED + 1, 64));
    put("  its capability is taken from it, but its message waits\n");
    must(seL4_CNode_CancelBadgedSends(ROOT, SAVED, 64));
    seL4_Recv(COUNTER, &badge);
    put("  server: badge ");
    put_number(badge);
    put(" is the first\n");
    seL4_Reply(empty_message());
}

int main(void)
{
    make_objects();
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, OWN_PRIORITY));
    keep_accounts();
    save_for_later();
    get_presents();
    let_go();
    put("[ch14] OK\n");
    return 0;
}
