#include "world_model.hpp"

#include "arch/cpu.hpp"
#include "arch/user_space.hpp"
#include "invariants/invariants.hpp"

#include <cstring>
#include <sys/mman.h>

namespace k::test {

namespace {

/// Preemption points before an interrupt, and how many of them have passed. No points: none comes.
std::optional<unsigned> points_between;
unsigned points_passed = 0;

bool interrupt_is_here() {
    if (!points_between || points_passed++ < *points_between) return false;
    points_passed = 0;
    return true;
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    out << "label " << answer.label << ", words";
    for (const u64 word : answer.words)
        out << ' ' << word;
    return out;
}

Answer failed_lookup(bool of_source, const LookupFailure& failure) {
    Answer answer{static_cast<u64>(abi::Error::FailedLookup),
                  {u64{of_source}, static_cast<u64>(failure.type())}};
    answer.words.insert(answer.words.end(), failure.words().begin(), failure.words().end());
    return answer;
}

/// What the arena holds, from the first address in it that `untyped` may have.
struct World::Objects {
    alignas(bit(untyped_bits)) std::array<u8, bit(untyped_bits)> untyped;
    alignas(page_bytes) std::array<u8, page_bytes> device;
    alignas(page_bytes) std::array<u8, page_bytes> small_untyped;
    alignas(sizeof(Slot) * bit(root_radix)) std::array<Slot, bit(root_radix)> root;
    Tcb thread;
    alignas(page_bytes) std::array<abi::IpcBuffer, 4> buffer_frame;
    arch::Table vspace;
    arch::Table nowhere;
    alignas(page_bytes) AsidPool pool;

    /// The buffer is not where its frame begins.
    [[nodiscard]] abi::IpcBuffer& buffer() noexcept { return buffer_frame[2]; }
};

void World::Unmap::operator()(void* arena) const {
    munmap(arena, 2 * sizeof(Objects));
}

World::Objects& World::objects() const noexcept {
    const PhysAddr place = arch::window.phys(arena_.get()).align_up(untyped_bits);
    return *arch::window.at<Objects>(place);
}

PhysAddr World::memory() const noexcept {
    return arch::window.phys(&objects().untyped);
}

PhysAddr World::device_memory() const noexcept {
    return arch::window.phys(&objects().device);
}

World::World()
    : arena_{mmap(nullptr, 2 * sizeof(Objects), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0)} {
    Objects& o = objects();
    std::memset(&o.untyped, 0xa5, sizeof(o.untyped) + sizeof(o.device) + sizeof(o.small_untyped));
    EXPECT_EQ(mprotect(&o.device, sizeof(o.device), PROT_NONE), 0);
    thread_ = new (&o.thread) Tcb{};
    thread_->context.pc = 0x40'1000;
    thread_->state = ThreadState::Running;
    kernel.scheduler.start(*thread_);
    thread_->buffer_address = 0x40'2800; // of which the last bits count
    plant(thread_->slot(ThreadSlot::IpcBuffer),
          Cap<Frame>::make(arch::window.phys(&o.buffer_frame), arch::PageSize::Small, false));
    root_slots_ = o.root;
    kernel.initial_cspace = o.root;

    const auto guard = abi::CNodeData{}.with(abi::CNodeData::guard_size, 64 - root_radix);
    plant(slot(root), Cap<CNode>::make(arch::window.phys(&o.root), root_radix, guard));
    derive(thread_->slot(ThreadSlot::CSpaceRoot), slot(root).cap, slot(root), Birth::Copy);
    plant(slot(untyped), Cap<Untyped>::make(memory(), untyped_bits, false, bit(untyped_bits)));
    plant(slot(small_untyped),
          Cap<Untyped>::make(arch::window.phys(&o.small_untyped), page_bits, false, page_bytes));
    plant(slot(device), Cap<Untyped>::make(device_memory(), page_bits, true, page_bytes));
    begin_address_space();
    arch::fake_interrupt = interrupt_is_here;
}

/// As boot does it.
void World::begin_address_space() {
    Objects& o = objects();
    const PhysAddr root_table = arch::window.phys(&o.vspace);
    kernel.asids.begin(arch::window.phys(&o.nowhere));
    kernel.asids.add(0, o.pool);
    kernel.asids.assign(arch::Asid::RootTask, root_table);
    plant(slot(vspace), Cap<VSpace>::make(root_table, arch::Asid::RootTask));
    plant(slot(asid_control), Cap<AsidControl>::make());
    plant(slot(asid_pool), Cap<AsidPool>::make(arch::window.phys(&o.pool), 0));
    derive(thread_->slot(ThreadSlot::VSpaceRoot), slot(vspace).cap, slot(vspace), Birth::Copy);
    arch::enter({root_table, arch::Asid::RootTask});
}

AddressSpace World::space() const noexcept {
    return {arch::window.phys(&objects().vspace), arch::Asid::RootTask};
}

World::~World() {
    points_between.reset();
    arch::fake_interrupt = [] { return false; };
}

void World::interrupt_after_each(std::optional<unsigned> points) {
    points_between = points;
    points_passed = 0;
}

void World::check() noexcept {
    // Some tests make more than a census can hold.
    static_cast<void>(invariants::check_everything(kernel));
    check_every_invariant(graveyard);
    for (const Slot& slot : thread_->slots)
        check_every_invariant(slot);
}

void World::load(u64 cptr, u64 label, std::initializer_list<u64> words,
                 std::initializer_list<u64> caps) {
    auto& x = thread_->context.x;
    x[0] = cptr;
    x[1] = abi::MessageInfo{}
               .with(abi::MessageInfo::label, label)
               .with(abi::MessageInfo::extra_caps, caps.size())
               .with(abi::MessageInfo::length, words.size())
               .raw();
    abi::IpcBuffer& buffer = objects().buffer();
    for (unsigned i = 0; i < words.size(); ++i)
        (i < abi::message_registers ? x[2 + i] : buffer.message[i]) = words.begin()[i];
    std::ranges::copy(caps, buffer.caps_or_badges.begin());
}

Expected<KernelExit, CapFault> World::system_call(SendMode mode) {
    return send(*thread_, mode, kernel);
}

Answer World::answer() const {
    const auto& x = thread_->context.x;
    const abi::MessageInfo info{x[1]};
    EXPECT_EQ(x[0], 0u) << "a kernel object's reply has no badge";
    EXPECT_EQ(info[abi::MessageInfo::extra_caps], 0u);
    EXPECT_EQ(info[abi::MessageInfo::caps_unwrapped], 0u);
    Answer answer{info[abi::MessageInfo::label], {}};
    for (unsigned i = 0; i < info[abi::MessageInfo::length]; ++i)
        answer.words.push_back(i < abi::message_registers ? x[2 + i]
                                                          : objects().buffer().message[i]);
    return answer;
}

Answer World::invoke(u64 cptr, u64 label, std::initializer_list<u64> words,
                     std::initializer_list<u64> caps) {
    const auto before = snapshot();
    load(cptr, label, words, caps);
    auto exit = system_call(SendMode::Call);
    for (; exit && *exit == KernelExit::Preempted; exit = system_call(SendMode::Call)) {
        ++preemptions_;
        check();
        thread_->context.pc += 4; // as the processor does when it executes the SVC again
    }
    EXPECT_TRUE(exit) << "a CPtr led nowhere";
    if (!exit) return {};
    check();
    Answer result = answer();
    EXPECT_TRUE(result.label == 0 || snapshot() == before) << "a refused call changed something";
    return result;
}

Answer World::retype(u64 cptr, abi::ObjectType type, u64 size_bits, u64 offset, u64 count) {
    return invoke(cptr, abi::label::UntypedRetype,
                  {static_cast<u64>(type), size_bits, 0, 0, offset, count}, {root});
}

std::vector<u8> World::snapshot() const {
    const Objects& o = objects();
    std::vector<u8> bytes(sizeof(o.untyped) + sizeof(o.small_untyped) + sizeof(o.root) +
                          sizeof(o.thread) + sizeof(o.vspace) + sizeof(o.pool) + sizeof(kernel));
    u8* to = bytes.data();
    const auto add = [&](const auto& part) {
        std::memcpy(to, &part, sizeof(part));
        to += sizeof(part);
    };
    add(o.untyped);
    add(o.small_untyped);
    add(o.root);
    Tcb thread = o.thread;
    std::fill_n(thread.context.x.begin(), 2 + abi::message_registers, 0);
    add(thread);
    add(o.vspace);
    add(o.pool);
    add(kernel);
    return bytes;
}

} // namespace k::test
