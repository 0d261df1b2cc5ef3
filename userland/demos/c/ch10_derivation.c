/* The demo of chapter 10 in C: what is derived from what, what Revoke takes away, and CNodes that
 * are hard to delete. */
#include "clock.h"
#include "names.h"

#define ROOT seL4_CapInitThreadCNode

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum { MANY_OBJECTS = 0x1e00, ALL_MEMORY = 0x1f00, PAGE, FIRST, SECOND, THIRD, MANY, TREE = 0x1f20 };

static int is_empty(seL4_CPtr slot)
{
    return seL4_DebugCapIdentify(slot) == 0;
}

static seL4_Error make(seL4_CPtr memory, seL4_Word type, seL4_Word size_bits, seL4_Word slot)
{
    return seL4_Untyped_Retype(memory, type, size_bits, ROOT, 0, 0, slot, 1);
}

static seL4_Error copy(seL4_Word to, seL4_Word from)
{
    return seL4_CNode_Copy(ROOT, to, 64, ROOT, from, 64, seL4_AllRights);
}

static seL4_Error delete(seL4_Word slot)
{
    return seL4_CNode_Delete(ROOT, slot, 64);
}

static seL4_Error revoke(seL4_Word slot)
{
    return seL4_CNode_Revoke(ROOT, slot, 64);
}

/* --- The tree ------------------------------------------------------------------------------- */

/* The capabilities that this program makes, in the order of a family tree: behind each one its
 * descendants. */
enum {
    UNTYPED,
    ENDPOINT,
    COPY,
    COPY_OF_COPY,
    BADGE,
    COPY_OF_BADGE,
    SAME_BADGE,
    CNODE,
    COPY_OF_CNODE,
    ROWS
};

static const struct {
    const char *name;
    unsigned depth; /* how many ancestors there are in this table */
} tree[ROWS] = {{"an untyped", 0},          {"an endpoint", 1},
                {"a copy", 2},              {"a copy of the copy", 2}, /* only originals have children */
                {"badge 7", 2},             {"a copy with badge 7", 3},
                {"badge 7 by another Mint", 2}, {"a CNode", 1},
                {"a copy", 2}};

static void grow_tree(seL4_CPtr memory)
{
    must(make(memory, seL4_UntypedObject, 12, TREE + UNTYPED));
    must(make(TREE + UNTYPED, seL4_EndpointObject, 0, TREE + ENDPOINT));
    must(make(TREE + UNTYPED, seL4_CapTableObject, 4, TREE + CNODE));
    must(copy(TREE + COPY, TREE + ENDPOINT));
    must(copy(TREE + COPY_OF_COPY, TREE + COPY));
    must(seL4_CNode_Mint(ROOT, TREE + BADGE, 64, ROOT, TREE + ENDPOINT, 64, seL4_AllRights, 7));
    must(copy(TREE + COPY_OF_BADGE, TREE + BADGE));
    must(
        seL4_CNode_Mint(ROOT, TREE + SAME_BADGE, 64, ROOT, TREE + ENDPOINT, 64, seL4_AllRights, 7));
    must(copy(TREE + COPY_OF_CNODE, TREE + CNODE));
}

/* Draws what is left of the tree. */
static void draw_tree(void)
{
    unsigned row, i;
    for (row = 0; row < ROWS; row++) {
        if (is_empty(TREE + row)) {
            continue;
        }
        put("  ");
        for (i = 0; i < tree[row].depth; i++) {
            put("|  ");
        }
        put("+- ");
        put(tree[row].name);
        put("\n");
    }
}

/* Whether revoking a row has taken its descendants, and nothing else of what was there. */
static int only_descendants_gone(unsigned revoked, const int *was_empty)
{
    unsigned row;
    int below = 0;
    for (row = 0; row < ROWS; row++) {
        below = row > revoked && (below || row == revoked + 1) &&
                tree[row].depth > tree[revoked].depth;
        if (is_empty(TREE + row) != (below || was_empty[row])) {
            return 0;
        }
    }
    return 1;
}

static void show_revoke(unsigned row)
{
    int was_empty[ROWS];
    unsigned i;
    for (i = 0; i < ROWS; i++) {
        was_empty[i] = is_empty(TREE + i);
    }
    must(revoke(TREE + row));
    put("revoked: ");
    put(tree[row].name);
    put(only_descendants_gone(row, was_empty) ? "\n" : " (UNEXPECTED)\n");
    draw_tree();
}

static void show_tree(seL4_CPtr memory)
{
    seL4_MessageInfo_t answer;
    grow_tree(memory);
    put("what has been derived from what:\n");
    draw_tree();
    show_revoke(COPY);
    show_revoke(BADGE);
    show_revoke(ENDPOINT);
    must(copy(TREE + COPY, TREE + ENDPOINT));
    must(delete(TREE + ENDPOINT));
    put("deleted: ");
    put(tree[ENDPOINT].name);
    put(", after another copy\n");
    draw_tree();
    show_revoke(UNTYPED);
    answer = seL4_Call(TREE + CNODE, seL4_MessageInfo_new(0, 0, 0, 0));
    put("use of a CNode after that: ");
    put(error_name(seL4_MessageInfo_get_label(answer)));
    put("\n");
}

/* --- Memory --------------------------------------------------------------------------------- */

/* Prints whether all of an untyped can be had again. If so, gives it back. */
static void show_room(seL4_CPtr memory, seL4_Word size_bits)
{
    seL4_Error error = make(memory, seL4_UntypedObject, size_bits, MANY);
    put("  the memory: ");
    if (error != seL4_NoError) {
        put_refusal(error);
        return;
    }
    put("all free\n");
    must(delete(MANY));
}

static void show_memory(seL4_CPtr memory)
{
    const seL4_Word page_bits = 12;
    must(make(memory, seL4_UntypedObject, page_bits, PAGE));
    put("two CNodes in a page\n");
    must(make(PAGE, seL4_CapTableObject, 6, FIRST));
    must(make(PAGE, seL4_CapTableObject, 6, SECOND));
    show_room(PAGE, page_bits);
    must(delete(FIRST));
    put("one deleted\n");
    show_room(PAGE, page_bits);
    must(delete(SECOND));
    put("both deleted\n");
    show_room(PAGE, page_bits);
}

/* --- CNodes that are hard to delete --------------------------------------------------------- */

static void show_self(seL4_CPtr memory, seL4_Word size_bits)
{
    put("a CNode that contains itself, and its last other capability deleted\n");
    must(make(memory, seL4_CapTableObject, 2, FIRST));
    must(seL4_CNode_Copy(FIRST, 3, 2, ROOT, FIRST, 64, seL4_AllRights));
    must(delete(FIRST));
    show_room(memory, size_bits);
    must(revoke(memory));
    put("revoked\n");
    show_room(memory, size_bits);
}

/* Afterwards FIRST holds the outermost of `count` CNodes, each inside the one before. */
static void nest(seL4_CPtr memory, seL4_Word count)
{
    seL4_Word i;
    must(make(memory, seL4_CapTableObject, 1, FIRST));
    for (i = 1; i < count; i++) {
        must(make(memory, seL4_CapTableObject, 1, SECOND));
        must(seL4_CNode_Move(SECOND, i % 2, 1, ROOT, FIRST, 64));
        must(seL4_CNode_Move(ROOT, FIRST, 64, ROOT, SECOND, 64));
    }
}

static void show_nested(seL4_CPtr memory, seL4_Word size_bits)
{
    const seL4_Word count = 5000;
    put_number(count);
    put(" CNodes, each inside another, and the outermost deleted\n");
    nest(memory, count);
    must(delete(FIRST));
    show_room(memory, size_bits);
}

/* No capability from outside leads into the ring, except for the untyped's right to revoke. */
static void show_ring(seL4_CPtr memory, seL4_Word size_bits)
{
    put("two CNodes, each in the other\n");
    must(make(memory, seL4_CapTableObject, 1, FIRST));
    must(make(memory, seL4_CapTableObject, 1, SECOND));
    must(copy(THIRD, SECOND));
    must(seL4_CNode_Move(FIRST, 1, 1, ROOT, SECOND, 64));
    must(seL4_CNode_Move(THIRD, 0, 1, ROOT, FIRST, 64));
    must(delete(THIRD));
    show_room(memory, size_bits);
    must(revoke(memory));
    put("revoked\n");
    show_room(memory, size_bits);
}

/* --- How long interrupts wait --------------------------------------------------------------- */

/* Long calls: a CNode of many slots goes, and so do many copies of one capability. */
static void delete_much(seL4_CPtr memory, seL4_Uint8 radix)
{
    seL4_Word i;
    must(make(memory, seL4_CapTableObject, radix, FIRST));
    must(make(memory, seL4_EndpointObject, 0, SECOND));
    for (i = 0; i < LIBSEL4_BIT(radix); i++) {
        must(seL4_CNode_Copy(FIRST, i, radix, ROOT, SECOND, 64, seL4_AllRights));
    }
    must(revoke(SECOND));
    must(delete(FIRST));
    must(delete(SECOND));
}

/* As many objects as one Retype can make, and away again; how long the Retype took, in counts. */
static seL4_Word time_retype(seL4_CPtr memory)
{
    seL4_Word taken, begin = virtual_count();
    must(seL4_Untyped_Retype(memory, seL4_UntypedObject, seL4_MinUntypedBits, ROOT, 0, 0,
                             MANY_OBJECTS, CONFIG_RETYPE_FAN_OUT_LIMIT));
    taken = virtual_count() - begin;
    must(revoke(memory));
    return taken;
}

/* The longest call that lets no interrupt in, so often that ticks meet it, and whether it keeps to
 * the bound that the book states. */
static void retype_much(seL4_CPtr memory)
{
    const seL4_Word rounds = 400, bound_us = 131;
    seL4_Word i, taken, longest = 0;
    must(make(memory, seL4_UntypedObject, 12, PAGE));
    for (i = 0; i < rounds; i++) {
        taken = time_retype(PAGE);
        longest = taken > longest ? taken : longest;
    }
    put_number(CONFIG_RETYPE_FAN_OUT_LIMIT);
    put(" objects in one Retype, ");
    put_number(rounds);
    put(" times: ");
    put(longest * 1000000 <= bound_us * counts_per_second() ? "ok, within "
                                                             : "TOO LONG, more than ");
    put_number(bound_us);
    put(" us\n");
}

/* An untyped of `size_bits`, from the memory that boot gave us. */
static seL4_CPtr take_memory(seL4_Word size_bits)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits <= size_bits) {
        i++;
    }
    must(make(info->untyped.start + i, seL4_UntypedObject, size_bits, ALL_MEMORY));
    return ALL_MEMORY;
}

int main(void)
{
    const seL4_Word size_bits = 20;
    seL4_CPtr memory = take_memory(size_bits);
    show_tree(memory);
    show_memory(memory);
    must(revoke(memory));
    show_self(memory, size_bits);
    show_nested(memory, size_bits);
    show_ring(memory, size_bits);
    delete_much(memory, 12);
    seL4_DebugSnapshot();
    must(revoke(memory));
    retype_much(memory);
    seL4_DebugSnapshot();
    put("[ch10] OK\n");
    return 0;
}
