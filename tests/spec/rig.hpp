/// \file
/// A small booted world and short ways to make calls in it, for tests.
#pragma once

#include "boot.hpp"
#include "derivation.hpp"
#include "invariants.hpp"
#include "invocation.hpp"
#include "print.hpp"
#include "step.hpp"
#include "thread.hpp"

#include <gtest/gtest.h>

namespace spec {

/// What a Call is answered.
struct Answer {
    Error error = NoError;
    Words words;

    bool operator==(const Answer&) const = default;
};

// NOLINTNEXTLINE(readability-identifier-naming): so GoogleTest calls it
inline void PrintTo(const Answer& answer, std::ostream* out) {
    *out << "error " << static_cast<Word>(answer.error) << " words";
    for (const Word word : answer.words) {
        *out << " 0x" << std::hex << word << std::dec;
    }
}

inline Answer refused(Error error, const Words& words = {}) {
    return {error, words};
}

inline Answer failure(const Refusal& refusal) {
    return {refusal.error, refusal.words};
}

/// The root task runs, in a CNode of 256 slots with a megabyte of memory and a device.
struct Rig : testing::Test {
    static constexpr Word ram = 0x4000'0000;
    static constexpr Word device = 0x900'0000;
    static constexpr Word untyped = boot_slot::first_listed;
    static constexpr Word device_untyped = untyped + 1;
    static constexpr Word free_slot = 32; ///< this and all above are empty
    static constexpr Word cnode_bits = 8;
    static constexpr Word all_rights = 15;

    enum Type : Word { Untyped, Tcb, Ep, Ntfn, CapTable, Huge, VRoot, Small, Large, Table };

    static Machine machine() {
        Machine machine;
        machine.cnode_bits = cnode_bits;
        machine.untypeds = {{ram, 20, false}, {device, 16, true}};
        return machine;
    }

    World world = boot(machine());
    Name root{Kind::Thread, Machine{}.thread};
    Outcome outcome;

    SlotName slot(Word index) const { return {{Kind::CNode, Machine{}.cnode}, index}; }
    Capability at(Word index) const { return capability_in(world, slot(index)); }
    template <typename Type>
    Type get(Word index) const {
        return std::get<Type>(at(index));
    }
    Thread& thread(Name name) { return world.threads.at(name); }
    Name running() const { return world.scheduler.running.value(); }
    std::optional<SlotName> parent(Word index) const { return world.slots.at(slot(index)).parent; }

    /// A system call of the running thread with a message of these words and capabilities.
    static Call message(Syscall number, Word cptr, Word label, const Words& words,
                        const Words& cptrs = {}) {
        Call call{static_cast<Word>(number)};
        call.x[0] = cptr;
        call.x[1] = label << 12 | cptrs.size() << 7 | words.size();
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i < 4) call.x.at(2 + i) = words[i];
            if (i >= 4) call.buffer[buffer::message + i] = words[i];
        }
        for (std::size_t i = 0; i < cptrs.size(); ++i) {
            call.buffer[buffer::caps_or_badges + i] = cptrs[i];
        }
        return call;
    }

    void happen(const Event& event) {
        auto [after, result] = step(world, event);
        world = std::move(after);
        outcome = std::move(result);
        EXPECT_EQ(violations(world), "");
    }

    /// What the message registers and buffer of a thread say that it was told.
    Answer told(Name name) {
        Answer answer{static_cast<Error>(x_register(world, name, 1) >> 12), {}};
        const Word length = x_register(world, name, 1) & 0x7F;
        const auto base = buffer_of(world, name, Access::ReadOnly);
        for (unsigned i = 0; i < length; ++i) {
            answer.words.push_back(i < 4 ? x_register(world, name, 2 + i)
                                         : read_word(world, *base, buffer::message + i));
        }
        return answer;
    }

    /// Call on a kernel object by the running thread, and its answer.
    Answer invoke(Word cptr, Method method, const Words& words = {}, const Words& cptrs = {}) {
        const Name caller = running();
        happen(message(Syscall::Call, cptr, static_cast<Word>(method), words, cptrs));
        return told(caller);
    }

    /// \name Frequent invocations on the root CNode
    /// \{
    Answer retype(Word type, Word bits, Word slot_number, Word count = 1, Word from = untyped) {
        return invoke(from, Method::UntypedRetype, {type, bits, 0, 0, slot_number, count},
                      {boot_slot::cnode});
    }
    Answer copy(Word to, Word from, Word rights = all_rights) {
        return invoke(boot_slot::cnode, Method::CNodeCopy, {to, 64, from, 64, rights},
                      {boot_slot::cnode});
    }
    Answer mint(Word to, Word from, Word data, Word rights = all_rights) {
        return invoke(boot_slot::cnode, Method::CNodeMint, {to, 64, from, 64, rights, data},
                      {boot_slot::cnode});
    }
    Answer move(Word to, Word from) {
        return invoke(boot_slot::cnode, Method::CNodeMove, {to, 64, from, 64}, {boot_slot::cnode});
    }
    Answer mutate(Word to, Word from, Word data) {
        return invoke(boot_slot::cnode, Method::CNodeMutate, {to, 64, from, 64, data},
                      {boot_slot::cnode});
    }
    Answer rotate(Word to, Word to_data, Word pivot, Word pivot_data, Word from) {
        return invoke(boot_slot::cnode, Method::CNodeRotate,
                      {to, 64, to_data, pivot, 64, pivot_data, from, 64},
                      {boot_slot::cnode, boot_slot::cnode});
    }
    Answer remove(Word index) { return invoke(boot_slot::cnode, Method::CNodeDelete, {index, 64}); }
    Answer revoke_at(Word index) {
        return invoke(boot_slot::cnode, Method::CNodeRevoke, {index, 64});
    }
    /// \}

    static Answer done(const Words& words = {}) { return {NoError, words}; }

    /// A runnable thread with this priority, in the root task's spaces. Its TCB's capability goes
    /// to a slot, its IPC buffer's frame to the next.
    Name spawn(Word tcb, Word priority = 255) {
        EXPECT_EQ(retype(Tcb, 0, tcb), done());
        EXPECT_EQ(retype(Small, 0, tcb + 1), done());
        EXPECT_EQ(invoke(tcb, Method::Configure, {0, 0, 0, 0x400},
                         {boot_slot::cnode, boot_slot::vspace, tcb + 1}),
                  done());
        EXPECT_EQ(invoke(tcb, Method::SetPriority, {priority}, {boot_slot::thread}), done());
        EXPECT_EQ(invoke(tcb, Method::Resume), done());
        return get<ThreadCap>(tcb).thread;
    }

    /// Yields until \p wanted runs: it must be runnable, with the priority of whoever runs now.
    void switch_to(Name wanted) {
        for (int i = 0; i < 10 && running() != wanted; ++i) {
            happen(message(Syscall::Yield, 0, 0, {}));
        }
        ASSERT_EQ(running(), wanted);
    }

    bool in_state(Name name, const State& state) { return thread(name).state == state; }
};

} // namespace spec
