// Every fault there is, with all that its handler is told of it; what handlers may answer; and
// handlers that are of no use.
#include "abi/faults.hpp"
#include "abi/names.hpp"
#include "abi/user_context.hpp"
#include "lib/endpoint.hpp"
#include "lib/print.hpp"
#include "lib/tcb.hpp"
#include "lib/untyped.hpp"

#include <array>

// faults.S
extern "C" {
void read_nothing() noexcept;
void write_nothing() noexcept;
void fetch_nothing() noexcept;
void fetch_odd() noexcept;
void undefined() noexcept;
void breakpoint() noexcept;
void privileged() noexcept;
void use_fpu() noexcept;
void unknown_call() noexcept;
void unknown_negative_call() noexcept;
void call_nowhere() noexcept;
void send_nowhere() noexcept;
void nbsend_nowhere() noexcept;
void receive_nowhere() noexcept;
void receive_from_nothing() noexcept;
void nbreceive_from_thread() noexcept;
void reply_receive_from_nothing() noexcept;
void call_and_halt() noexcept;
}

namespace {

using k::u64;
using k::abi::Fault;
using k::abi::ObjectType;
using user::message;
using user::own_cspace;
using user::own_tcb;
using user::print;
using user::Received;
using user::Tcb;
using user::word;
namespace fault = k::abi::fault;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 memory = 0x1f00;
constexpr Tcb patient{0x1f01};
constexpr Tcb handler{0x1f02};
constexpr user::Endpoint door{0x1f03};
constexpr user::Endpoint patients_door{0x1f04};
constexpr user::Endpoint handlers_door{0x1f05};
constexpr user::Notification bell{0x1f06};
constexpr user::Endpoint weak_door{0x1f07};
constexpr u64 saved_reply = 0x1f08;
constexpr u64 empty = 0x1f09;

constexpr u64 own_priority = 50;
constexpr u64 patients_badge = 0xba;
constexpr u64 handlers_badge = 0xbb;
constexpr u64 nothing_there = 0x7000'0000;
constexpr u64 stack_pointer = 0x5eed0;
constexpr u64 flags = 0x6000'0000;

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory}));
    const user::Untyped untyped{memory};
    must(untyped.retype(ObjectType::TCB, 0, {own_cspace, patient.cptr(), 2}));
    must(untyped.retype(ObjectType::Endpoint, 0, {own_cspace, door.cptr()}));
    must(untyped.retype(ObjectType::Notification, 0, {own_cspace, bell.cptr()}));
    must(slot_of(patients_door).mint_from(slot_of(door), user::all_rights, patients_badge));
    must(slot_of(handlers_door).mint_from(slot_of(door), user::all_rights, handlers_badge));
}

u64 address_of(void (*code)()) {
    return reinterpret_cast<u64>(code);
}

/// Has a thread execute `code`, at once; its faults go to `fault_endpoint`.
void run(Tcb tcb, void (*code)(), user::Endpoint fault_endpoint) {
    user::Surroundings around = user::own_surroundings;
    around.fault_endpoint = fault_endpoint.cptr();
    must(tcb.configure(around, {0, user::Frame{0}}));
    must(tcb.set_priority(own_tcb, own_priority + 1));
    seL4_UserContext registers{};
    registers.pc = address_of(code);
    registers.sp = stack_pointer;
    registers.spsr = flags;
    registers.x0 = 0x100;
    registers.x1 = 0x101;
    registers.x6 = 0x106;
    registers.x9 = nothing_there;
    must(tcb.write(registers, k::abi::user_context_words, true));
}

/// Prints the words of a fault message; those that are addresses in this program as offsets from
/// `code`.
void show(const Received& received, void (*code)()) {
    print(" {}, badge {:#x}:", name(Fault{received.label()}), received.badge);
    for (u64 i = 0; i < received.length(); ++i) {
        const u64 value = word(static_cast<int>(i));
        const u64 offset = value - address_of(code);
        if (offset < 64)
            print(" +{}", offset);
        else
            print(" {:#x}", value);
    }
    print("\n");
}

struct Row {
    const char* name;
    void (*code)();
};

constexpr std::array rows{
    Row{"read", read_nothing},
    Row{"write", write_nothing},
    Row{"fetch", fetch_nothing},
    Row{"fetch from an odd address", fetch_odd},
    Row{"undefined instruction", undefined},
    Row{"breakpoint", breakpoint},
    Row{"privileged instruction", privileged},
    Row{"unknown system call", unknown_call},
    Row{"another one, negative", unknown_negative_call},
    Row{"Call to nowhere", call_nowhere},
    Row{"Send to nowhere", send_nowhere},
    Row{"NBSend to nowhere, and a fault", nbsend_nowhere},
    Row{"Recv from nowhere", receive_nowhere},
    Row{"Recv from an empty slot", receive_from_nothing},
    Row{"NBRecv from a thread", nbreceive_from_thread},
    Row{"ReplyRecv from an empty slot", reply_receive_from_nothing},
};

void show_all() {
    for (const Row& row : rows) {
        run(patient, row.code, patients_door);
        print("{}:\n ", row.name);
        show(door.receive(), row.code);
        must(patient.suspend());
    }
    print("floating point, which the thread may not use:\n ");
    static_cast<void>(patient.set_flags(0, 1));
    run(patient, use_fpu, patients_door);
    show(door.receive(), use_fpu);
    print("and which it may:\n ");
    static_cast<void>(patient.set_flags(1, 0));
    seL4_Reply(message(0, {}));
    show(door.receive(), use_fpu); // what comes behind it
    must(patient.suspend());
}

// --- Answers ------------------------------------------------------------------------------------

/// A thread that has just made an unknown call.
Received patient_calls() {
    run(patient, call_and_halt, patients_door);
    return door.receive();
}

/// Prints where the patient is, and some of its registers.
void show_patient(const char* what) {
    seL4_UserContext registers{};
    must(patient.read(registers, k::abi::user_context_words));
    print("  {}: pc +{}, sp {:#x}, spsr {:#x}, x0 {:#x}, x6 {:#x}\n", what,
          registers.pc - address_of(call_and_halt), registers.sp, registers.spsr, registers.x0,
          registers.x6);
}

/// Answers an unknown call with as many words, all of which say something else.
void answer_call(u64 label, u64 length) {
    using Words = fault::UnknownSyscall;
    const u64 ip = word(Words::ip);
    for (int i = 0; i < 12; ++i)
        seL4_SetMR(i, 0xa00 + static_cast<u64>(i));
    seL4_SetMR(Words::ip, ip + 4);
    seL4_SetMR(Words::spsr, ~u64{0});
    seL4_Reply(seL4_MessageInfo_new(label, 0, 0, length));
}

void show_answers() {
    print("answers to an unknown call\n");
    for (const u64 length : std::array<u64, 4>{1, 9, 10, 12}) {
        static_cast<void>(patient_calls());
        answer_call(0, length);
        const Received next = door.receive();
        print("  {} words:", length);
        show(next, call_and_halt);
        show_patient("it is at");
        must(patient.suspend());
    }
    static_cast<void>(patient_calls());
    answer_call(1, 9);
    show_patient("label 1 leaves it");
    must(patient.resume());
    show(door.receive(), call_and_halt);
    must(patient.suspend());
}

void show_other_ways() {
    print("resumed instead of answered\n");
    static_cast<void>(patient_calls());
    must(own_cspace.slot(saved_reply).save_caller());
    must(patient.resume());
    print("  the reply capability is {}\n", name(user::Capability{saved_reply}.type()));
    show(door.receive(), call_and_halt);

    print("its registers set, and then answered\n");
    seL4_UserContext registers{};
    registers.pc = address_of(breakpoint);
    must(patient.write(registers, 1));
    seL4_Reply(message(0, {}));
    show(door.receive(), breakpoint);
    must(patient.suspend());
}

// --- Handlers -----------------------------------------------------------------------------------

void show_useless_handlers() {
    print("handlers that are of no use\n");
    run(patient, undefined, user::Endpoint{empty});
    run(patient, undefined, user::Endpoint{k::bit(40)});
    run(patient, undefined, user::Endpoint{bell.cptr()});
    for (const u64 rights : std::array<u64, 4>{0x1, 0x2, 0x3, 0xe}) {
        print("rights {:#x}\n", rights);
        must(slot_of(weak_door).mint_from(slot_of(door), user::CapRights{rights}, 0));
        run(patient, undefined, weak_door);
        must(slot_of(weak_door).remove());
    }
    print("rights that are enough\n");
    for (const u64 rights : std::array<u64, 2>{0x5, 0x9}) {
        must(slot_of(weak_door).mint_from(slot_of(door), user::CapRights{rights}, 0));
        run(patient, undefined, weak_door);
        show(door.receive(), undefined);
        must(patient.suspend());
        must(slot_of(weak_door).remove());
    }
}

void show_chain() {
    print("a handler that faults\n");
    run(patient, undefined, patients_door);
    run(handler, read_nothing, handlers_door);
    show(door.receive(), undefined);
    show(door.receive(), read_nothing);
    must(patient.suspend());
    must(handler.suspend());

    print("the endpoint goes, and the fault is nobody's\n");
    run(patient, undefined, patients_door);
    must(slot_of(door).revoke());
    must(slot_of(door).remove());
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    show_all();
    show_answers();
    show_other_ways();
    show_useless_handlers();
    show_chain();
    print("[ch16] OK\n");
    return 0;
}
