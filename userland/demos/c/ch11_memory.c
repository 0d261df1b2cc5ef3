/* The demo of chapter 11 in C: what it takes to map a frame, and all that can be done with one. */
#include "names.h"

#define ROOT  seL4_CapInitThreadCNode
#define SPACE seL4_CapInitThreadVSpace

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum {
    TABLES = 0x1e00, /* four of them */
    PAGE_CAP = 0x1e10,
    COPY,
    LARGE,
    DEVICE,
    HUGE,
    OTHER_SPACE,
    POOL,
    POOL_MEMORY,
    MEMORY
};

enum { PAGE_BYTES = 0x1000, LARGE_BYTES = 0x200000, HUGE_BYTES = 0x40000000 };

/* Addresses where nothing is mapped yet, and none of the tables is there. */
#define HERE         0x10000000000ul
#define THERE        (HERE + 3 * PAGE_BYTES)
#define LARGE_PLACE  (HERE + LARGE_BYTES)
#define DEVICE_PLACE (HERE + 5 * PAGE_BYTES)

#define DATA_ONLY     ((seL4_ARM_VMAttributes)5) /* cached, not to be executed */
#define DEVICE_MEMORY ((seL4_ARM_VMAttributes)4) /* neither */
#define DEFAULT       seL4_ARM_Default_VMAttributes

static void report(const char* what, seL4_Error error) {
    put("  ");
    put(what);
    put(": ");
    if (error == seL4_NoError) {
        put("done\n");
    } else {
        put_refusal(error);
    }
}

static seL4_Word read(seL4_Word address) {
    return *(volatile seL4_Word*)address;
}

static void write(seL4_Word address, seL4_Word value) {
    *(volatile seL4_Word*)address = value;
}

static seL4_Error map(seL4_CPtr frame, seL4_CPtr space, seL4_Word address) {
    return seL4_ARM_Page_Map(frame, space, address, seL4_ReadWrite, DEFAULT);
}

static seL4_Error map_data(seL4_CPtr frame, seL4_Word address) {
    return seL4_ARM_Page_Map(frame, SPACE, address, seL4_ReadWrite, DATA_ONLY);
}

static seL4_Error map_table(seL4_CPtr table, seL4_CPtr space, seL4_Word address) {
    return seL4_ARM_PageTable_Map(table, space, address, DEFAULT);
}

/* The smallest memory untyped that has room for all that this program makes. */
static seL4_CPtr find_memory(void) {
    const seL4_BootInfo* info = seL4_GetBootInfo();
    const seL4_Word count = info->untyped.end - info->untyped.start;
    seL4_Word best = count, i;
    for (i = 0; i < count; i++) {
        const seL4_UntypedDesc* piece = &info->untypedList[i];
        if (piece->isDevice || piece->sizeBits < 23) {
            continue;
        }
        if (best == count || piece->sizeBits < info->untypedList[best].sizeBits) {
            best = i;
        }
    }
    return info->untyped.start + best;
}

/* The first device untyped of at least that size at or behind an address. */
static seL4_CPtr find_device(seL4_Word address, seL4_Word size_bits) {
    const seL4_BootInfo* info = seL4_GetBootInfo();
    seL4_Word i = 0;
    while (info->untypedList[i].paddr < address || info->untypedList[i].sizeBits < size_bits) {
        i++;
    }
    return info->untyped.start + i;
}

static void make(seL4_CPtr memory, seL4_Word type, seL4_Word slot, seL4_Word count,
                 seL4_Word size_bits) {
    must(seL4_Untyped_Retype(memory, type, size_bits, ROOT, 0, 0, slot, count));
}

/* Maps a frame, and each time that a table is missing, says where, and adds one. */
static void map_with_tables(void) {
    seL4_CPtr table = TABLES;
    seL4_Error error;
    while ((error = map_data(PAGE_CAP, HERE)) != seL4_NoError) {
        report("map a page", error);
        report("add a table", map_table(table++, SPACE, HERE));
    }
    report("map a page", error);
}

static void show_mapping(void) {
    put("a page of memory, and the tables on the way to it\n");
    map_with_tables();
    report("add another table", map_table(TABLES + 3, SPACE, HERE));
    put("  it reads ");
    put_hex(read(HERE));
    write(HERE, 0x7e55e7a0);
    put(", and after a write ");
    put_hex(read(HERE));
    put("\n");
}

static void show_errors(void) {
    put("what cannot be\n");
    report("not a multiple of the page", map(COPY, SPACE, THERE + 8));
    report("where the kernel is", map(COPY, SPACE, 0xffff000040000000ul));
    report("behind the last address", map(COPY, SPACE, 0x800000000000ul));
    report("in what is no address space", map(COPY, PAGE_CAP, THERE));
    report("twice with one capability", map(PAGE_CAP, SPACE, THERE));
    report("where another table is missing", map(COPY, SPACE, LARGE_PLACE));
    report("a page as a table", map_table(PAGE_CAP, SPACE, HERE));
}

static void show_sharing(void) {
    seL4_ARM_Page_GetAddress_t first, second;
    put("one page at two addresses, the second for reading only\n");
    must(seL4_ARM_Page_Map(COPY, SPACE, THERE, seL4_CanRead, DATA_ONLY));
    write(HERE, 42);
    put("  written there, read here: ");
    put_number(read(THERE));
    first = seL4_ARM_Page_GetAddress(PAGE_CAP);
    second = seL4_ARM_Page_GetAddress(COPY);
    put("\n  one frame: ");
    put(!first.error && !second.error && first.paddr == second.paddr ? "yes\n" : "NO\n");
}

/* Writes a function that returns 42, makes it what is executed, and calls it at the other
 * address. */
static void show_code(void) {
    put("code that was data: ");
    write(HERE, 0xd65f03c052800540); /* mov w0, #42; ret */
    must(seL4_ARM_Page_Unify_Instruction(PAGE_CAP, 0, 8));
    must(seL4_ARM_Page_Map(COPY, SPACE, THERE, seL4_CanRead, DEFAULT)); /* executable now */
    put("it returns ");
    put_number((seL4_Word)((int (*)(void))THERE)());
    put("\n");
}

static void show_caches(void) {
    put("caches\n");
    report("clean", seL4_ARM_Page_Clean_Data(PAGE_CAP, 0, PAGE_BYTES));
    report("clean and invalidate, by address",
           seL4_ARM_VSpace_CleanInvalidate_Data(SPACE, HERE, HERE + 64));
    report("clean more than the page", seL4_ARM_Page_Clean_Data(PAGE_CAP, 0, PAGE_BYTES + 1));
    report("clean nothing", seL4_ARM_Page_Clean_Data(PAGE_CAP, 8, 8));
    report("clean from one page into another",
           seL4_ARM_VSpace_Clean_Data(SPACE, HERE, HERE + PAGE_BYTES + 1));
    report("invalidate what may not be written", seL4_ARM_Page_Invalidate_Data(COPY, 0, 64));
}

static void show_ends(void) {
    put("mappings end\n");
    report("unmap a table that has more below it", seL4_ARM_PageTable_Unmap(TABLES + 1));
    report("map a page", map(PAGE_CAP, SPACE, HERE));
    report("unmap the page", seL4_ARM_Page_Unmap(PAGE_CAP));
    report("once more", seL4_ARM_Page_Unmap(PAGE_CAP));
    must(seL4_ARM_Page_Unmap(COPY));
    must(map_table(TABLES + 1, SPACE, HERE));
    must(seL4_ARM_PageTable_Unmap(TABLES + 2)); /* it still thinks that it is in its place */
    must(map_table(TABLES + 2, SPACE, HERE));
    report("map it elsewhere", map_data(PAGE_CAP, THERE));
    put("  it reads ");
    put_hex(read(THERE));
    put("\n");
}

static void show_sizes(void) {
    put("pages of other sizes\n");
    make(MEMORY, seL4_ARM_LargePageObject, LARGE, 1, 0);
    report("2 MiB where 4 KiB are aligned", map(LARGE, SPACE, LARGE_PLACE + PAGE_BYTES));
    report("2 MiB", map_data(LARGE, LARGE_PLACE));
    write(LARGE_PLACE + LARGE_BYTES - 8, 7);
    put("  its last word: ");
    put_number(read(LARGE_PLACE + LARGE_BYTES - 8));
    put("\n");
    must(seL4_ARM_Page_Unmap(LARGE));
    report("2 MiB over a table", map(LARGE, SPACE, HERE));
    make(find_device(1ul << 39, 30), seL4_ARM_HugePageObject, HUGE, 1, 0);
    report("1 GiB of a device's", map(HUGE, SPACE, HERE + HUGE_BYTES));
    must(seL4_ARM_Page_Unmap(HUGE));
    report("1 GiB over a table", map(HUGE, SPACE, HERE));
}

/* The UART, whose last registers say what it is. */
static void show_device(void) {
    seL4_ARM_Page_GetAddress_t place;
    seL4_Word byte;
    make(find_device(0x9000000, 12), seL4_ARM_SmallPageObject, DEVICE, 1, 0);
    must(seL4_ARM_Page_Map(DEVICE, SPACE, DEVICE_PLACE, seL4_CanRead, DEVICE_MEMORY));
    place = seL4_ARM_Page_GetAddress(DEVICE);
    put("the device at ");
    put_hex(place.error ? 0 : place.paddr);
    put(" says that it is ");
    for (byte = 4; byte-- > 0;) {
        put_digits(*(volatile seL4_Uint32*)(DEVICE_PLACE + 0xff0 + 4 * byte) & 0xff, 16, 2, '0');
    }
    put("\n");
}

static void show_identifiers(void) {
    put("another address space\n");
    make(MEMORY, seL4_ARM_VSpaceObject, OTHER_SPACE, 1, 0);
    make(MEMORY, seL4_UntypedObject, POOL_MEMORY, 1, 12);
    must(seL4_ARM_Page_Unmap(PAGE_CAP));
    report("map something there", map(PAGE_CAP, OTHER_SPACE, HERE));
    must(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, POOL_MEMORY, ROOT, POOL, 64));
    report("give it an identifier", seL4_ARM_ASIDPool_Assign(POOL, OTHER_SPACE));
    report("and another", seL4_ARM_ASIDPool_Assign(POOL, OTHER_SPACE));
    report("map something there", map(PAGE_CAP, OTHER_SPACE, HERE));
    must(map_table(TABLES + 3, OTHER_SPACE, HERE));
    must(seL4_CNode_Delete(ROOT, POOL, 64));
    report("delete the pool, and map something there", map(PAGE_CAP, OTHER_SPACE, HERE));
    report("delete all that was made", seL4_CNode_Revoke(ROOT, MEMORY, 64));
}

int main(void) {
    make(find_memory(), seL4_UntypedObject, MEMORY, 1, 23);
    make(MEMORY, seL4_ARM_PageTableObject, TABLES, 4, 0);
    make(MEMORY, seL4_ARM_SmallPageObject, PAGE_CAP, 1, 0);
    must(seL4_CNode_Copy(ROOT, COPY, 64, ROOT, PAGE_CAP, 64, seL4_AllRights));
    show_mapping();
    show_errors();
    show_sharing();
    show_code();
    show_caches();
    show_ends();
    show_sizes();
    show_device();
    show_identifiers();
    put("[ch11] OK\n");
    return 0;
}
