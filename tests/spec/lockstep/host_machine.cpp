#include "host_machine.hpp"

#include "arch/cpu.hpp"
#include "base/backtrace.hpp"
#include "console.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/untyped.hpp"
#include "survey.hpp"
#include "syscall/dispatch.hpp"
#include "syscall/entry.hpp"
#include "thread.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <sys/mman.h>

namespace spec {

namespace {

using Bytes = std::array<k::u8, k::page_bytes>;

/// An address that AddressSanitizer leaves alone, so that all runs see the same numbers.
constexpr Word base = Word{1} << 45;

/// Preemption points before an interrupt, and how many of them have passed. No points: none comes.
std::optional<unsigned> points_between;
unsigned points_passed = 0;

bool interrupt_is_here() {
    if (!points_between || points_passed++ < *points_between) return false;
    points_passed = 0;
    return true;
}

void* reserve(Word address, std::size_t bytes, int protection) {
    void* place = std::bit_cast<void*>(address);
    void* got =
        mmap(place, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != place) throw std::bad_alloc{};
    return got;
}

} // namespace

/// Behind the untyped memory: so the larger that is, the more it is aligned.
struct HostMachine::Memory {
    Bytes small_untyped;
    Bytes buffer;
    k::Tcb thread;
    alignas(k::page_bytes) std::array<k::Slot, 256> root;
    Bytes device; ///< whoever touches it dies
};

HostMachine::Memory& HostMachine::memory() const {
    return *std::bit_cast<Memory*>(base + (Word{1} << size_.untyped_bits));
}

HostMachine::HostMachine(MachineSize size) : size_{size} {
    const Word bytes = (Word{1} << size.untyped_bits) + sizeof(Memory);
    reserve(base, bytes, PROT_READ | PROT_WRITE);
    Memory& m = memory();
    std::fill_n(std::bit_cast<k::u8*>(base), bytes - sizeof(Memory) + sizeof(Bytes), 0xa5);
    mprotect(&m.device, sizeof(Bytes), PROT_NONE);
    k::arch::fake_interrupt = interrupt_is_here;
    boot();
}

HostMachine::~HostMachine() {
    k::arch::fake_interrupt = [] { return false; };
    munmap(std::bit_cast<void*>(base), (Word{1} << size_.untyped_bits) + sizeof(Memory));
}

std::span<k::Slot> HostMachine::root_slots() const {
    return std::span{memory().root}.first(std::size_t{1} << size_.root_radix);
}

k::Tcb& HostMachine::first_thread() const {
    return memory().thread;
}

void HostMachine::boot() {
    using k::arch::window;
    Memory& m = memory();
    const auto slots = root_slots();
    const auto untyped = [&](Word slot, Word address, unsigned bits, bool device) {
        plant(slots[slot],
              k::Cap<k::Untyped>::make(k::PhysAddr{address}, bits, device, k::bit(bits)));
    };
    k::Tcb& thread = *new (&m.thread) k::Tcb{};
    const auto guard = k::abi::CNodeData{}.with(k::abi::CNodeData::guard_size,
                                                k::abi::word_bits - size_.root_radix);
    k::Slot& root = slots[place::root];
    plant(root, k::Cap<k::CNode>::make(window.phys(&m.root), size_.root_radix, guard));
    derive(thread.slot(k::ThreadSlot::CSpaceRoot), root.cap, root, k::Birth::Copy);
    untyped(place::untyped, base, size_.untyped_bits, false);
    untyped(place::small_untyped, window.phys(&m.small_untyped).raw(), k::page_bits, false);
    untyped(place::device, window.phys(&m.device).raw(), k::page_bits, true);
    thread.ipc_buffer = new (&m.buffer) k::abi::IpcBuffer{};
    thread.context.pc = 0x40'1000;
    thread.state = k::ThreadState::Running;
    state_.image = {k::PhysAddr{0x4020'0000}, k::PhysAddr{0x4030'0000}};
    state_.current = &thread;
}

const std::string& HostMachine::printed() const {
    return Console::instance().text();
}

/// All slots that a CPtr leads to; the kernel itself checks those of the current thread.
void HostMachine::check() const {
    check_every_invariant(state_.graveyard);
    for (const k::Slot& slot : root_slots()) {
        check_every_invariant(slot);
    }
}

/// What the thread has done before its SVC, and the processor in it.
void HostMachine::load(const Call& call) {
    k::Tcb& caller = *state_.current;
    std::ranges::copy(call.x, caller.context.x.begin());
    caller.context.x[7] = call.number;
    for (const auto& [index, value] : call.buffer) {
        if (caller.ipc_buffer != nullptr) (&caller.ipc_buffer->tag)[index] = value;
    }
    caller.context.pc += k::instruction_bytes;
}

k::KernelExit HostMachine::enter(const Event& event) {
    load(std::get<Call>(event));
    return handle_system_call(state_);
}

void HostMachine::run(const Event& event) {
    k::KernelExit exit = enter(event);
    while (exit == k::KernelExit::Preempted) {
        check();
        (void)next_context(state_, exit);
        state_.current->context.pc += k::instruction_bytes; // it makes the same call again
        exit = handle_system_call(state_);
    }
    check();
    (void)next_context(state_, exit); // ends the run if no thread can run
}

Ending HostMachine::happen(const Event& event, std::optional<unsigned> points) {
    points_between = points;
    points_passed = 0;
    const bool runs = Console::instance().watch([&] { run(event); });
    points_between.reset();
    if (runs) return Ending::Runs;
    if (printed().find("PANIC") != std::string::npos) return Ending::Panicked;
    return printed().find("STOPPED") != std::string::npos ? Ending::Idle : Ending::Halted;
}

World HostMachine::abstraction() const {
    return Survey{*this}.world();
}

HostMachine::Snapshot HostMachine::snapshot() const {
    const auto* begin = std::bit_cast<const Word*>(base);
    const auto* end = std::bit_cast<const Word*>(&memory().device);
    return {{begin, end}, state_};
}

void HostMachine::restore(const Snapshot& snapshot) {
    std::ranges::copy(snapshot.memory, std::bit_cast<Word*>(base));
    state_ = snapshot.state;
}

} // namespace spec
