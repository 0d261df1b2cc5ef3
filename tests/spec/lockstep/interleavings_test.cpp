/// \file
/// Two threads delete, and after each step of the one the other may go on: every order there is.
///
/// A long call is interrupted at a preemption point, and made again when its thread runs next. The
/// model knows calls only as a whole; so what is asked for is that everything is in order after
/// each step, and that in the end nothing is left half done, and all slots are as after the same
/// calls in some order, each as a whole. (A Revoke and a Delete of the same slot are not among
/// them: where the slot is emptied in between, half a Revoke stays done.)
#include "calls.hpp"
#include "object/derivation.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace spec {
namespace {

#if SPEC_CHAPTER >= 12

using Slots = decltype(World::slots);

using Calls = std::vector<Call>; ///< of one thread, one after the other

/// Whether a thread can lose the way to what it has half deleted. That is then left to whoever
/// revokes the memory.
enum class Paths { Stay, Vanish };

/// How far a thread is.
struct Progress {
    std::size_t calls = 0; ///< that it has made
    bool within = false;   ///< one was interrupted

    bool operator==(const Progress&) const = default;
};

bool failed(const k::Tcb& caller) {
    return caller.context.x[1] >> 12 != 0;
}

Call in_root(Method method, Word slot) {
    return invoke(place::root, method, {slot, 64});
}

/// Two threads of equal priority that share a root CNode, and some calls of each.
class Interleavings {
  public:
    Interleavings(Calls preparations, Paths paths)
        : preparations_{std::move(preparations)}, paths_{paths}, start_{prepared()} {}

    /// \return what is wrong in the shortest order in which something is; empty if all is well
    std::string explore(const Calls& first, const Calls& second) {
        calls_ = {first, second};
        outcomes_.clear();
        seen_.clear();
        open_ = {start_};
        add_outcomes(start_);
        for (; !open_.empty(); open_.pop_front()) {
            std::string wrong = go_on(open_.front());
            if (!wrong.empty()) return wrong + report(open_.front());
        }
        return "";
    }

    std::size_t states() const { return states_; }

    /// Whether any call was; else all this has shown nothing.
    bool was_interrupted() const { return was_interrupted_; }

  private:
    struct State {
        HostMachine::Snapshot snapshot;
        std::array<Progress, 2> progress{};
        std::string order{};     ///< of the threads' steps so far
        bool broken_off = false; ///< an interrupted call has failed when it was made again
    };

    State prepared() {
        for (const Call& call : preparations_) {
            machine_.happen(call);
            EXPECT_FALSE(failed(*machine_.running())) << "a preparation";
        }
        return {machine_.snapshot()};
    }

    std::size_t runs() const { return machine_.running() == &machine_.first_thread() ? 0 : 1; }

    /// The time slice of the thread that runs ends.
    void take_turns() {
        for (const std::size_t before = runs(); runs() == before;) {
            machine_.happen(Tick{});
        }
    }

    bool has_more(const State& state, std::size_t thread) const {
        return state.progress.at(thread).calls < calls_.at(thread).size();
    }

    const Call& next_call(const State& state, std::size_t thread) const {
        return calls_.at(thread).at(state.progress.at(thread).calls);
    }

    /// What is in the slots in the end if nobody interrupts a call: in every order of whole calls.
    void add_outcomes(const State& state) {
        for (const std::size_t thread : {0U, 1U}) {
            if (!has_more(state, thread)) continue;
            machine_.restore(state.snapshot);
            if (runs() != thread) take_turns();
            machine_.happen(next_call(state, thread));
            State after{machine_.snapshot(), state.progress};
            ++after.progress.at(thread).calls;
            add_outcomes(after);
        }
        if (!has_more(state, 0) && !has_more(state, 1)) {
            machine_.restore(state.snapshot);
            EXPECT_FALSE(half_dead()) << "after whole calls";
            outcomes_.push_back(machine_.abstraction().slots);
        }
    }

    /// A step of the thread that runs; and that the other runs instead.
    std::string go_on(const State& state) {
        machine_.restore(state.snapshot);
        const std::size_t thread = runs();
        if (!has_more(state, 0) && !has_more(state, 1)) return wrong_in_the_end(state);
        if (has_more(state, 1 - thread)) {
            take_turns();
            keep({machine_.snapshot(), state.progress, state.order, state.broken_off});
            machine_.restore(state.snapshot);
        }
        return has_more(state, thread) ? step(state, thread) : "";
    }

    std::string step(const State& state, std::size_t thread) {
        State after = state;
        Progress& mine = after.progress.at(thread);
        const k::Tcb& caller = *machine_.running();
        const Ending ending =
            machine_.attempt(mine.within ? std::nullopt : std::optional{next_call(state, thread)});
        const bool again = std::exchange(mine.within, ending == Ending::Interrupted);
        was_interrupted_ |= mine.within;
        if (!mine.within && ending != Ending::Runs) return machine_.printed();
        after.snapshot = machine_.snapshot();
        if (again && mine.within && after.snapshot.memory == state.snapshot.memory)
            return "a step that does nothing\n";
        after.order += thread == 0 ? " first" : " second";
        if (!mine.within) ++mine.calls;
        after.broken_off |= again && !mine.within && failed(caller);
        keep(std::move(after));
        return "";
    }

    std::string wrong_in_the_end(const State& state) {
        const bool may_differ = state.broken_off && paths_ == Paths::Vanish;
        std::string wrong = may_differ ? "" : unlike_whole_calls();
        if (!wrong.empty()) return wrong;
        if (runs() != 0) take_turns();
        machine_.happen(in_root(Method::CNodeRevoke, place::untyped));
        const bool gone = !has_children(machine_.root_slots()[place::untyped]) && !half_dead();
        return gone ? "" : "something can never be got rid of\n";
    }

    std::string unlike_whole_calls() const {
        if (half_dead()) return "something is half dead\n";
        try {
            const Slots slots = machine_.abstraction().slots;
            const bool known = std::ranges::find(outcomes_, slots) != outcomes_.end();
            return known ? "" : "no order of whole calls has this end\n";
        } catch (const std::logic_error& error) { // not a world at all
            return error.what() + std::string("\n");
        }
    }

    bool half_dead() const { return machine_.state().objects.graveyard.depth() != 0; }

    void keep(State state) {
        const auto& memory = state.snapshot.memory;
        std::string facts{std::bit_cast<const char*>(memory.data()), memory.size() * sizeof(Word)};
        for (const Progress& one : state.progress) {
            facts += std::to_string(one.calls) + (one.within ? "+" : " ");
        }
        facts += std::to_string(runs()) + (state.broken_off ? "+" : " ");
        facts += std::to_string(machine_.state().objects.graveyard.depth());
        if (!seen_.insert(std::hash<std::string>{}(facts)).second) return;
        ++states_;
        open_.push_back(std::move(state));
    }

    std::string report(const State& state) const {
        const auto test = [](const Calls& calls) {
            Program program;
            for (const Call& call : calls) {
                program.add(call, std::nullopt);
            }
            return program.as_test();
        };
        return "after the preparations\n" + test(preparations_) + "the first thread's calls\n" +
               test(calls_[0]) + "and the second's\n" + test(calls_[1]) +
               "in these steps:" + state.order + "\n";
    }

    Calls preparations_;
    Paths paths_;
    HostMachine machine_{{.root_radix = 5, .untyped_bits = 15}};
    State start_;
    std::array<Calls, 2> calls_;
    std::vector<Slots> outcomes_;
    std::unordered_set<std::size_t> seen_;
    std::deque<State> open_;
    std::size_t states_ = 0;
    bool was_interrupted_ = false;
};

constexpr Word other_thread = 20; ///< slots of the root CNode
constexpr Word other_buffer = 21;
constexpr Word untyped = 22; ///< in which all the rest is
constexpr Word outer = 23;   ///< two CNodes of four slots, and then two more
constexpr Word inner = 25;
constexpr Word radix = 2;
constexpr Word endpoint = 27;
constexpr Word frames = 28; ///< two
constexpr Word made_later = 30;

/// A second thread that shares all with the first but its buffer; an untyped of four pages; CNodes
/// and endpoints in its first page, and frames, so that clearing it takes long.
Calls two_threads_and_four_cnodes() {
    return {make(place::untyped, 1, 0, other_thread),
            make(place::untyped, 7, 0, other_buffer),
            invoke(other_thread, Method::Configure, {0, 0, 0, 0x400},
                   {place::root, place::vspace, other_buffer}),
            invoke(other_thread, Method::SetSchedParams, {255, 255}, {place::thread}),
            invoke(other_thread, Method::Resume, {}),
            make(place::untyped, 0, 14, untyped),
            make(untyped, 4, radix, outer, 2),
            make(untyped, 4, radix, inner, 2),
            make(untyped, 2, 0, endpoint),
            make(untyped, 7, 0, frames, 2)};
}

Call move_into(Word cnode, Word index, Word from) {
    return invoke(cnode, Method::CNodeMove, {index, radix, from, 64}, {place::root});
}

Call copy_into(Word cnode, Word index, Word from) {
    return invoke(cnode, Method::CNodeCopy, {index, radix, from, 64, 15}, {place::root});
}

Call delete_in(Word cnode, Word index) {
    return invoke(cnode, Method::CNodeDelete, {index, radix});
}

/// All pairs of what one thread may do, after more preparations.
void expect_in_order(const Calls& more, Paths paths, const std::vector<Calls>& calls,
                     const char* name) {
    Calls preparations = two_threads_and_four_cnodes();
    preparations.insert(preparations.end(), more.begin(), more.end());
    Interleavings world{preparations, paths};
    for (auto first = calls.begin(); first != calls.end(); ++first) {
        for (auto second = first; second != calls.end(); ++second) {
            ASSERT_EQ(world.explore(*first, *second), "");
        }
    }
    EXPECT_TRUE(world.was_interrupted());
    std::cout << name << ": " << world.states() << " states, all there are\n";
}

const Call retype = make(untyped, 4, 1, made_later);
const Calls revoke_and_retype{in_root(Method::CNodeRevoke, untyped), retype};
const Calls retype_and_delete{retype, in_root(Method::CNodeDelete, made_later)};

/// Each of two CNodes holds a smaller one, which holds something.
TEST(Interleavings, NestedCNodes) {
    expect_in_order({move_into(inner, 0, endpoint), move_into(inner + 1, 1, frames),
                     move_into(outer, 3, inner), move_into(outer + 1, 0, inner + 1)},
                    Paths::Stay,
                    {{in_root(Method::CNodeDelete, outer)},
                     {in_root(Method::CNodeDelete, outer + 1)},
                     {delete_in(outer, 3)},
                     revoke_and_retype,
                     retype_and_delete},
                    "nested CNodes");
}

/// One CNode holds others that hold it; one of them holds itself, too.
TEST(Interleavings, KnottedCNodes) {
    expect_in_order({copy_into(inner, 1, outer), copy_into(inner + 1, 0, outer),
                     move_into(outer, 0, inner), move_into(outer, 3, inner + 1),
                     copy_into(outer, 1, outer + 1), move_into(outer + 1, 3, outer + 1)},
                    Paths::Vanish,
                    {{in_root(Method::CNodeDelete, outer)},
                     {delete_in(outer, 0)},
                     {delete_in(outer, 1)},
                     {delete_in(outer, 3)},
                     revoke_and_retype},
                    "knotted CNodes");
}

/// A CNode holds the last capability to itself but one, and the untyped in which it is.
TEST(Interleavings, UntypedInItself) {
    constexpr Word copy = made_later;
    expect_in_order(
        {invoke(place::root, Method::CNodeCopy, {copy, 64, outer, 64, 15}, {place::root}),
         move_into(inner, 0, endpoint), move_into(outer, 3, inner), move_into(outer, 0, outer + 1),
         move_into(copy, 1, outer), move_into(copy, 2, untyped)},
        Paths::Vanish,
        {{in_root(Method::CNodeDelete, copy)},
         {invoke(copy, Method::CNodeRevoke, {2, radix})},
         {delete_in(copy, 0)},
         {delete_in(copy, 1)},
         {delete_in(copy, 3)}},
        "an untyped in itself");
}

#endif

} // namespace
} // namespace spec
