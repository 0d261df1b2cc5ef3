/* The demo of chapter 16 in C: a program whose memory is not there until it is touched, with system
 * calls that the kernel does not have, watched instruction by instruction. */
#include "names.h"
#include "threads.h"

/* Slots of the root CNode, far behind those that boot fills. */
enum {
    missing = 0x1f00, /* where the patient looks for a capability */
    memory,
    tcb,
    endpoint,
    space,
    notification,
    code_copy,
    frames, /* four of them: three for data, one to trace */
    own_copies = frames + 4,
    tables = own_copies + 4
};

/* Where things are in the patient's memory, and where their frames are in ours. */
#define CODE_ADDRESS   0x10000000ul
#define DATA_ADDRESS   0x20000000ul
#define TRACE_ADDRESS  0x30000000ul
#define WINDOW_ADDRESS 0x40000000ul

#define PAGE_BYTES  4096ul
#define DATA_PAGES  8
#define DATA_FRAMES 3
#define NO_PAGE     DATA_PAGES

/* What runs under the pager: it knows nothing of pagers, has no stack and no IPC buffer. x0 = where
 * memory should be, x1 = how many pages of it, x2 = a CPtr. */
__asm__(".pushsection .text\n"
        "    .balign 4096\n"
        "patient:\n"
        "    mov     x4, #0\n"
        "1:  mul     x5, x4, x4\n"
        "    add     x6, x0, x4, lsl #12\n"
        "    str     x5, [x6]\n"
        "    add     x4, x4, #1\n"
        "    cmp     x4, x1\n"
        "    b.ne    1b\n"
        "    mov     x7, #0\n"
        "2:  sub     x4, x4, #1\n"
        "    add     x6, x0, x4, lsl #12\n"
        "    ldr     x5, [x6]\n"
        "    add     x7, x7, x5\n"
        "    cbnz    x4, 2b\n"
        "    mov     x0, x7\n"
        "    mov     x7, #42\n"
        "    svc     #0\n"
        "    mov     x0, x2\n"
        "    mov     x7, #-5\n"
        "    svc     #0\n"
        "    mov     x7, #42\n"
        "    svc     #0\n"
        "    mov     x0, #18\n"
        "    mov     x1, #12\n"
        "    brk     #1\n"
        "euclid:\n"
        "1:  cmp     x0, x1\n"
        "    b.eq    3f\n"
        "    b.lo    2f\n"
        "    sub     x0, x0, x1\n"
        "    b       1b\n"
        "2:  sub     x1, x1, x0\n"
        "    b       1b\n"
        "3:  mov     x7, #43\n"
        "    svc     #0\n"
        "    .balign 4096\n"
        ".popsection\n");

extern const seL4_Uint32 patient[];
extern const seL4_Uint32 euclid[];

static void retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot,
                   seL4_Word count) {
    must(seL4_Untyped_Retype(untyped, type, size_bits, seL4_CapInitThreadCNode, 0, 0, slot, count));
}

static void mint(seL4_CPtr to, seL4_CPtr from, seL4_Word badge) {
    must(seL4_CNode_Mint(seL4_CapInitThreadCNode, to, seL4_WordBits, seL4_CapInitThreadCNode, from,
                         seL4_WordBits, seL4_AllRights, badge));
}

/* Maps a page, with the tables that are missing on the way. */
static void map(seL4_CPtr frame, seL4_CPtr into, seL4_Word address, seL4_CapRights_t rights) {
    static seL4_CPtr next_table = tables;
    seL4_Error error;
    while ((error = seL4_ARM_Page_Map(frame, into, address, rights,
                                      seL4_ARM_Default_VMAttributes)) == seL4_FailedLookup) {
        retype(memory, seL4_ARM_PageTableObject, 0, next_table, 1);
        must(seL4_ARM_PageTable_Map(next_table++, into, address, seL4_ARM_Default_VMAttributes));
    }
    must(error);
}

/* Where we see the frame in the slot `frames + i`. */
static void* window(seL4_Word i) {
    return (void*)(WINDOW_ADDRESS + i * PAGE_BYTES);
}

static void make_objects(void) {
    const seL4_BootInfo* info = seL4_GetBootInfo();
    const seL4_Word size_bits = 17;
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits <= size_bits) {
        i++;
    }
    retype(info->untyped.start + i, seL4_UntypedObject, size_bits, memory, 1);
    retype(memory, seL4_TCBObject, 0, tcb, 1);
    retype(memory, seL4_EndpointObject, 0, endpoint, 1);
    retype(memory, seL4_NotificationObject, 0, notification, 1);
    retype(memory, seL4_ARM_VSpaceObject, 0, space, 1);
    retype(memory, seL4_ARM_SmallPageObject, 0, frames, DATA_FRAMES + 1);
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, space));
    for (i = 0; i < DATA_FRAMES + 1; i++) {
        mint(own_copies + i, frames + i, 0);
        map(own_copies + i, seL4_CapInitThreadVSpace, (seL4_Word)window(i), seL4_ReadWrite);
    }
}

/* A thread with an address space in which there is nothing. */
static void make_patient(void) {
    seL4_UserContext registers = {0};
    must(seL4_TCB_Configure(tcb, endpoint, seL4_CapInitThreadCNode, 0, space, 0, 0, 0));
    registers.pc = CODE_ADDRESS;
    registers.x0 = DATA_ADDRESS;
    registers.x1 = DATA_PAGES;
    registers.x2 = missing;
    must(seL4_TCB_WriteRegisters(tcb, 0, 0, sizeof registers / sizeof(seL4_Word), &registers));
}

/* --- Memory that is not there ----------------------------------------------------------------- */

static seL4_Word swap[DATA_PAGES][PAGE_BYTES / sizeof(seL4_Word)];
static seL4_Word page_in[DATA_FRAMES] = {NO_PAGE, NO_PAGE, NO_PAGE};

static void copy_page(seL4_Word* to, const seL4_Word* from) {
    unsigned i;
    for (i = 0; i < PAGE_BYTES / sizeof *to; i++) {
        to[i] = from[i];
    }
}

/* Brings in a page. Of those that are in, the one goes out that came first. */
static void bring(seL4_Word page) {
    static seL4_Word next;
    seL4_Word at = next++ % DATA_FRAMES;
    put("frame ");
    put_number(at);
    if (page_in[at] != NO_PAGE) {
        put(", and page ");
        put_number(page_in[at]);
        put(" is put away");
        must(seL4_ARM_Page_Unmap(frames + at));
        copy_page(swap[page_in[at]], window(at));
    }
    copy_page(window(at), swap[page]);
    map(frames + at, space, DATA_ADDRESS + page * PAGE_BYTES, seL4_ReadWrite);
    page_in[at] = page;
    put("\n");
}

static void page_in_for(void) {
    const seL4_Word write = 1 << 6; /* of ESR_EL1 for a data abort: WnR */
    seL4_Word address = seL4_GetMR(seL4_VMFault_Addr);
    if (seL4_GetMR(seL4_VMFault_PrefetchFault)) {
        put("  fetches from ");
        put_hex(address);
        put(": the page of its code\n");
        mint(code_copy, frame_of(patient), 0);
        map(code_copy, space, CODE_ADDRESS, seL4_CanRead);
    } else {
        seL4_Word page = (address - DATA_ADDRESS) / PAGE_BYTES;
        put(seL4_GetMR(seL4_VMFault_FSR) & write ? "  writes to page " : "  reads page ");
        put_number(page);
        put(": ");
        bring(page);
    }
}

/* --- One instruction at a time ---------------------------------------------------------------- */

/* Lets the instruction at `address` be executed, and no other: all others are breakpoints. */
static void step(seL4_Word address) {
    static seL4_Word at;
    const seL4_Uint32 breakpoint = 0xd4200000; /* BRK #0 */
    seL4_Uint32* code = window(DATA_FRAMES);
    code[at] = breakpoint;
    at = (address - TRACE_ADDRESS) / sizeof *code;
    code[at] = euclid[at];
    must(seL4_ARM_Page_Unify_Instruction(own_copies + DATA_FRAMES, 0, PAGE_BYTES));
}

static void prepare_trace(void) {
    seL4_Uint32* code = window(DATA_FRAMES);
    unsigned i;
    for (i = 0; i < PAGE_BYTES / sizeof *code; i++) {
        code[i] = 0xd4200000;
    }
    map(frames + DATA_FRAMES, space, TRACE_ADDRESS, seL4_CanRead);
}

/* --- The handler ------------------------------------------------------------------------------ */

static seL4_MessageInfo_t reply(seL4_Word length) {
    return seL4_MessageInfo_new(0, 0, 0, length);
}

/* The patient's system calls. */
static seL4_MessageInfo_t serve(seL4_Bool* go_on) {
    seL4_Word number = seL4_GetMR(seL4_UnknownSyscall_Syscall);
    put("  system call ");
    put_number(number);
    put(", x0 is ");
    put_number(seL4_GetMR(seL4_UnknownSyscall_X0));
    put("\n");
    *go_on = number == 42;
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 4);
    return reply(seL4_UnknownSyscall_FaultIP + 1);
}

/* Makes a capability where the patient has looked for one. */
static void supply(void) {
    seL4_CPtr cptr = seL4_GetMR(seL4_CapFault_Addr);
    put("  receives from ");
    put_hex(cptr);
    put(": ");
    put(failure_name(seL4_GetMR(seL4_CapFault_LookupFailureType)));
    put("\n");
    mint(cptr, notification, 0x5e1);
    seL4_Signal(cptr);
}

static seL4_MessageInfo_t trace(void) {
    seL4_UserContext registers;
    seL4_Word at = seL4_GetMR(seL4_UserException_FaultIP);
    if (at < TRACE_ADDRESS || at >= TRACE_ADDRESS + PAGE_BYTES) {
        put("breakpoint: on it goes, step by step\n");
        seL4_SetMR(seL4_UserException_FaultIP, TRACE_ADDRESS);
        return reply(1);
    }
    must(seL4_TCB_ReadRegisters(tcb, 0, 0, sizeof registers / sizeof(seL4_Word), &registers));
    put("  +0x");
    put_digits(at - TRACE_ADDRESS, 16, 2, '0');
    put(": x0 is ");
    put_number(registers.x0);
    put(", x1 is ");
    put_number(registers.x1);
    put("\n");
    step(at);
    return reply(0);
}

static void handle_all(void) {
    seL4_Bool go_on = 1;
    seL4_MessageInfo_t tag = seL4_Recv(endpoint, 0);
    for (;;) {
        seL4_MessageInfo_t answer = reply(0);
        switch (seL4_MessageInfo_get_label(tag)) {
        case seL4_Fault_VMFault: page_in_for(); break;
        case seL4_Fault_UnknownSyscall: answer = serve(&go_on); break;
        case seL4_Fault_CapFault: supply(); break;
        case seL4_Fault_UserException: answer = trace(); break;
        }
        if (!go_on) {
            return;
        }
        tag = seL4_ReplyRecv(endpoint, answer, 0);
    }
}

int main(void) {
    make_objects();
    make_patient();
    prepare_trace();
    put("a program with ");
    put_number(DATA_PAGES);
    put(" pages, in ");
    put_number(DATA_FRAMES);
    put(" frames\n");
    must(seL4_TCB_Resume(tcb));
    handle_all();
    put("[ch16] OK\n");
    return 0;
}
