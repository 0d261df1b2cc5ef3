#include "host_machine.hpp"

#include "arch/cpu.hpp"
#include "arch/sysreg.hpp"
#include "base/backtrace.hpp"
#include "console.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/untyped.hpp"
#include "object/zombie.hpp"
#if SPEC_CHAPTER >= 11
    #include "arch/user_space.hpp"
    #include "object/asid.hpp"
    #include "object/frame.hpp"
    #include "object/vspace.hpp"
#endif
#if SPEC_CHAPTER >= 12
    #include "arch/fpu.hpp"
    #include "object/domain.hpp"
#endif
#if SPEC_CHAPTER >= 16
    #include "invariants/invariants.hpp"
#endif
#include "survey.hpp"
#include "syscall/dispatch.hpp"
#include "syscall/entry.hpp"
#include "syscall/lookup.hpp"
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

/// Where a program begins.
constexpr Word first_pc = 0x40'1000;

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
    Bytes vspace;
    Bytes pool;
    Bytes nowhere;
    k::Tcb thread;
    alignas(256 * sizeof(k::Slot)) std::array<k::Slot, 256> root;
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
    thread.context.pc = first_pc;
    state_.image = {k::PhysAddr{0x4020'0000}, k::PhysAddr{0x4030'0000}};
    boot_memory(thread);
#if SPEC_CHAPTER >= 16
    state_.objects.initial_cspace = slots;
#endif
    start(thread);
}

#if SPEC_CHAPTER >= 11

/// Nothing is mapped in the root task's VSpace, whose identifier is 1. Its IPC buffer is in a
/// frame.
void HostMachine::boot_memory(k::Tcb& thread) {
    using k::arch::window;
    Memory& m = memory();
    const auto slots = root_slots();
    const auto hold = [&](k::ThreadSlot slot, Word source) {
        derive(thread.slot(slot), slots[source].cap, slots[source], k::Birth::Copy);
    };
    k::AsidTable& asids = state_.objects.asids;
    asids.begin(window.phys(&m.nowhere));
    asids.add(0, *window.at<k::AsidPool>(window.phys(&m.pool)));
    asids.assign(k::arch::Asid::RootTask, window.phys(&m.vspace));
    plant(slots[place::vspace],
          k::Cap<k::VSpace>::make(window.phys(&m.vspace), k::arch::Asid::RootTask));
    plant(slots[place::asid_control], k::Cap<k::AsidControl>::make());
    plant(slots[place::asid_pool], k::Cap<k::AsidPool>::make(window.phys(&m.pool), 0));
    plant(slots[place::buffer],
          k::Cap<k::Frame>::make(window.phys(&m.buffer), k::arch::PageSize::Small, false));
    hold(k::ThreadSlot::VSpaceRoot, place::vspace);
    hold(k::ThreadSlot::IpcBuffer, place::buffer);
    thread.buffer_address = 0x1'0000;
    asids.space_of(slots[place::vspace].cap).enter();
}

#else

void HostMachine::boot_memory(k::Tcb& thread) {
    thread.ipc_buffer = new (&memory().buffer) k::abi::IpcBuffer{};
}

#endif

void HostMachine::start(k::Tcb& thread) {
    thread.state = k::ThreadState::Running;
#if SPEC_CHAPTER >= 12
    plant(root_slots()[place::thread], k::Cap<k::Tcb>::make(k::arch::window.phys(&thread)));
    plant(root_slots()[place::domain], k::Cap<k::Domain>::make());
    thread.priority = thread.mcp = 255;
    state_.objects.scheduler.start(thread);
    state_.objects.fpu.admit(thread);
#else
    state_.current = &thread;
#endif
}

const k::Tcb* HostMachine::running() const {
#if SPEC_CHAPTER >= 12
    return state_.objects.scheduler.current();
#else
    return state_.current->state == k::ThreadState::Running ? state_.current : nullptr;
#endif
}

k::Tcb& HostMachine::caller() {
#if SPEC_CHAPTER >= 12
    return *state_.objects.scheduler.current();
#else
    return *state_.current;
#endif
}

const std::string& HostMachine::printed() const {
    return Console::instance().text();
}

/// All that there is; the kernel itself checks the current thread.
void HostMachine::check() const {
#if SPEC_CHAPTER >= 16
    if constexpr (k::invariants_checked) K_ASSERT(k::invariants::check_everything(state_.objects));
#endif
#if SPEC_CHAPTER >= 11
    check_every_invariant(state_.objects.graveyard);
#else
    check_every_invariant(state_.graveyard);
#endif
    for (const k::Slot& slot : root_slots()) {
        check_every_invariant(slot);
    }
}

/// What the thread has done before its SVC, and the processor in it.
void HostMachine::load(const Call& call) {
    k::Tcb& thread = caller();
    std::ranges::copy(call.x, thread.context.x.begin());
    thread.context.x[7] = call.number;
    thread.context.pc += k::instruction_bytes;
    write_buffer(thread, call.buffer);
}

/// A program writes to its buffer wherever it has mapped it; whether the kernel may is another
/// question.
void HostMachine::write_buffer(const k::Tcb& thread, const std::map<Word, Word>& words) {
#if SPEC_CHAPTER >= 11
    const auto frame = thread.slot(k::ThreadSlot::IpcBuffer).cap.as<k::Frame>();
    if (!frame) return;
    const Word offset = thread.buffer_address & (frame->bytes() - 1);
    auto* buffer = k::arch::window.at<Word>(frame->address() + offset);
#else
    auto* buffer = &thread.ipc_buffer->tag;
#endif
    for (const auto& [index, value] : words) {
        buffer[index] = value;
    }
}

namespace {

/// What the processor says of an exception.
class Registers : public k::arch::FakeRegisters {
  public:
    explicit Registers(const Fault& fault) {
        if (const auto* memory = std::get_if<VmFault>(&fault)) {
            syndrome_ = memory->status;
            address_ = memory->address;
        } else {
            syndrome_ = std::get<UserException>(fault).number;
        }
        k::arch::fake_registers = this;
    }
    Registers(const Registers&) = delete;
    Registers& operator=(const Registers&) = delete;
    ~Registers() override { k::arch::fake_registers = nullptr; }

    k::u64 read(std::string_view name) override { return name == "far_el1" ? address_ : syndrome_; }
    void write(std::string_view /*name*/, k::u64 /*value*/) override {}

  private:
    Word syndrome_ = 0;
    Word address_ = 0;
};

} // namespace

k::KernelExit HostMachine::take_trap(const Trap& trap) {
    const Registers registers{trap.fault};
    return handle_exception(state_, k::arch::Vector::Event::Synchronous);
}

#if SPEC_CHAPTER >= 12

/// The instruction traps unless its thread's registers are in the processor, and is executed again
/// once they are.
k::KernelExit HostMachine::use_fpu(const UseFpu& use) {
    if (!k::arch::fake_fpu_permitted) {
        const k::KernelExit exit = take_trap({UserException{0x1FE0'0000}, {}});
        if (!k::arch::fake_fpu_permitted) return exit;
    }
    k::arch::fake_fpu.v[0].low = use.value;
    caller().context.pc += k::instruction_bytes;
    return k::KernelExit::Resume;
}

#endif

k::KernelExit HostMachine::enter(const Event& event) {
#if SPEC_CHAPTER >= 12
    if (std::holds_alternative<Tick>(event)) {
        state_.objects.scheduler.tick();
        return k::KernelExit::Resume;
    }
    if (const auto* trap = std::get_if<Trap>(&event)) return take_trap(*trap);
    if (const auto* use = std::get_if<UseFpu>(&event)) return use_fpu(*use);
#endif
    load(std::get<Call>(event));
    return handle_system_call(state_);
}

/// Whether a thread runs that can make its call once more: the call may have deleted the capability
/// that it is on.
bool HostMachine::can_repeat(const k::Tcb* thread) {
    if (running() != thread) return false;
    const auto slot = k::lookup(caller(), thread->context.x[0]);
    return slot && !(*slot)->is_empty() && !(*slot)->cap.as<k::Zombie>();
}

Ending HostMachine::run(const Event& event) {
    const k::Tcb* const thread = running();
    k::KernelExit exit = enter(event);
    while (exit == k::KernelExit::Preempted) {
        unfinished_ = interrupted_ = true;
        check();
        (void)next_context(state_, exit);
        if (!can_repeat(thread)) return Ending::BrokenOff;
        caller().context.pc += k::instruction_bytes; // it makes the same call again
        exit = handle_system_call(state_);
    }
    unfinished_ = false;
    check();
    (void)next_context(state_, exit); // ends the run if no thread can run
    check();                          // of queues more can be said when it is decided who runs
    return Ending::Runs;
}

Ending HostMachine::run_once(const std::optional<Call>& call) {
    if (call)
        load(*call);
    else
        caller().context.pc += k::instruction_bytes;
    const k::KernelExit exit = handle_system_call(state_);
    check();
    (void)next_context(state_, exit);
    check();
    return exit == k::KernelExit::Preempted ? Ending::Interrupted : Ending::Runs;
}

/// \param points  preemption points between two interrupts
Ending HostMachine::watch(std::optional<unsigned> points, const std::function<Ending()>& run) {
    points_between = points;
    points_passed = 0;
    unfinished_ = interrupted_ = false;
    Ending ending = Ending::Runs;
    const bool came_back = Console::instance().watch([&] { ending = run(); });
    points_between.reset();
    if (came_back) return ending;
    if (printed().find("PANIC") != std::string::npos) return Ending::Panicked;
    if (printed().find("STOPPED") == std::string::npos) return Ending::Halted;
    return unfinished_ ? Ending::BrokenOff : Ending::Idle;
}

Ending HostMachine::happen(const Event& event, std::optional<unsigned> points) {
    return watch(points, [&] { return run(event); });
}

Ending HostMachine::attempt(const std::optional<Call>& call) {
    return watch(0, [&] { return run_once(call); });
}

namespace {

std::map<Word, Word> empty_buffer() {
    std::map<Word, Word> words;
    for (Word index = 0; index < buffer::words; ++index) {
        words[index] = 0;
    }
    return words;
}

} // namespace

void HostMachine::forget_messages() {
    for (k::Tcb* thread : Survey{*this}.threads()) {
        if (thread->state != k::ThreadState::Running) continue;
        thread->context.x = {};
        thread->context.pc = first_pc;
#if SPEC_CHAPTER >= 12
        thread->restart_pc = 0;
#endif
        write_buffer(*thread, empty_buffer());
    }
}

World HostMachine::abstraction() const {
    return Survey{*this}.world();
}

HostMachine::Snapshot HostMachine::snapshot() const {
    const auto* begin = std::bit_cast<const Word*>(base);
    const auto* end = std::bit_cast<const Word*>(&memory().device);
#if SPEC_CHAPTER >= 12
    return {{begin, end}, state_, k::arch::fake_fpu};
#else
    return {{begin, end}, state_, {}};
#endif
}

/// The processor, too, goes back to the tables and registers of whoever runs.
void HostMachine::restore(const Snapshot& snapshot) {
    std::ranges::copy(snapshot.memory, std::bit_cast<Word*>(base));
    state_ = snapshot.state;
#if SPEC_CHAPTER >= 11
    k::arch::enter({k::PhysAddr{}, k::arch::Asid::Kernel}); // an identifier may have been another's
    if (running() == nullptr) return;
    state_.objects.asids.space_of(running()->slot(k::ThreadSlot::VSpaceRoot).cap).enter();
#endif
#if SPEC_CHAPTER >= 12
    k::arch::fake_fpu = snapshot.fpu;
    state_.objects.fpu.admit(*running());
#endif
}

} // namespace spec
