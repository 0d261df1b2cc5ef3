/* The demo of chapter 07 in C: what the first program finds, and that it is at EL0. */
#include "clock.h"
#include "print.h"

#define PAGE_BYTES 4096

/* Where the kernel has put what it tells: behind the image, page after page. */
static void show_pages(const seL4_BootInfo *info)
{
    seL4_Word page = (seL4_Word)info;
    seL4_Word buffer = (seL4_Word)info->ipcBuffer;
    put("  BootInfo             ");
    put_address(page);
    put(", which x0 said\n  IPC buffer           ");
    put_address(buffer);
    put(buffer + PAGE_BYTES == page ? ", the page before\n" : ", elsewhere\n");
    put("  extra information    ");
    put_address(page + PAGE_BYTES);
    put(", ");
    put_number(info->extraLen);
    put(" bytes\n  this is core ");
    put_number(info->nodeID);
    put(" of ");
    put_number(info->numNodes);
    put("\n");
}

/* The first of the extra chunks, and the first word in it, whose first byte is the highest. */
static void show_device_tree(const seL4_BootInfo *info)
{
    seL4_Word extra = (seL4_Word)info + PAGE_BYTES;
    const seL4_BootInfoHeader *chunk = (const seL4_BootInfoHeader *)extra;
    const seL4_Uint32 *magic = (const seL4_Uint32 *)(extra + sizeof *chunk);
    put("chunk ");
    put_number(chunk->id);
    put(" of it begins with 0x");
    put_digits(__builtin_bswap32(*magic), 16, 0, '0');
    put(": a device tree\n");
}

/* System calls enter the kernel, ticks do too; the program goes on as if nothing were. */
static void show_time(void)
{
    seL4_Word begin = virtual_count();
    seL4_Word calls = 0;
    for (; virtual_count() - begin < counts_per_second() / 100; calls++) {
        seL4_Yield();
    }
    put("for a hundredth of a second this program yielded, ");
    put(calls > 1000 ? "thousands of times\n" : "but hardly ever\n");
}

int main(void)
{
    const seL4_BootInfo *info = seL4_GetBootInfo();
    put("hello from EL0\n");
    show_pages(info);
    show_device_tree(info);
    show_time();
    put("[ch07] OK\n");
    return 0;
}
