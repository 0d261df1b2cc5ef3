/// \file
/// The same random calls to the real kernel and to the model: every register, every word of the IPC
/// buffer and everything in every slot must agree after each.
#include "host_kernel.hpp"
#include "invocation.hpp"
#include "lifecycle/object_kind.hpp"
#include "print.hpp"
#include "thread.hpp"

#include <rapidcheck.h>
#include <sstream>

namespace spec {
namespace {

/// One call, made up of numbers that are reduced to what there is when it is made: taking calls
/// away before it leaves a call that makes sense, which is what lets RapidCheck find a short
/// program.
struct Act {
    std::array<unsigned, 8> numbers{};

    unsigned operator[](std::size_t i) const { return numbers.at(i); }
};

void showValue(const Act& act, std::ostream& out) { // NOLINT(readability-identifier-naming)
    for (const unsigned number : act.numbers) {
        out << number << ' ';
    }
}

/// What the calls are. The kernel at hand must have these methods; Retype is twice as likely.
constexpr std::array methods{Method::UntypedRetype, Method::UntypedRetype, Method::CNodeCopy,
                             Method::CNodeMint,     Method::CNodeMove,     Method::CNodeMutate,
                             Method::CNodeRotate,   Method::CNodeDelete,   Method::CNodeRevoke};

/// Chooses calls that have a chance: few slots, so that they clash; small CNodes, full soon and put
/// into each other and themselves; badges 0 to 3.
class Chooser {
  public:
    explicit Chooser(const World& world) : world_{world} {}

    Call call(const Act& act) const {
        const Method method = methods.at(act[0] % methods.size());
        return method == Method::UntypedRetype ? retype(act) : on_cnode(method, act);
    }

  private:
    static constexpr Word first = 16; ///< of the slots of the root CNode that calls name
    static constexpr Word count = 24;

    /// What a call names: a CNode by CPtr, and a slot in it.
    struct Address {
        Word root = k::test::World::root;
        Word index = 0;
        Word depth = 64;
    };

    /// Half of the time a slot of the root CNode, else one of a CNode that lies there; seldom
    /// nonsense.
    Address address(unsigned number) const {
        const Word index = first + number % count;
        const Word rest = number / count;
        if (rest % 16 == 15 && !is_for_messages(index)) return {index, rest, rest % 70};
        const auto cnode = capability_at(first + rest % count);
        if (rest % 2 == 0 || !is<CNodeCap>(cnode)) return {k::test::World::root, index, 64};
        const auto& inner = std::get<CNodeCap>(cnode);
        if (rest % 16 == 13) return {first + rest % count, inner.guard, inner.guard_bits};
        const Word radix = world_.cnodes.at(inner.cnode).radix;
        return {first + rest % count, inner.guard << radix | (number % (Word{1} << radix)),
                radix + inner.guard_bits};
    }

    /// Sending to it would be a rendezvous or a signal, which the kernel at hand may not know.
    bool is_for_messages(Word index) const {
        const Capability found = capability_at(index);
        return is<EndpointCap>(found) || is<NotificationCap>(found);
    }

    Capability capability_at(Word index) const {
        const auto found = world_.slots.find({root_cnode(), index});
        return found == world_.slots.end() ? NullCap{} : found->second.capability;
    }

    Name root_cnode() const {
        const Name thread = world_.scheduler.running.value();
        const auto& root = world_.slots.at(slot_of(thread, ThreadSlot::CSpace)).capability;
        return std::get<CNodeCap>(root).cnode;
    }

    /// An untyped if the numbers' first choice is none.
    Word untyped(unsigned number) const {
        for (Word i = 0; i < count; ++i) {
            const Word index = first + (number + i) % count;
            if (is<UntypedCap>(capability_at(index))) return index;
        }
        return first;
    }

    static Call invocation(Word cptr, Method method, unsigned mode, const Words& words,
                           const Words& cptrs) {
        constexpr std::array modes{Syscall::Call, Syscall::Call, Syscall::Call, Syscall::Send,
                                   Syscall::NbSend};
        Call call{static_cast<Word>(modes.at(mode % modes.size()))};
        call.x = {cptr, Word(method) << 12 | cptrs.size() << 7 | words.size(), 0, 0, 0, 0};
        for (std::size_t i = 0; i < words.size(); ++i) {
            (i < 4 ? call.x.at(2 + i) : call.buffer[buffer::message + i]) = words[i];
        }
        for (std::size_t i = 0; i < cptrs.size(); ++i) {
            call.buffer[buffer::caps_or_badges + i] = cptrs[i];
        }
        return call;
    }

    /// Of the types that the kernel at hand can make.
    Call retype(const Act& act) const {
        constexpr std::array<Word, 6> types{0, 2, 3, 4, 4, 10};
        Word type = types.at(act[1] % types.size());
        if (type < 10 && !k::object_kind(type)) type = 10;
        const Address to = address(act[2]);
        const Word bits = act[3] % 32 == 31 ? act[4] % 80 : (type == 0 ? 4 : 1) + act[3] % 9;
        const bool into_root = to.root == k::test::World::root;
        const Words words{type,     bits,      to.root, into_root ? Word{0} : Word{64},
                          to.index, act[4] % 5};
        return invocation(untyped(act[5]), Method::UntypedRetype, act[6], words,
                          {k::test::World::root});
    }

    Call on_cnode(Method method, const Act& act) const {
        const auto [to_root, to, to_depth] = address(act[1]);
        const auto [from_root, from, from_depth] = address(act[2]);
        const Word rights = act[3] % 16;
        const Word data = is<CNodeCap>(capability_at(from)) ? guard(act[4]) : act[4] % 4;
        if (method == Method::CNodeRotate) {
            const auto [pivot_root, pivot, pivot_depth] = address(act[5]);
            return invocation(
                to_root, method, act[6],
                {to, to_depth, guard(act[3]), pivot, pivot_depth, guard(act[4]), from, from_depth},
                {pivot_root, from_root});
        }
        Words words{to, to_depth, from, from_depth, rights, data};
        if (method == Method::CNodeMutate) words[4] = data;
        if (act[7] % 32 == 31) words.resize(act[7] / 32 % words.size());
        return invocation(to_root, method, act[6], words, {from_root});
    }

    /// A guard of up to three bits, or one that is too long.
    static Word guard(unsigned number) {
        return number % 16 == 15 ? 63 : (Word{number} / 4 % 8) << 6 | number % 4;
    }

    const World& world_;
};

/// A program of the calls made so far, for a report.
class Program {
  public:
    void add(const Call& call) {
        text_ << "    send(" << static_cast<std::int64_t>(call.number) << ", " << call.x[0] << ", "
              << (call.x[1] >> 12) << ", {";
        for (Word i = 0; i < (call.x[1] & 0x7F); ++i) {
            const bool in_register = i < 4;
            text_ << (i == 0 ? "" : ", ") << "0x" << std::hex
                  << (in_register ? call.x.at(2 + i) : call.buffer.at(buffer::message + i))
                  << std::dec;
        }
        text_ << "}, {";
        for (Word i = 0; i < (call.x[1] >> 7 & 3); ++i) {
            text_ << (i == 0 ? "" : ", ") << call.buffer.at(buffer::caps_or_badges + i);
        }
        text_ << "});\n";
    }

    /// A root task that makes the calls. Its slots are those of the test's world, untypeds at 16
    /// to 18.
    std::string root_task() const {
        return R"(#include <initializer_list>
#include <sel4/sel4.h>

static void send(long number, seL4_CPtr target, seL4_Word label,
                 std::initializer_list<seL4_Word> words, std::initializer_list<seL4_CPtr> caps) {
    int i = 0;
    for (const seL4_Word word : words) seL4_SetMR(i++, word);
    i = 0;
    for (const seL4_CPtr cap : caps) seL4_SetCap(i++, cap);
    const auto info = seL4_MessageInfo_new(label, 0, caps.size(), words.size());
    if (number == -1) seL4_Call(target, info);
    if (number == -3) seL4_Send(target, info);
    if (number == -4) seL4_NBSend(target, info);
}

int main() {
)" + text_.str() +
               "}\n";
    }

  private:
    std::ostringstream text_;
};

/// How often each method has succeeded: agreement about refusals alone would prove little.
class Tally {
  public:
    void add(const Call& call, bool refused) {
        if (!refused) ++successes_[Method(call.x[1] >> 12)];
    }
    bool has(Method method) const { return successes_.contains(method); }

  private:
    std::map<Method, unsigned> successes_;
};

/// Both of them, one call after the other.
class Pair {
  public:
    explicit Pair(Tally& tally) : tally_{tally} {}

    /// \return what differs after the call, in words; empty if nothing does.
    std::string play(const Act& act) {
        const Call call = Chooser{model_}.call(act);
        program_.add(call);
        const bool taken = kernel_.perform(call, points(act[7]));
        tally_.add(call, apply(model_, call).refusal.has_value());
        go_on_after_fault(taken);
        World real = kernel_.abstraction();
        ignore_what_is_not_compared(real);
        return real == model_ ? "" : explain(model_, real);
    }

    /// Whether the thread still has the CSpace that calls go through.
    bool alive() const {
        const auto root = model_.slots.find(slot_of(thread(), ThreadSlot::CSpace));
        return root != model_.slots.end() && is<CNodeCap>(root->second.capability);
    }

    std::string program() const { return program_.root_task(); }

  private:
    static std::optional<unsigned> points(unsigned number) {
        if (number % 3 != 0) return std::nullopt;
        return number / 3 % 4;
    }

    Name thread() const { return model_.threads.begin()->first; }

    /// The model stops a thread that faults without a handler. Here it goes on, as in the host
    /// world.
    void go_on_after_fault(bool taken) {
        EXPECT_EQ(taken, model_.scheduler.running.has_value()) << program();
        model_.threads.at(thread()).state = Runnable{};
        model_.scheduler.running = thread();
    }

    /// Where the thread goes on: the host world has no processor that would count.
    void ignore_what_is_not_compared(World& real) const {
        Thread& seen = real.threads.at(thread());
        const Thread& expected = model_.threads.at(thread());
        seen.registers[reg::pc] = expected.registers[reg::pc];
        seen.next_pc = expected.next_pc;
    }

    Tally& tally_;
    HostKernel kernel_;
    World model_ = kernel_.abstraction();
    Program program_;
};

rc::Gen<Act> acts() {
    return rc::gen::map(
        rc::gen::container<std::array<unsigned, 8>>(rc::gen::inRange<unsigned>(0, 24 * 64)),
        [](const std::array<unsigned, 8>& numbers) { return Act{numbers}; });
}

TEST(Lockstep, KernelAndModelAgree) {
    Tally tally;
    const bool agree = rc::check("kernel and model agree", [&tally] {
        const auto program = *rc::gen::container<std::vector<Act>>(acts());
        Pair pair{tally};
        for (const Act& act : program) {
            if (!pair.alive()) break;
            const std::string difference = pair.play(act);
            if (!difference.empty()) RC_FAIL("model → kernel:\n" + difference + pair.program());
        }
    });
    EXPECT_TRUE(agree);
    for (const Method method : methods) {
        EXPECT_TRUE(tally.has(method)) << "method " << static_cast<Word>(method);
    }
}

} // namespace
} // namespace spec
