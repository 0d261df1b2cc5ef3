/* The demo of chapter 08 in C: what there is to begin with, what can be made of it, and when the
 * kernel says no. */
#include "clock.h"
#include "names.h"

#define WORKING_BITS 16 /* log2 of the bytes that are shared out below */
#define CLEARED_BITS 24 /* and at least of those that are cleared for it */

/* The next slot that is free: what is made here stays. */
static seL4_Word next_slot;

/* What an untyped can be asked for. In requests that must fail, one thing is wrong. */
typedef struct {
    seL4_CPtr untyped;
    seL4_Word type, size_bits, node_index, node_depth, node_offset, num_objects;
    seL4_CPtr root;
    seL4_Word label, words, caps;
} request_t;

static request_t ask(seL4_CPtr untyped)
{
    request_t request = {untyped, seL4_UntypedObject, seL4_MinUntypedBits, 0, 0, next_slot, 1,
                         seL4_CapInitThreadCNode, UntypedRetype, 6, 1};
    return request;
}

/* The answer's words are in the IPC buffer then. */
static seL4_MessageInfo_t send(request_t request)
{
    seL4_SetMR(0, request.type);
    seL4_SetMR(1, request.size_bits);
    seL4_SetMR(2, request.node_index);
    seL4_SetMR(3, request.node_depth);
    seL4_SetMR(4, request.node_offset);
    seL4_SetMR(5, request.num_objects);
    seL4_SetCap(0, request.root);
    return seL4_Call(request.untyped,
                     seL4_MessageInfo_new(request.label, 0, request.caps, request.words));
}

/* Makes objects in the next free slots. */
static void make(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_Word count)
{
    must(seL4_Untyped_Retype(untyped, type, size_bits, seL4_CapInitThreadCNode, 0, 0, next_slot,
                             count));
    next_slot += count;
}

/* Whether pieces are what the kernel promises: ascending, aligned, none upon another. */
static int in_order(const seL4_UntypedDesc *pieces, seL4_Word count)
{
    seL4_Word reached = 0;
    seL4_Word i;
    for (i = 0; i < count; i++) {
        seL4_Word bytes = LIBSEL4_BIT(pieces[i].sizeBits);
        if (pieces[i].paddr < reached || pieces[i].paddr % bytes) {
            return 0;
        }
        reached = pieces[i].paddr + bytes;
    }
    return 1;
}

static void show(const char *what, const seL4_UntypedDesc *pieces, seL4_Word count)
{
    seL4_Word bytes = 0;
    seL4_Word i;
    for (i = 0; i < count; i++) {
        bytes += LIBSEL4_BIT(pieces[i].sizeBits);
    }
    put(what);
    put(": ");
    put_number(bytes / 1024);
    put(in_order(pieces, count) ? " KiB, pieces aligned and apart\n"
                                : " KiB, pieces NOT ALIGNED and apart\n");
}

static seL4_Word count_devices(const seL4_BootInfo *info, seL4_Word untypeds)
{
    seL4_Word devices = 0;
    while (devices < untypeds && info->untypedList[devices].isDevice) {
        devices++;
    }
    return devices;
}

/* The memory untyped that is the smallest of those that take a while to clear. */
static seL4_CPtr find_memory(const seL4_BootInfo *info, seL4_Word devices, seL4_Word untypeds)
{
    seL4_Word best = untypeds;
    seL4_Word i;
    for (i = devices; i < untypeds; i++) {
        seL4_Uint8 bits = info->untypedList[i].sizeBits;
        if (bits >= CLEARED_BITS &&
            (best == untypeds || bits < info->untypedList[best].sizeBits)) {
            best = i;
        }
    }
    return info->untyped.start + best;
}

/* Makes the untyped that the rest is made of. First the kernel clears what it comes from. */
static void make_first(seL4_CPtr untyped)
{
    seL4_Word begin = virtual_count();
    make(untyped, seL4_UntypedObject, WORKING_BITS, 1);
    put("the first Retype cleared its untyped in ");
    put_number((virtual_count() - begin) * 1000000 / counts_per_second());
    put(" us\n");
    seL4_DebugSnapshot();
}

/* How many bytes are free: an untyped says so when it is asked for more than there can be. */
static seL4_Word free_bytes(seL4_CPtr untyped)
{
    request_t request = ask(untyped);
    request.size_bits = seL4_MaxUntypedBits;
    send(request);
    return seL4_GetMR(0);
}

/* Makes objects, and shows one and what is left. */
static void row(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_Word count)
{
    seL4_Word first = next_slot;
    seL4_Word bits = type == seL4_CapTableObject ? size_bits + seL4_SlotBits : size_bits;
    make(untyped, type, size_bits, count);
    put("  ");
    put_digits(count, 10, 3, ' ');
    put(" x ");
    put_left(type_name(first), 7);
    put(" of ");
    put_digits(LIBSEL4_BIT(bits), 10, 5, ' ');
    put(" bytes, ");
    put_digits(free_bytes(untyped), 10, 5, ' ');
    put(" bytes left\n");
}

static void show_object_table(seL4_CPtr untyped)
{
    put("made of an untyped of ");
    put_number(free_bytes(untyped));
    put(" bytes:\n");
    row(untyped, seL4_UntypedObject, 4, 1);
    row(untyped, seL4_CapTableObject, 4, 3);
    row(untyped, seL4_UntypedObject, 12, 2);
    row(untyped, seL4_CapTableObject, 8, 1);
    row(untyped, seL4_UntypedObject, 14, 1);
}

/* One CNode after the other, for as long as there is memory. */
static void exhaust(seL4_CPtr untyped)
{
    seL4_Word made = 0;
    while (seL4_Untyped_Retype(untyped, seL4_CapTableObject, 5, seL4_CapInitThreadCNode, 0, 0,
                               next_slot, 1) == seL4_NoError) {
        next_slot++;
        made++;
    }
    put("  ");
    put_digits(made, 10, 3, ' ');
    put(" x CNode   of  1024 bytes, ");
    put_digits(free_bytes(untyped), 10, 5, ' ');
    put(" bytes left: exhausted\n");
}

/* Sends a request that must fail, and shows how: the error, and the words that explain it. */
static void refused(const char *why, request_t request)
{
    seL4_MessageInfo_t info = send(request);
    seL4_Word error = seL4_MessageInfo_get_label(info);
    seL4_Word i;
    put("  ");
    put_left(why, 34);
    put(" ");
    put(error_name(error));
    for (i = 0; i < seL4_MessageInfo_get_length(info); i++) {
        put(" ");
        if (error == seL4_FailedLookup && i == 1) {
            put(failure_name(seL4_GetMR(1)));
        } else {
            put_number(seL4_GetMR((int)i));
        }
    }
    put("\n");
}

/* A request that differs from the usual one in one way, or two. */
#define REFUSED(why, untyped, ...)                                                                 \
    do {                                                                                           \
        request_t request = ask(untyped);                                                          \
        __VA_ARGS__;                                                                               \
        refused(why, request);                                                                     \
    } while (0)

static void show_refusals(seL4_CPtr memory, seL4_CPtr device)
{
    const seL4_Word cnode = seL4_CapTableObject;
    const seL4_CPtr empty = next_slot + 1;
    put("refused:\n");
    REFUSED("a method that there is not", memory, request.label = 2);
    REFUSED("an empty slot", empty, (void)0);
    REFUSED("five words", memory, request.words = 5);
    REFUSED("no root", memory, request.caps = 0);
    REFUSED("type 10", memory, request.type = 10);
    REFUSED("2^48 bytes", memory, request.size_bits = 48);
    REFUSED("2^43 slots", memory, request.type = cnode, request.size_bits = 43);
    REFUSED("8 bytes", memory, request.size_bits = 3);
    REFUSED("a CNode of one slot", memory, request.type = cnode, request.size_bits = 0);
    REFUSED("a root that is no CNode", memory, request.node_depth = 64, request.root = device);
    REFUSED("a path of 65 bits", memory, request.node_depth = 65);
    REFUSED("a path of 63 bits", memory, request.node_depth = 63);
    REFUSED("a path through the wrong guard", memory, request.node_index = LIBSEL4_BIT(63),
            request.node_depth = 64);
    REFUSED("an untyped as destination", memory, request.node_index = device,
            request.node_depth = 64);
    REFUSED("an empty slot as destination", memory, request.root = empty);
    REFUSED("slot 8192", memory, request.node_offset = 8192);
    REFUSED("no objects", memory, request.num_objects = 0);
    REFUSED("257 objects", memory, request.num_objects = 257);
    REFUSED("two objects in the last slot", memory, request.node_offset = 8191,
            request.num_objects = 2);
    REFUSED("a slot that is not empty", memory, request.node_offset = seL4_CapInitThreadCNode);
    REFUSED("more than there is", memory, (void)0);
    REFUSED("a CNode in a device", device, request.type = cnode, request.size_bits = 1);
}

int main(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word untypeds = info->untyped.end - info->untyped.start;
    seL4_Word devices = count_devices(info, untypeds);
    seL4_CPtr memory;
    next_slot = info->empty.start;

    show("device memory", info->untypedList, devices);
    show("memory", info->untypedList + devices, untypeds - devices);

    memory = next_slot;
    make_first(find_memory(info, devices, untypeds));
    show_object_table(memory);
    exhaust(memory);
    show_refusals(memory, info->untyped.start);
    put("[ch08] OK\n");
    return 0;
}
