#include "chooser.hpp"

#include "calls.hpp"
#include "cspace.hpp"
#include "lifecycle/object_kind.hpp"
#include "methods.hpp"
#include "picker.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// Puts events together, a kind of them after the other.
class Chooser : Picker {
  public:
    using Picker::Picker;

    Event event() {
        const Word kind = below(144);
        if (chapter >= 12 && kind >= 140) return UseFpu{1 + below(1000)};
        if (chapter >= 12 && kind >= 130) return Tick{};
        if (chapter >= 12 && kind >= 124 && others_can_run()) return trap();
        if (chapter >= 12 && kind >= 117) return message(Syscall::Yield, 0, 0, {});
        if (kind == 116) return message(Syscall::DebugCapIdentify, slot(), 0, {});
        if (chapter >= 16 && kind == 115) return message(Syscall(below(8)), slot(), 0, {});
        if (chapter >= 14 && kind >= 70) return communication(kind - 70);
        return invocation();
    }

  private:
    bool others_can_run() const { return !world().scheduler.ready.empty(); }

    /// Whether a kernel of this chapter knows what to do with a message to this capability.
    bool takes_messages(Word cptr) const {
        const Capability found = spec::capability_at(world(), *world().scheduler.running, cptr);
        return !(is<EndpointCap>(found) && chapter < 14) &&
               !(is<NotificationCap>(found) && chapter < 15);
    }

    Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs) {
        if (!takes_messages(cptr)) return message(Syscall::DebugCapIdentify, cptr, 0, {});
        const auto mode =
            Syscall(any({Word(Syscall::Call), Word(Syscall::Call), Word(Syscall::Call),
                         Word(Syscall::Send), Word(Syscall::NbSend)}));
        return message(mode, cptr, Word(method), words, cptrs);
    }

    /// Faults of the kinds that a thread's instructions can have.
    Event trap() {
        const Thread& thread = world().threads.at(*world().scheduler.running);
        const Word kind = below(4);
        if (kind == 0) return Trap{VmFault{below(512) * 0x1000, false, 0x9200'0006}, {}};
        if (kind == 1) return Trap{VmFault{thread.next_pc, true, 0x8200'0006}, {}};
        return Trap{UserException{kind == 2 ? 0xF200'0000U : 0x0200'0000U}, {}};
    }

    /// Send, receive or reply: with a few words, up to three capabilities, and a receive slot. From
    /// chapter 14 on, when endpoints do all that the model knows of them. No label is that of
    /// ReadRegisters: what is meant for an endpoint may reach a thread (\ref stop).
    Call communication(Word kind) {
        using enum Syscall;
        const bool blocks = others_can_run() || below(32) == 31;
        const Word through = below(4);
        Word cptr = chapter >= 15 && through == 3 ? mostly<NotificationCap>()
                    : through == 2                ? mostly<ReplyCap>()
                                                  : mostly<EndpointCap>();
        if (below(16) == 15) cptr |= Word{0x100} << below(56); // behind all slots
        Syscall number = blocks ? Call : NbSend;
        if (kind >= 12) number = blocks ? Send : NbSend;
        if (kind >= 16) number = NbSend;
        if (kind >= 20) number = blocks ? Recv : NbRecv;
        if (kind >= 30) number = NbRecv;
        if (kind >= 34) number = blocks ? ReplyRecv : Reply;
        if (kind >= 42) number = Reply;
        if (!takes_messages(cptr)) return message(DebugCapIdentify, cptr, 0, {});
        return with_receive_slot(message(number, cptr, any({0, 1, 3}), some_words(), some_cptrs()));
    }

    Words some_words() {
        Words words(below(8) == 7 ? 118 + below(5) : below(8));
        for (Word& word : words) {
            word = 1 + drawn();
        }
        return words;
    }

    Words some_cptrs() {
        Words cptrs(below(8) < 5 ? 0 : 1 + below(3));
        std::ranges::generate(cptrs, [this] { return slot(); });
        return cptrs;
    }

    spec::Call with_receive_slot(spec::Call call) {
        const Address to = address(Wanted::Empty);
        call.buffer[buffer::receive_cnode] = to.root;
        call.buffer[buffer::receive_index] = to.index;
        call.buffer[buffer::receive_depth] = to.depth;
        return call;
    }

    Call invocation() {
        const Method method = chosen_method(below(methods_here()));
        if (method == Method::UntypedRetype) return retype();
        if (method == Method::CNodeRotate) return rotate();
        if (method >= Method::CNodeRevoke && method <= Method::CNodeSaveCaller) {
            return on_cnode(method);
        }
        const bool of_thread =
            method <= Method::SetFlags ||
            (method >= Method::DomainSet && method <= Method::DomainScheduleSetStart);
        return shortened(of_thread ? on_thread(method) : on_memory(method));
    }

    /// Seldom words or capabilities are missing.
    Call shortened(Call call) {
        const Word number = below(64);
        if (number >= 62) call.x[1] &= number == 63 ? ~Word{3} : ~(Word{1} << 7);
        return call;
    }

    /// Of the types that the kernel at hand can make.
    Call retype() {
        Word type = any({0, 2, 3, 4, 4, 10, 7, 9, 6, 1, 7, 8});
        if (type < 10 && !k::object_kind(type)) type = 10;
        const Address to = address(Wanted::Empty);
        const Word size = below(9 * 32);
        const Word bits = size / 9 == 31 ? below(80) : (type == 0 ? 4 : 1) + size % 9;
        const Words words{type,     bits,    to.root, to.root == place::root ? Word{0} : Word{64},
                          to.index, below(5)};
        return invoke(mostly<UntypedCap>(), Method::UntypedRetype, words, {place::root});
    }

    Call on_cnode(Method method) {
        const bool fills = method >= Method::CNodeCopy;
        const Address to = address(fills ? Wanted::Empty : Wanted::Occupied);
        const Address from = address(Wanted::Occupied);
        const Word rights = below(4) == 3 ? below(16) : 15;
        const Word data = is<CNodeCap>(capability_at(from.index)) ? guard() : below(8);
        Words words{to.index, to.depth, from.index, from.depth, rights, data};
        if (method == Method::CNodeMutate) words[4] = data;
        if (method == Method::CNodeCancelBadgedSends) {
            return invoke(place::root, method, {mostly<EndpointCap>(), 64}, {});
        }
        if (below(32) == 31) words.resize(below(words.size()));
        return invoke(to.root, method, words, {from.root});
    }

    Call rotate() {
        Address to = address(Wanted::Empty);
        const Address from = address(Wanted::Occupied);
        const Address pivot = address(Wanted::Occupied);
        if (below(4) == 3) to = from; // then two capabilities change places
        return invoke(to.root, Method::CNodeRotate,
                      {to.index, to.depth, guard(), pivot.index, pivot.depth, guard(), from.index,
                       from.depth},
                      {pivot.root, from.root});
    }

    /// Addresses with tables above them, without, not aligned, at the end and behind it.
    Word virtual_address() {
        return any({mapped_region, mapped_region + 0x3000, mapped_region + 0x1000, 0, 0x1000,
                    0x20'0000, 0x4000'0000, Word{1} << 39, mapped_region + 0x800,
                    low_bits(47) - 0xfff, Word{1} << 47});
    }

    /// Mostly one that is mapped nowhere: where tables come and go, others come to lie in their
    /// places.
    Word table_to_map() {
        if (below(4) == 3) return mostly<PageTableCap>();
        return slot_where<PageTableCap>([](const PageTableCap& table) { return !table.mapping; });
    }

    Call on_memory(Method method) {
        using enum Method;
        const Word vspace = mostly<VSpaceCap>();
        const Word begin = any({0, 0x40, 0x1000, 0xfff});
        const Word end = begin + any({0x40, 0x1000, 0, 0x1001});
        if (method == PageTableMap) {
            return invoke(table_to_map(), method, {virtual_address(), 3}, {vspace});
        }
        if (method == PageTableUnmap) return invoke(mostly<PageTableCap>(), method, {}, {});
        if (method == PageMap) {
            const Words words{virtual_address(), below(4), below(8)};
            return invoke(mostly<FrameCap>(), method, words, {vspace});
        }
        if (method >= PageUnmap && method <= PageGetAddress) {
            return invoke(mostly<FrameCap>(), method, {begin, end}, {});
        }
        if (method == AsidAssign) return invoke(mostly<AsidPoolCap>(), method, {}, {vspace});
        if (method == AsidMakePool) {
            const Address to = address(Wanted::Empty);
            return invoke(place::asid_control, method, {to.index, to.depth},
                          {mostly<UntypedCap>(), to.root});
        }
        const Word address = virtual_address();
        return invoke(vspace, method, {address + begin, address + end}, {});
    }

    Word priority() { return any({255, 254, 255, 253, 0, 256}); }

    Call on_thread(Method method) {
        using enum Method;
        const Word target = mostly<ThreadCap>();
        const Word authority = below(4) == 3 ? mostly<ThreadCap>() : place::thread;
        if (method == ReadRegisters) {
            return invoke(target, method, {below(8) / 7 | stop(target), below(39)}, {});
        }
        if (method == WriteRegisters) return write_registers(target);
        if (method == CopyRegisters) {
            return invoke(target, method, {below(16) | stop(authority)}, {authority});
        }
        if (method == Configure || method == SetSpace) return configure(target, method);
        if (method == SetIpcBuffer) {
            return invoke(target, method, {buffer_address()}, {mostly<FrameCap>()});
        }
        if (method >= SetPriority && method <= SetSchedParams) {
            return invoke(target, method, {priority(), priority()}, {authority});
        }
        if (method == BindNotification) {
            return invoke(target, method, {}, {mostly<NotificationCap>()});
        }
        if (method >= DomainSet) return domain(method, target);
        return invoke(target, method, {below(4), below(4)}, {});
    }

    /// 1 for a thread whose pc is not to be read before it has been suspended: it is ready, and the
    /// pc "may be that of its last system call".
    Word stop(Word tcb) const {
        const Capability found = capability_at(tcb);
        if (!is<ThreadCap>(found)) return 0;
        const Name thread = std::get<ThreadCap>(found).thread;
        return runnable(world(), thread) && thread != world().scheduler.running ? 1 : 0;
    }

    Call domain(Method method, Word target) {
        if (method == Method::DomainSet) {
            return invoke(mostly<DomainCap>(), method, {below(8) / 7}, {target});
        }
        const Words words{below(3), below(8) / 7, any({5, 0, Word{1} << 56})};
        return invoke(mostly<DomainCap>(), method, words, {});
    }

    Word buffer_address() { return any({0x400, 0, 0x1'0000, 0xC00, 0x500}); }

    Call write_registers(Word target) {
        Words words(2 + below(40));
        for (std::size_t i = 2; i < words.size(); ++i) {
            words[i] = ~Word{0x1000 * i};
        }
        words[0] = below(2);
        words[1] = words.size() - 2 + (below(16) == 15 ? 1 : 0);
        return invoke(target, Method::WriteRegisters, words, {});
    }

    /// Mostly with the spaces that there are; data that is no guard of the root's, seldom.
    Call configure(Word target, Method method) {
        const Word cspace = below(8) == 7 ? mostly<CNodeCap>() : place::root;
        const Word vspace = below(8) == 7 ? mostly<VSpaceCap>() : place::vspace;
        const Word data = below(16) == 15 ? guard() : 0;
        const Word handler = any({fault_handler, fault_handler, 0});
        Words words{handler, data, 0, buffer_address()};
        words.resize(method == Method::Configure ? 4 : 3);
        return invoke(target, method, words, {cspace, vspace, mostly<FrameCap>()});
    }
};

} // namespace

Event choose(const World& world, const Act& act) {
    return Chooser{world, act}.event();
}
} // namespace spec
