/// \file
/// What holds whatever threads do: random events in small worlds, each event checked.
#include "rig.hpp"

#include <random>
#include <set>

namespace spec {
namespace {

/// Draws events that have a chance to succeed: capabilities that exist, methods that they have,
/// arguments of about the right kind.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_{seed} {}

    Event event(const World& world) {
        const Word kind = below(100);
        if (!world.scheduler.running || kind < 3) return Interrupt{33 + below(3)};
        if (kind < 6) return Tick{};
        if (kind < 8) return Trap{VmFault{below(1 << 20), chance(50), 0x9200'0006}, {}};
        if (kind < 9) return Trap{UserException{0xF200'0000}, {}};
        return call(world);
    }

    /// Whether something of this probability in percent happens.
    bool chance(Word percent) { return below(100) < percent; }
    Word below(Word limit) { return std::uniform_int_distribution<Word>{0, limit - 1}(random_); }

  private:
    using List = std::initializer_list<Word>;
    Word any(List list) { return *(list.begin() + below(list.size())); }

    /// A slot of the root CNode: mostly one that is in use.
    Word slot(const World& world) { return used_slot(world, chance(70) ? below(80) : below(256)); }

    Word used_slot(const World& world, Word index) {
        const Name cnode{Kind::CNode, Machine{}.cnode};
        const auto used = world.slots.lower_bound({cnode, index});
        const bool found = used != world.slots.end() && used->first.holder == cnode;
        return found && chance(90) ? used->first.index : index;
    }

    /// A slot with this alternative of Capability, if there is one; the search starts anywhere.
    Word slot_with(const World& world, std::size_t alternative) {
        const Word start = below(256);
        for (Word i = 0; i < 256; ++i) {
            const SlotName name{{Kind::CNode, Machine{}.cnode}, (start + i) % 256};
            if (capability_in(world, name).index() == alternative) return name.index;
        }
        return slot(world);
    }

    template <typename Type>
    Word slot_with(const World& world) {
        return slot_with(world, Capability{Type{}}.index());
    }

    /// A slot as an argument word: often an empty one, for something to be put in, seldom one of
    /// those without which nothing goes on.
    Word place(const World& world) {
        if (chance(60)) return 32 + below(100);
        return chance(98) ? used_slot(world, 32 + below(60)) : slot(world);
    }

    Call call(const World& world) {
        const Word kind = below(100);
        if (kind < 60) return invocation(world);
        const Word cptr = slot(world);
        if (kind < 68) return message(world, cptr, any({Word(-1), Word(-3), Word(-4)}));
        if (kind < 76) return message(world, cptr, any({Word(-5), Word(-8)}));
        if (kind < 88) return message(world, cptr, any({Word(-2), Word(-6)}));
        if (kind < 97) return message(world, cptr, Word(-7));
        return message(world, cptr, any({0, Word(-12), Word(-15), Word(-10)}));
    }

    /// Send, receive or reply with a receive slot and up to three capabilities.
    Call message(const World& world, Word cptr, Word number) {
        Call made{number};
        made.x = {cptr, below(2) << 12 | below(4) << 7 | below(9), 1, 2, 3, 4};
        for (Word i = 0; i < 3; ++i) {
            made.buffer[buffer::caps_or_badges + i] = slot(world);
        }
        made.buffer[buffer::receive_cnode] = boot_slot::cnode;
        made.buffer[buffer::receive_index] = place(world);
        made.buffer[buffer::receive_depth] = 64;
        return made;
    }

    Call invocation(const World& world) {
        const Word cptr = slot_with(world, 1 + below(std::variant_size_v<Capability> - 1));
        const Capability invoked = capability_in(world, {{Kind::CNode, Machine{}.cnode}, cptr});
        const Method method = chance(95) ? method_of(invoked) : Method(below(52));
        Call made = message(world, cptr, any({Word(-1), Word(-1), Word(-3), Word(-4)}));
        const Words words = arguments(world, method);
        made.x[1] = Word(method) << 12 | (chance(95) ? 3 : below(4)) << 7 |
                    (chance(95) ? words.size() : below(9));
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i < 4) made.x.at(2 + i) = words[i];
            if (i >= 4) made.buffer[buffer::message + i] = words[i];
        }
        if (chance(95)) choose_capabilities(world, method, made);
        return made;
    }

    Method in_range(Method first, Method last) {
        return Method(Word(first) + below(Word(last) - Word(first) + 1));
    }

    Method method_of(const Capability& capability) {
        using enum Method;
        if (is<UntypedCap>(capability)) return UntypedRetype;
        if (is<ThreadCap>(capability)) {
            return chance(75) ? in_range(ReadRegisters, SetFlags)
                              : in_range(BindNotification, UnbindNotification);
        }
        if (is<CNodeCap>(capability)) return in_range(CNodeRevoke, CNodeSaveCaller);
        if (is<FrameCap>(capability)) return in_range(PageMap, PageGetAddress);
        if (is<PageTableCap>(capability)) return in_range(PageTableMap, PageTableUnmap);
        if (is<VSpaceCap>(capability)) return in_range(VSpaceCleanData, VSpaceUnifyInstruction);
        if (is<IrqHandlerCap>(capability)) return in_range(IrqAck, IrqClear);
        if (is<DomainCap>(capability)) return in_range(DomainSet, DomainScheduleSetStart);
        if (is<AsidControlCap>(capability)) return AsidMakePool;
        if (is<AsidPoolCap>(capability)) return AsidAssign;
        if (is<IrqControlCap>(capability)) {
            return std::array{IrqGet, IrqGetTrigger, IrqIssueSgi}.at(below(3));
        }
        return Method(below(3));
    }

    Word address() { return any({0, 0x1000, 0x40'0000, 0x40'1000, 0x8000'0000}); }
    Word data() { return any({0, 1, 3, 56, 60, 62}); }

    Words arguments(const World& world, Method method) {
        using enum Method;
        if (method == UntypedRetype) {
            return {below(10), any({1, 2, 4, 8, 12}), 0, 0, place(world), 1 + below(3)};
        }
        if (method == IrqGet) return {33 + below(3), place(world), 64};
        if (method == IrqGetTrigger) return {33 + below(3), 1, place(world), 64};
        if (method == IrqIssueSgi) return {below(17), below(9), place(world), 64};
        if (method == AsidMakePool) return {place(world), 64};
        if (method >= CNodeRevoke && method <= CNodeSaveCaller) {
            return cnode_arguments(world, method);
        }
        if (method >= ReadRegisters && method <= SetFlags) return thread_arguments(method);
        if (method >= VSpaceCleanData && method <= PageGetAddress) {
            return {address(), 1 + below(0x1000), below(8)};
        }
        return {below(2), below(2), below(4), 64};
    }

    Words cnode_arguments(const World& world, Method method) {
        if (method != Method::CNodeRotate) {
            return {place(world), 64, slot(world), 64, below(16), data()};
        }
        Words words{place(world), 64, data(), slot_with<ThreadCap>(world), 64, data()};
        words.insert(words.end(), {slot_with<UntypedCap>(world), 64});
        return words;
    }

    Words thread_arguments(Method method) {
        using enum Method;
        if (method == WriteRegisters) return {below(2), 3, address(), 0x100, ~Word{0}};
        if (method == ReadRegisters) return {below(2), 1 + below(36)};
        if (method == Configure) return {slot_of_endpoint, data(), 0, any({0, 0x400})};
        if (method == SetSpace) return {slot_of_endpoint, data(), 0};
        if (method == SetIpcBuffer) return {any({0, 0x400, 0xC00})};
        return {any({100, 255, 255}), any({100, 255, 255})};
    }

    /// Makes the first two capabilities fit the method.
    void choose_capabilities(const World& world, Method method, Call& made) {
        using enum Method;
        Word& first = made.buffer[buffer::caps_or_badges];
        Word& second = made.buffer[buffer::caps_or_badges + 1];
        if (method == Configure || method == SetSpace) {
            first = boot_slot::cnode;
            second = boot_slot::vspace;
        } else if (method == BindNotification || method == IrqSetNotification) {
            first = slot_with<NotificationCap>(world);
        } else if (method >= CopyRegisters && method <= SetSchedParams) {
            first = chance(50) ? boot_slot::thread : slot_with<ThreadCap>(world);
        } else if (method == AsidAssign) {
            first = slot_with<VSpaceCap>(world);
        } else if (method == PageMap || method == PageTableMap) {
            first = chance(50) ? boot_slot::vspace : slot_with<VSpaceCap>(world);
        } else if (method == DomainSet) {
            first = slot_with<ThreadCap>(world);
        } else if (method == AsidMakePool) {
            first = slot_with<UntypedCap>(world);
            second = boot_slot::cnode;
        } else {
            first = second = boot_slot::cnode;
        }
    }

    static constexpr Word slot_of_endpoint = 32;
    std::mt19937 random_;
};

class Properties : public Rig {
  protected:
    static constexpr int events = 15'000;

    /// Four threads, each handling the others' faults if it happens to receive from the endpoint.
    void populate() {
        world = boot(machine());
        ASSERT_EQ(retype(Ep, 0, 32, 2), done());
        ASSERT_EQ(retype(Ntfn, 0, 34), done());
        ASSERT_EQ(mint(35, 32, 5), done());
        ASSERT_EQ(mint(36, 34, 6), done());
        ASSERT_EQ(retype(Untyped, 12, 37, 3), done());
        ASSERT_EQ(retype(Table, 0, 46, 4), done());
        ASSERT_EQ(retype(VRoot, 0, 50), done());
        for (const Word table : Words{46, 47, 48}) {
            ASSERT_EQ(invoke(table, Method::PageTableMap, {0x40'0000, 0}, {boot_slot::vspace}),
                      done());
        }
        for (const Word tcb : Words{40, 42, 44}) {
            thread(spawn(tcb)).fault_handler = 32;
        }
        thread(root).fault_handler = 32;
    }

    /// A refused call leaves the world as it was when it was entered, but for what a Call is told.
    void expect_unchanged(const World& before, const Call& call, const Event& event) {
        World entered = before;
        enter(entered, call);
        const Name caller = before.scheduler.running.value();
        if (Syscall(call.number) == Syscall::Call) {
            entered.threads.at(caller).registers = thread(caller).registers;
            entered.memory = world.memory;
        }
        EXPECT_TRUE(world == entered) << event << "\n" << explain(entered, world);
    }

    void happen_and_check(const Event& event) {
        const World before = world;
        outcome = apply(world, event);
        ASSERT_EQ(violations(world), "") << event << "\n" << explain(before, world);
        const auto* call = std::get_if<Call>(&event);
        if (call != nullptr && outcome.refusal) expect_unchanged(before, *call, event);
        if (call == nullptr || Syscall(call->number) != Syscall::Call || outcome.refusal) return;
        if (!occupied(before, slot(call->x[0]))) return;
        const Word type = type_number(before.slots.at(slot(call->x[0])).capability);
        succeeded_.emplace(type, call->x[1] >> 12);
    }

    std::set<std::pair<Word, Word>> succeeded_; ///< types and labels of calls
};

TEST_F(Properties, InvariantsHoldAndRefusedCallsChangeNothing) {
    Generator generator{1};
    for (int i = 0; i < events && !HasFatalFailure(); ++i) {
        if (i % 300 == 0 || !world.scheduler.running) populate();
        happen_and_check(generator.event(world));
    }
    std::set<Word> methods; // on the kernel objects that have methods
    for (const auto& [type, label] : succeeded_) {
        const bool sent = type == 4 || type == 6 || type == 8 || type == 27;
        if (!sent) methods.insert(label);
    }
    for (Word label = 1; label <= Word(Method::IrqIssueSgi); ++label) {
        EXPECT_TRUE(methods.contains(label) || Method(label) == Method::SmcCall) << label;
    }
}

} // namespace
} // namespace spec
