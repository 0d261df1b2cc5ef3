/* Threads of this program: they share its memory and its capabilities. */
#pragma once

#include <sel4/sel4.h>

/* The linker's: the program's first page, and what a thread's own variables begin as. */
extern const char __executable_start[];
extern const unsigned char tls_image_begin[], tls_image_end[];

/* What a thread needs besides its TCB. A variable of this type is in the program's image. */
struct thread {
    seL4_IPCBuffer buffer; /* aligned to its size: it lies within one page */
    seL4_Word stack[1024];
    seL4_Word variables[32]; /* from the third word on: the variables of its own */
    seL4_TCB tcb;
    void (*entry)(seL4_Word argument);
    seL4_Word argument;
};

/* The frame that a variable of this program is in. */
static inline seL4_CPtr frame_of(const void *variable)
{
    seL4_Word offset = (seL4_Word)variable - (seL4_Word)__executable_start;
    return seL4_GetBootInfo()->userImageFrames.start + (offset >> seL4_PageBits);
}

/* Where a thread begins. One that returns from its entry stops for good. */
static inline void thread_run(struct thread *self)
{
    seL4_SetIPCBuffer(&self->buffer);
    self->entry(self->argument);
    for (;;) {
        seL4_TCB_Suspend(self->tcb);
    }
}

/* What belongs into the thread register. */
static inline seL4_Word thread_variables(struct thread *thread)
{
    const unsigned char *from = tls_image_begin;
    unsigned char *to = (unsigned char *)&thread->variables[2];
    while (from < tls_image_end) {
        *to++ = *from++;
    }
    return (seL4_Word)thread->variables;
}

static inline seL4_Error thread_set_registers(struct thread *thread)
{
    seL4_UserContext registers = {0};
    registers.pc = (seL4_Word)thread_run;
    registers.sp = (seL4_Word)(thread->stack + sizeof thread->stack / sizeof *thread->stack);
    registers.x0 = (seL4_Word)thread;
    registers.tpidr_el0 = thread_variables(thread);
    return seL4_TCB_WriteRegisters(thread->tcb, 0, 0, sizeof registers / sizeof(seL4_Word),
                                   &registers);
}

/* Gives the thread of a TCB all it needs; it runs from seL4_TCB_Resume() on. It faults to the
 * endpoint `fault_ep` of this program's capability space. */
static inline seL4_Error thread_prepare(struct thread *thread, seL4_TCB tcb, seL4_CPtr fault_ep,
                                        void (*entry)(seL4_Word), seL4_Word argument,
                                        seL4_Word priority)
{
    seL4_Error error;
    thread->tcb = tcb;
    thread->entry = entry;
    thread->argument = argument;
    error = seL4_TCB_Configure(tcb, fault_ep, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace,
                               0, (seL4_Word)&thread->buffer, frame_of(&thread->buffer));
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, priority, priority);
    }
    return error == seL4_NoError ? thread_set_registers(thread) : error;
}
