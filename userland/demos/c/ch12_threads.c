/* The demo of chapter 12 in C: threads take turns, by yielding, by the timer, by priority; others
 * read and change their registers, and nobody finds another one's numbers in the SIMD registers. */
#include "clock.h"
#include "names.h"
#include "threads.h"

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define DOMAIN seL4_CapDomain

/* Slots of the root CNode. They lie far behind those that boot fills. */
enum { MEMORY = 0x1f00, TCBS };

enum { THREADS = 3, LOW = 10, NORMAL = 20, HIGH = 30 };

enum { REGISTERS = sizeof(seL4_UserContext) / sizeof(seL4_Word) };

/* Threads come and go; there are never more than three beside the first one. */
static struct thread threads[THREADS];

static void say(seL4_Error error)
{
    if (error == seL4_NoError) {
        put("ok\n");
    } else {
        put_refusal(error);
    }
}

/* Makes a thread that begins when it is resumed. */
static void prepare(seL4_Word which, seL4_Word priority, void (*entry)(seL4_Word))
{
    must(thread_prepare(&threads[which], TCBS + which, 0, entry, which, priority));
    must(seL4_TCB_SetMCPriority(TCBS + which, SELF, NORMAL));
}

static void start(seL4_Word which, seL4_Word priority, void (*entry)(seL4_Word))
{
    prepare(which, priority, entry);
    must(seL4_TCB_Resume(TCBS + which));
}

/* Lets all others run until none of them can any more. */
static void let_others_run(void)
{
    must(seL4_TCB_SetPriority(SELF, SELF, 1));
    must(seL4_TCB_SetPriority(SELF, SELF, NORMAL));
}

static void put_name(seL4_Word which)
{
    seL4_DebugPutChar((char)('a' + which));
}

/* --- Taking turns ----------------------------------------------------------------------------- */

static void yield(seL4_Word self)
{
    for (seL4_Word round = 1; round <= 3; round++) {
        put("  ");
        put_name(self);
        put(" ");
        put_number(round);
        put("\n");
        seL4_Yield();
    }
}

static void show_yield(void)
{
    put("threads that yield\n");
    start(0, LOW, yield);
    start(1, LOW, yield);
    let_others_run();
}

enum { TURNS = 6 };

/* Whose turn it was, and when it began. */
static struct {
    seL4_Word thread;
    seL4_Word begun;
} seen[TURNS];
static volatile seL4_Word turns_seen;

/* Computes without end, and notes each time that it finds itself running after the other one. It may
 * be interrupted anywhere, so it reads once how many turns there have been. */
static void take_turns(seL4_Word self)
{
    for (seL4_Word now = turns_seen; now < TURNS; now = turns_seen) {
        if (now && seen[now - 1].thread == self) {
            continue;
        }
        seen[now].thread = self;
        seen[now].begun = virtual_count();
        turns_seen = now + 1;
    }
}

static void show_ticks(void)
{
    const seL4_Word tick = counts_per_second() / 500;
    const seL4_Word whole = TURNS - 2; /* the first turn may begin, the last end, in between */
    put("threads that do not\n");
    start(0, LOW, take_turns);
    start(1, LOW, take_turns);
    let_others_run();
    put("  turns:");
    for (int i = 0; i < TURNS; i++) {
        put(" ");
        put_name(seen[i].thread);
    }
    put("\n  in a turn: ");
    put_number((seen[TURNS - 1].begun - seen[1].begun + whole * tick / 2) / (whole * tick));
    put(" ticks\n");
}

/* --- Priorities ------------------------------------------------------------------------------- */

static void show_itself(seL4_Word self)
{
    put("  ");
    put_name(self);
    put(" runs\n");
}

static void show_priorities(void)
{
    static const seL4_Word priorities[THREADS] = {LOW, NORMAL, HIGH};
    put("priorities\n");
    for (seL4_Word which = 0; which < THREADS; which++) {
        prepare(which, priorities[which], show_itself);
    }
    for (seL4_Word which = 0; which < THREADS; which++) {
        must(seL4_TCB_Resume(TCBS + which));
        put("  ");
        put_name(which);
        put(" has been resumed\n");
    }
    put("  the first thread yields\n");
    seL4_Yield();
    put("  and waits\n");
    let_others_run();
    put("  at its maximum: ");
    say(seL4_TCB_SetPriority(TCBS + 1, TCBS, NORMAL));
    put("  above: ");
    say(seL4_TCB_SetPriority(TCBS + 1, TCBS, NORMAL + 1));
}

static void show_domains(void)
{
    put("domains\n  into domain 0: ");
    say(seL4_DomainSet_Set(DOMAIN, 0, TCBS));
    put("  into domain 1: ");
    say(seL4_DomainSet_Set(DOMAIN, 1, TCBS));
    put("  another end of the schedule: ");
    say(seL4_DomainSet_ScheduleConfigure(DOMAIN, 1, 0, 100));
    put("  starting with its end: ");
    say(seL4_DomainSet_ScheduleSetStart(DOMAIN, 1));
}

/* --- Registers -------------------------------------------------------------------------------- */

extern const char spin_here[];

/* Waits for x19 to become 0, and nothing in this program makes it so. */
static void spin(seL4_Word self)
{
    (void)self;
    __asm__ volatile("mov x19, #7\n .global spin_here\nspin_here: cbnz x19, spin_here"
                     :
                     :
                     : "x19");
    put("  it has left its loop\n");
}

static void show_registers(void)
{
    seL4_UserContext registers;
    put("registers\n");
    start(0, NORMAL, spin);
    seL4_Yield(); /* it has five ticks now */
    must(seL4_TCB_ReadRegisters(TCBS, 1, 0, REGISTERS, &registers));
    put("  stopped in its loop: ");
    put(registers.pc == (seL4_Word)spin_here ? "yes" : "no");
    put(", x19 = ");
    put_number(registers.x19);
    put("\n");
    registers.x19 = 0;
    must(seL4_TCB_WriteRegisters(TCBS, 1, 0, REGISTERS, &registers));
    seL4_Yield();
    put("  its own: ");
    say(seL4_TCB_ReadRegisters(SELF, 0, 0, 1, &registers));
    put("  too many: ");
    say(seL4_TCB_ReadRegisters(TCBS, 0, 0, 37, &registers));
}

/* --- SIMD ------------------------------------------------------------------------------------- */

/* The numbers in the SIMD registers, FPSR and FPCR. */
struct numbers {
    seL4_Word fpsr;
    seL4_Word fpcr;
    seL4_Word v[64];
} __attribute__((aligned(16)));

static struct numbers found[THREADS];

/* Loads the registers, yields as often as told, and stores them. */
extern void hold_numbers(const struct numbers *before, struct numbers *after, seL4_Word yields);
/* Stores them as they are. */
extern void store_numbers(struct numbers *now);

__asm__(".macro EACH_PAIR instruction, base\n"
        ".irp   n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n"
        "ONE_PAIR \\instruction, \\n, %(\\n + 1), \\base, %(16 + 16 * \\n)\n"
        ".endr\n"
        ".endm\n"
        ".macro ONE_PAIR instruction, n, m, base, offset\n"
        "\\instruction q\\n, q\\m, [\\base, #\\offset]\n"
        ".endm\n"
        ".altmacro\n"
        ".text\n"
        ".global hold_numbers, store_numbers\n"
        "hold_numbers:\n"
        "    ldp    x3, x4, [x0]\n"
        "    msr    fpsr, x3\n"
        "    msr    fpcr, x4\n"
        "    EACH_PAIR ldp, x0\n"
        "    mov    x7, #-7\n" /* Yield */
        "1:  svc    #0\n"
        "    subs   x2, x2, #1\n"
        "    b.ne   1b\n"
        "    mov    x0, x1\n"
        "store_numbers:\n"
        "    EACH_PAIR stp, x0\n"
        "    mrs    x3, fpsr\n"
        "    mrs    x4, fpcr\n"
        "    stp    x3, x4, [x0]\n"
        "    msr    fpcr, xzr\n"
        "    ret\n"
        ".noaltmacro\n");

static struct numbers numbers_of(seL4_Word which)
{
    struct numbers numbers;
    for (seL4_Word i = 0; i < 64; i++) {
        numbers.v[i] = (which + 1) * 0x0101010101010101 + i;
    }
    numbers.fpsr = which + 1;         /* flags of what has been inexact and the like */
    numbers.fpcr = (which + 1) << 22; /* the way to round */
    return numbers;
}

static int same(const struct numbers *a, const struct numbers *b)
{
    for (int i = 0; i < 64; i++) {
        if (a->v[i] != b->v[i]) {
            return 0;
        }
    }
    return a->fpsr == b->fpsr && a->fpcr == b->fpcr;
}

static void use_numbers(seL4_Word self)
{
    const struct numbers own = numbers_of(self);
    hold_numbers(&own, &found[self], 100);
}

static void find_numbers(seL4_Word self)
{
    store_numbers(&found[self]);
}

static void show_simd(void)
{
    static const struct numbers zeros;
    put("SIMD registers\n");
    start(0, LOW, use_numbers);
    start(1, LOW, use_numbers);
    let_others_run();
    for (seL4_Word which = 0; which < 2; which++) {
        const struct numbers own = numbers_of(which);
        put("  ");
        put_name(which);
        put(same(&found[which], &own) ? ": intact" : ": CHANGED");
        put(" after 100 turns of the other\n");
    }
    start(2, LOW, find_numbers);
    let_others_run();
    put(same(&found[2], &zeros) ? "  c: finds zeros\n" : "  c: FINDS SOMETHING\n");
}

static void compute(seL4_Word self)
{
    (void)self;
    __asm__ volatile("fmov d0, #1.0" : : : "v0");
    put("  it has computed\n");
}

/* \returns the flags as they are now */
static seL4_Word set_flags(seL4_Word clear, seL4_Word set)
{
    const seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(TCBS + 2, clear, set);
    must((seL4_Error)result.error);
    return result.flags;
}

static void show_flag(void)
{
    prepare(2, LOW, compute);
    put("without them, flags ");
    put_number(set_flags(0, seL4_TCBFlag_fpuDisabled));
    put("\n");
    must(seL4_TCB_Resume(TCBS + 2));
    let_others_run();
    put("  flags ");
    put_number(set_flags(seL4_TCBFlag_fpuDisabled, 0));
    put(" now\n");
    must(seL4_TCB_Resume(TCBS + 2));
    let_others_run();
}

/* --- The end ---------------------------------------------------------------------------------- */

static void delete_itself(seL4_Word self)
{
    put("  it deletes itself\n");
    must(seL4_CNode_Delete(ROOT, TCBS + self, 64));
    put("  UNEXPECTED\n");
}

static void show_end(void)
{
    put("a thread\n");
    start(0, LOW, delete_itself);
    let_others_run();
    put("  and is gone: ");
    put(seL4_DebugCapIdentify(TCBS) == 0 ? "yes\n" : "NO\n");
    must(seL4_CNode_Revoke(ROOT, MEMORY, 64));
}

/* Memory for the threads, in one piece. */
static void take_memory(void)
{
    enum { SIZE_BITS = 13 };
    const seL4_BootInfo *info = seL4_GetBootInfo();
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice || info->untypedList[i].sizeBits <= SIZE_BITS) {
        i++;
    }
    must(seL4_Untyped_Retype(info->untyped.start + i, seL4_UntypedObject, SIZE_BITS, ROOT, 0, 0,
                             MEMORY, 1));
}

int main(void)
{
    take_memory();
    must(seL4_Untyped_Retype(MEMORY, seL4_TCBObject, 0, ROOT, 0, 0, TCBS, THREADS));
    must(seL4_TCB_SetPriority(SELF, SELF, NORMAL));
    show_yield();
    show_ticks();
    show_priorities();
    show_domains();
    show_registers();
    show_simd();
    show_flag();
    show_end();
    put("[ch12] OK\n");
    return 0;
}
