/* The demo of chapter 15 in C: signals, kept and waited for, and a server that hears calls and
 * signals at one door. */
#include "names.h"
#include "threads.h"

enum {
    /* Slots of the root CNode, far behind those that boot fills. */
    memory = 0x1f00,
    tcbs = 0x1f01, /* the first of three */
    bell = 0x1f04,
    done = 0x1f05,
    door = 0x1f06,
    badged = 0x1f10, /* a copy of the bell with badge b is in the b-th slot from here */
    client_door = 0x1f40,

    own_priority = 50,
    threads_there_are = 3,
    client_badge = 0x77
};

static struct thread threads[threads_there_are];

static void start(unsigned which, void (*entry)(seL4_Word), seL4_Word argument,
                  seL4_Word priority) {
    must(thread_prepare(&threads[which], tcbs + which, 0, entry, argument, priority));
    must(seL4_TCB_Resume(tcbs + which));
}

static void make(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_Word slot,
                 seL4_Word count) {
    must(seL4_Untyped_Retype(untyped, type, size_bits, seL4_CapInitThreadCNode, 0, 0, slot, count));
}

static void make_objects(void) {
    const seL4_BootInfo* info = seL4_GetBootInfo();
    const seL4_Word size_bits = 16;
    seL4_CPtr i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits <= size_bits) {
        i++;
    }
    make(info->untyped.start + i, seL4_UntypedObject, size_bits, memory, 1);
    make(memory, seL4_TCBObject, 0, tcbs, threads_there_are);
    make(memory, seL4_NotificationObject, 0, bell, 2);
    make(memory, seL4_EndpointObject, 0, door, 1);
}

static void mint(seL4_CPtr to, seL4_CPtr from, seL4_Word badge) {
    must(seL4_CNode_Mint(seL4_CapInitThreadCNode, to, seL4_WordBits, seL4_CapInitThreadCNode, from,
                         seL4_WordBits, seL4_AllRights, badge));
}

/* Rings the bell so that this badge arrives. */
static void ring(seL4_Word badge) {
    seL4_CPtr copy = badged + badge;
    if (seL4_DebugCapIdentify(copy) == 0) {
        mint(copy, bell, badge);
    }
    seL4_Signal(copy);
}

static seL4_Word wait_for(seL4_CPtr notification) {
    seL4_Word badges;
    seL4_Wait(notification, &badges);
    return badges;
}

static seL4_Word poll(seL4_CPtr notification) {
    seL4_Word badges;
    seL4_Poll(notification, &badges);
    return badges;
}

static void put_badges(const char* before, seL4_Word badges, const char* after) {
    put(before);
    put_hex(badges);
    put(after);
}

/* --- Signals that nobody waits for ------------------------------------------------------------ */

static void coalesce(void) {
    static const seL4_Word badges[] = {1, 2, 4, 2};
    unsigned i;
    put("nobody waits\n");
    for (i = 0; i < 4; i++) {
        ring(badges[i]);
        put_badges("  signalled ", badges[i], "\n");
    }
    put_badges("  wait: ", wait_for(bell), "\n");
    put_badges("  poll: ", poll(bell), "\n");
    seL4_Signal(bell);
    put("  signalled without a badge\n");
    put_badges("  wait: ", wait_for(bell), ", at once\n");
}

/* --- Who is told first ------------------------------------------------------------------------ */

static const struct {
    const char* came;
    seL4_Word priority;
} waiters[] = {{"first", 60}, {"second", 80}, {"third", 70}};

static void wait_once(seL4_Word which) {
    seL4_Word badges = wait_for(bell);
    put("  who came ");
    put(waiters[which].came);
    put(", with priority ");
    put_number(waiters[which].priority);
    put_badges(", is told ", badges, "\n");
}

static void queue_up(void) {
    unsigned i;
    put("three wait\n");
    for (i = 0; i < threads_there_are; i++) {
        start(i, wait_once, i, waiters[i].priority);
    }
    for (i = 0; i < 4; i++) {
        ring(1ul << i);
    }
    put_badges("  kept: ", poll(bell), "\n");
}

/* --- Something to do, and how much ------------------------------------------------------------ */

static volatile seL4_Word produced;

/* Works off what has been produced whenever the bell rings. */
static void consume(seL4_Word unused) {
    seL4_Word consumed = unused;
    for (;;) {
        seL4_Word badges = wait_for(bell);
        seL4_Word found = produced - consumed;
        consumed += found;
        put_badges("  woken by ", badges, ", and finds ");
        put_number(found);
        put(" things to do\n");
        seL4_Signal(done);
    }
}

/* Rings for each thing, but lets the consumer run only after all of them. */
static void produce(unsigned things) {
    for (; things; things--) {
        produced++;
        ring(1);
    }
    wait_for(done);
}

static void work(void) {
    put("a consumer of lower priority\n");
    start(0, consume, 0, own_priority - 1);
    produce(5);
    produce(1);
    must(seL4_TCB_Suspend(tcbs));
}

/* --- Calls and signals at one door ------------------------------------------------------------ */

static void serve(seL4_Word unused) {
    seL4_Word badge = unused;
    seL4_Recv(door, &badge);
    for (;;) {
        if (badge == client_badge) {
            seL4_Word number = seL4_GetMR(0);
            put("  a call, with ");
            put_number(number);
            put("\n");
            seL4_SetMR(0, 2 * number);
            seL4_ReplyRecv(door, seL4_MessageInfo_new(0, 0, 0, 1), &badge);
        } else {
            put_badges("  a signal, ", badge, "\n");
            seL4_Recv(door, &badge);
        }
    }
}

static void call_once(seL4_Word number) {
    seL4_SetMR(0, number);
    seL4_Call(client_door, seL4_MessageInfo_new(0, 0, 0, 1));
    put("  the answer to ");
    put_number(number);
    put(" is ");
    put_number(seL4_GetMR(0));
    put("\n");
}

static void listen(void) {
    put("a server with a bell\n");
    mint(client_door, door, client_badge);
    must(seL4_TCB_BindNotification(tcbs, bell));
    start(1, call_once, 21, 60); /* there is no server yet: the call waits */
    ring(1);
    ring(4);
    start(0, serve, 0, 60);
    ring(2); /* while the server waits for calls */
    start(1, call_once, 4, 60);
    must(seL4_TCB_UnbindNotification(tcbs));
    ring(8);
    put_badges("  unbound, it hears no bell: ", poll(bell), " is kept\n");
}

int main(void) {
    make_objects();
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, own_priority));
    coalesce();
    queue_up();
    work();
    listen();
    put("[ch15] OK\n");
    return 0;
}
