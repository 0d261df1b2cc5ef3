/* The demo of chapter 09 in C: how addresses lead to capabilities, over several CNodes, and what can
 * be done with a capability once it is found. */
#include "names.h"

#define ROOT seL4_CapInitThreadCNode

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum {
    OUTER = 0x1f00,
    INNER,
    ENDPOINT,
    NOTIFICATION,
    UNGUARDED_ROOT,
    SPARE,
    COPIES = 0x1f10,
    RESULTS = 0x1f40
};

static seL4_Word guard_data(seL4_Word guard, seL4_Word size)
{
    return seL4_CNode_CapData_new(guard, size).words[0];
}

/* Invocations between slots of the root CNode, and the making of one object there. */

static seL4_Error copy(seL4_Word to, seL4_Word from, seL4_CapRights_t rights)
{
    return seL4_CNode_Copy(ROOT, to, 64, ROOT, from, 64, rights);
}

static seL4_Error mint(seL4_Word to, seL4_Word from, seL4_CapRights_t rights, seL4_Word data)
{
    return seL4_CNode_Mint(ROOT, to, 64, ROOT, from, 64, rights, data);
}

static seL4_Error move(seL4_Word to, seL4_Word from)
{
    return seL4_CNode_Move(ROOT, to, 64, ROOT, from, 64);
}

static seL4_Error mutate(seL4_Word to, seL4_Word from, seL4_Word data)
{
    return seL4_CNode_Mutate(ROOT, to, 64, ROOT, from, 64, data);
}

static seL4_Error rotate(seL4_Word to, seL4_Word pivot, seL4_Word from)
{
    return seL4_CNode_Rotate(ROOT, to, 64, 0, ROOT, pivot, 64, 0, ROOT, from, 64);
}

static seL4_Error make(seL4_CPtr memory, seL4_Word type, seL4_Word size_bits, seL4_Word slot)
{
    return seL4_Untyped_Retype(memory, type, size_bits, ROOT, 0, 0, slot, 1);
}

/* Prints what an invocation came to. */
static void report(const char *what, seL4_Error error)
{
    put("  ");
    put_left(what, 44);
    put(" ");
    if (error == seL4_NoError) {
        put("done\n");
    } else {
        put_refusal(error);
    }
}

/* --- Lookup --------------------------------------------------------------------------------- */

/* The CNodes on the way, as this program has made them. */
static const struct {
    const char *name;
    seL4_Word guard, guard_bits, radix, next_slot;
} way[] = {{"root", 0, 0, 13, OUTER}, {"outer", 10, 4, 4, 3}, {"inner", 0, 0, 3, ~0ul}};

/* `count` bits of a word of which `left` are left. */
static seL4_Word bits(seL4_Word word, seL4_Word left, seL4_Word count)
{
    return (word >> (left - count)) & (LIBSEL4_BIT(count) - 1);
}

/* Prints one step of a lookup. Returns whether there is another one. */
static int put_step(seL4_Word level, seL4_Word index, seL4_Word *left)
{
    seL4_Word guard = bits(index, *left, way[level].guard_bits);
    seL4_Word slot;
    *left -= way[level].guard_bits;
    put("    in ");
    put(way[level].name);
    put(": ");
    if (way[level].guard_bits) {
        put("guard ");
        put_hex(guard);
        put(", ");
        if (guard != way[level].guard) {
            put("but the CNode's is ");
            put_hex(way[level].guard);
            put("\n");
            return 0;
        }
    }
    slot = bits(index, *left, way[level].radix);
    *left -= way[level].radix;
    put("slot ");
    put_hex(slot);
    put(", ");
    put_number(*left);
    put(" bits left\n");
    return *left && slot == way[level].next_slot;
}

/* Prints the steps of a lookup as far as it gets. */
static void put_steps(seL4_Word index, seL4_Word left)
{
    seL4_Word level;
    for (level = 0; level < sizeof way / sizeof way[0]; level++) {
        if (left < way[level].guard_bits + way[level].radix || !put_step(level, index, &left)) {
            return;
        }
    }
}

/* Looks for a capability, from the root CNode through a capability that has no guard, and shows the
 * way there and what the kernel finds at its end: a copy of it goes to a slot of our own. */
static void look(const char *what, seL4_Word index, seL4_Uint8 depth)
{
    static seL4_Word next_result = RESULTS;
    seL4_Word result = next_result++;
    seL4_Error error;
    put(what);
    put(": ");
    put_hex(index);
    put(", ");
    put_number(depth);
    put(" bits\n");
    if (depth <= seL4_WordBits) {
        put_steps(index, depth);
    }
    put("    -> ");
    error = seL4_CNode_Copy(ROOT, result, 64, UNGUARDED_ROOT, index, depth, seL4_AllRights);
    if (error != seL4_NoError) {
        put_refusal(error);
        return;
    }
    put(type_name(result));
    put("\n");
}

/* An index that leads through root and outer. */
static seL4_Word through_outer(seL4_Word guard, seL4_Word slot)
{
    return OUTER << 8 | guard << 4 | slot;
}

static void build_cspace(seL4_CPtr memory)
{
    must(make(memory, seL4_CapTableObject, way[1].radix, OUTER));
    must(make(memory, seL4_CapTableObject, way[2].radix, INNER));
    must(make(memory, seL4_EndpointObject, 0, ENDPOINT));
    must(make(memory, seL4_NotificationObject, 0, NOTIFICATION));

    /* inner into slot 3 of outer, an endpoint into slot 5 of inner */
    must(seL4_CNode_Copy(INNER, 5, 3, ROOT, ENDPOINT, 64, seL4_AllRights));
    must(seL4_CNode_Move(OUTER, 3, 4, ROOT, INNER, 64));
    must(mutate(SPARE, OUTER, guard_data(way[1].guard, way[1].guard_bits)));
    must(move(OUTER, SPARE));
    must(mint(UNGUARDED_ROOT, ROOT, seL4_AllRights, guard_data(0, 0)));
}

static void show_lookups(void)
{
    const seL4_Word to_inner = through_outer(10, 3);
    look("one CNode", OUTER, 13);
    look("two CNodes", to_inner, 21);
    look("three CNodes", to_inner << 3 | 5, 24);
    look("only the low bits count", ~0ul << 24 | to_inner << 3 | 5, 24);
    look("an empty slot", to_inner << 3 | 6, 24);
    look("another guard", through_outer(11, 3) << 3, 24);
    look("too few bits for a guard", OUTER << 3 | 5, 16);
    look("too few bits for an index", to_inner >> 1, 20);
    look("too few bits for the next CNode", to_inner << 2, 23);
    look("no CNode on the way", ENDPOINT << 11, 24);
    look("no bits", 0, 0);
    look("more bits than a word has", 0, 65);
    put("a root that is no CNode\n    -> ");
    put_refusal(seL4_CNode_Copy(ROOT, SPARE, 64, ENDPOINT, 0, 64, seL4_AllRights));
}

/* --- What can be done with a capability ----------------------------------------------------- */

/* What a Call through a capability is answered. It must be one that may not send. */
static void call(const char *what, seL4_CPtr cptr)
{
    seL4_MessageInfo_t info = seL4_Call(cptr, seL4_MessageInfo_new(0, 0, 0, 0));
    report(what, (seL4_Error)seL4_MessageInfo_get_label(info));
}

static void show_copies(void)
{
    put("rights and badges\n");
    report("copy an endpoint, read only", copy(COPIES, ENDPOINT, seL4_CanRead));
    call("send through it", COPIES);
    report("copy the copy, with all rights", copy(COPIES + 1, COPIES, seL4_AllRights));
    call("send through that", COPIES + 1);
    report("mint a badge", mint(COPIES + 2, ENDPOINT, seL4_AllRights, 0xb0b));
    report("mint another onto it", mint(COPIES + 3, COPIES + 2, seL4_AllRights, 0xa11ce));
    report("mint the same onto it", mint(COPIES + 3, COPIES + 2, seL4_AllRights, 0xb0b));
    report("mutate its badge", mutate(COPIES + 3, COPIES + 2, 1));
    report("copy onto a capability", copy(COPIES + 1, ENDPOINT, seL4_AllRights));
    report("mint a badge for a notification", mint(COPIES + 3, NOTIFICATION, seL4_CanWrite, 7));
}

static void show_guards(void)
{
    put("guards\n");
    report("a guard of 60 bits for 4 bits of index",
           mint(COPIES + 4, OUTER, seL4_NoRights, guard_data(1, 60)));
    report("a guard of 61", mint(SPARE, OUTER, seL4_NoRights, guard_data(1, 61)));
    report("through the first, slot 3",
           seL4_CNode_Copy(ROOT, SPARE, 64, COPIES + 4, 1 << 4 | 3, 64, seL4_AllRights));
    put("    -> ");
    put(type_name(SPARE));
    put("\n");
}

/* Reports, and shows what the three slots hold then. */
static void report_moved(const char *what, seL4_Error error)
{
    report(what, error);
    put("    -> ");
    put(type_name(COPIES + 4));
    put(", ");
    put(type_name(COPIES + 7));
    put(", ");
    put(type_name(COPIES + 5));
    put("\n");
}

static void show_moves(void)
{
    enum { FIRST = COPIES + 4, SECOND = COPIES + 7, THIRD = COPIES + 5 };
    put("moves, between three slots\n");
    report_moved("move the first to the third", move(THIRD, FIRST));
    report_moved("move the first again", move(COPIES + 6, FIRST));
    report_moved("rotate: third to second to first", rotate(FIRST, SECOND, THIRD));
    report_moved("the same again", rotate(FIRST, SECOND, THIRD));
    report_moved("swap the first two", rotate(FIRST, SECOND, FIRST));
    report_moved("swap with an endpoint", rotate(FIRST, ENDPOINT, FIRST));
}

static void show_untyped(seL4_CPtr memory)
{
    put("untyped memory\n");
    report("copy an untyped that has children", copy(COPIES + 7, memory, seL4_AllRights));
    must(make(memory, seL4_UntypedObject, 12, COPIES + 7));
    report("copy one that has none", copy(COPIES + 8, COPIES + 7, seL4_AllRights));
    report("make something of it", make(COPIES + 7, seL4_EndpointObject, 0, COPIES + 9));
    report("make something of the copy", make(COPIES + 8, seL4_EndpointObject, 0, COPIES + 9));
}

/* The first untyped that is memory, and of some size. */
static seL4_CPtr find_memory(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits < 14) {
        i++;
    }
    return info->untyped.start + i;
}

int main(void)
{
    seL4_CPtr memory = find_memory();
    build_cspace(memory);
    show_lookups();
    show_copies();
    show_guards();
    show_untyped(memory);
    show_moves();
    put("[ch09] OK\n");
    return 0;
}
