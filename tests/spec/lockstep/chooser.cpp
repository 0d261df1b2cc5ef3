#include "chooser.hpp"

#include "cspace.hpp"
#include "derivation.hpp"
#include "lifecycle/object_kind.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// The kinds of invocation, and the chapter from which on the kernel has it, ascending. One that
/// stands twice is twice as likely.
struct Known {
    Method method;
    int since;
    const char* name;
};

constexpr std::array methods{
    Known{Method::UntypedRetype, 10, "UntypedRetype"},
    Known{Method::UntypedRetype, 10, "UntypedRetype"},
    Known{Method::CNodeCopy, 10, "CNodeCopy"},
    Known{Method::CNodeMint, 10, "CNodeMint"},
    Known{Method::CNodeMove, 10, "CNodeMove"},
    Known{Method::CNodeMutate, 10, "CNodeMutate"},
    Known{Method::CNodeRotate, 10, "CNodeRotate"},
    Known{Method::CNodeDelete, 10, "CNodeDelete"},
    Known{Method::CNodeRevoke, 10, "CNodeRevoke"},
    Known{Method::CNodeSaveCaller, 10, "CNodeSaveCaller"},
    Known{Method::CNodeCancelBadgedSends, 10, "CNodeCancelBadgedSends"},
    Known{Method::PageTableMap, 11, "PageTableMap"},
    Known{Method::PageTableMap, 11, "PageTableMap"},
    Known{Method::PageTableUnmap, 11, "PageTableUnmap"},
    Known{Method::PageMap, 11, "PageMap"},
    Known{Method::PageMap, 11, "PageMap"},
    Known{Method::PageUnmap, 11, "PageUnmap"},
    Known{Method::PageCleanData, 11, "PageCleanData"},
    Known{Method::PageInvalidateData, 11, "PageInvalidateData"},
    Known{Method::PageCleanInvalidateData, 11, "PageCleanInvalidateData"},
    Known{Method::PageUnifyInstruction, 11, "PageUnifyInstruction"},
    Known{Method::PageGetAddress, 11, "PageGetAddress"},
    Known{Method::VSpaceCleanData, 11, "VSpaceCleanData"},
    Known{Method::VSpaceInvalidateData, 11, "VSpaceInvalidateData"},
    Known{Method::VSpaceCleanInvalidateData, 11, "VSpaceCleanInvalidateData"},
    Known{Method::VSpaceUnifyInstruction, 11, "VSpaceUnifyInstruction"},
    Known{Method::AsidMakePool, 11, "AsidMakePool"},
    Known{Method::AsidAssign, 11, "AsidAssign"},
    Known{Method::ReadRegisters, 12, "ReadRegisters"},
    Known{Method::WriteRegisters, 12, "WriteRegisters"},
    Known{Method::CopyRegisters, 12, "CopyRegisters"},
    Known{Method::Configure, 12, "Configure"},
    Known{Method::SetPriority, 12, "SetPriority"},
    Known{Method::SetPriority, 12, "SetPriority"},
    Known{Method::SetMaxPriority, 12, "SetMaxPriority"},
    Known{Method::SetSchedParams, 12, "SetSchedParams"},
    Known{Method::SetIpcBuffer, 12, "SetIpcBuffer"},
    Known{Method::SetSpace, 12, "SetSpace"},
    Known{Method::Suspend, 12, "Suspend"},
    Known{Method::Resume, 12, "Resume"},
    Known{Method::Resume, 12, "Resume"},
    Known{Method::SetTlsBase, 12, "SetTlsBase"},
    Known{Method::SetFlags, 12, "SetFlags"},
    Known{Method::DomainSet, 12, "DomainSet"},
    Known{Method::DomainScheduleConfigure, 12, "DomainScheduleConfigure"},
    Known{Method::DomainScheduleSetStart, 12, "DomainScheduleSetStart"},
    Known{Method::BindNotification, 15, "BindNotification"},
    Known{Method::BindNotification, 15, "BindNotification"},
    Known{Method::UnbindNotification, 15, "UnbindNotification"},
};

/// The slots that preparations() fills, in the root CNode.
namespace prepared {
constexpr Word endpoint = 64;
constexpr Word badged = 65; ///< the same with a badge
constexpr Word notification = 66;
constexpr Word signal = 67;  ///< the same with a badge
constexpr Word tables = 68;  ///< three mapped in each of two address spaces, four not
constexpr Word frames = 78;  ///< one mapped in each of two address spaces, one not
constexpr Word vspaces = 81; ///< the second address space, and one that has no ASID
constexpr Word pool = 83;    ///< the ASID pool that the second address space is in
constexpr Word pools = 84;   ///< untypeds of 4 KiB: two that can be pools, one that is
constexpr Word cnodes = 87;  ///< two of four slots, in the first of which one is free
constexpr Word threads = 89; ///< three, each followed by its IPC buffer's frame
constexpr Word end = 95;
} // namespace prepared

/// What threads have as fault handler, once faults are sent: a badged endpoint.
constexpr Word fault_handler = chapter >= 16 ? prepared::badged : 0;

constexpr Word mapped_region = 0x40'0000; ///< where the tables for small pages are

/// Draws from an act's numbers, one after the other.
class Chooser {
  public:
    Chooser(const World& world, const Act& act) : world_{world}, act_{act} {}

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
    static constexpr Word first = 16; ///< of the slots of the root CNode that calls name
    static constexpr Word count = 24;

    Word below(Word limit) { return act_.numbers.at(next_++ % act_.numbers.size()) % limit; }

    Word any(std::initializer_list<Word> list) { return *(list.begin() + below(list.size())); }

    /// What a call names: a CNode by CPtr, and a slot in it.
    struct Address {
        Word root = place::root;
        Word index = 0;
        Word depth = 64;
    };

    enum class Wanted { Any, Occupied, Empty };

    /// Half of the time a slot of the root CNode, else one of a CNode that lies there. Mostly one
    /// that is as wanted; seldom nonsense.
    Address address(Wanted wanted) {
        const Word number = below(64);
        if (number % 8 == 7) wanted = Wanted::Any;
        const Word other = slot_with<CNodeCap>();
        const Capability found = capability_at(other);
        if (number == 63) return {other, number, below(70)};
        if (number == 62) return {place::root, place::root, 64}; // what all CSpaces come from
        if (number % 2 == 0 || !is<CNodeCap>(found)) return {place::root, in_root(wanted), 64};
        const auto& inner = std::get<CNodeCap>(found);
        if (number == 61) return {other, inner.guard, inner.guard_bits};
        const Word radix = std::min<Word>(world_.cnodes.at(inner.cnode).radix, 6);
        const Word index = find(inner.cnode, 0, Word{1} << radix, wanted);
        return {other, inner.guard << radix | index, radix + inner.guard_bits};
    }

    Word in_root(Wanted wanted) {
        const Word end = wanted == Wanted::Empty || chapter == 10 ? first + count : prepared::end;
        return find(root_, first, end - first, wanted);
    }

    /// One of these slots that is as wanted; any, if none is.
    Word find(Name cnode, Word begin, Word number, Wanted wanted) {
        Words found;
        auto slot = world_.slots.lower_bound({cnode, begin});
        for (Word index = begin; index < begin + number; ++index) {
            const bool used = slot != world_.slots.end() && slot->first == SlotName{cnode, index};
            if (wanted == Wanted::Any || used == (wanted == Wanted::Occupied)) {
                found.push_back(index);
            }
            if (used) ++slot;
        }
        return found.empty() ? begin + below(number) : one_of(found);
    }

    Word one_of(const Words& words) { return words.at(below(words.size())); }

    Capability capability_at(Word index) const { return capability_in(world_, {root_, index}); }

    Name root_cnode() const {
        const Name thread = world_.scheduler.running.value();
        const Capability root = capability_in(world_, slot_of(thread, ThreadSlot::CSpace));
        return is<CNodeCap>(root) ? std::get<CNodeCap>(root).cnode : Name{};
    }

    /// Where something may lie.
    Word slot() {
        const Word number = below(4 * 128);
        return number % 4 == 3 ? number / 4 : first + number / 4 % count;
    }

    /// A slot with this kind of capability, each as likely; if there is none, any.
    template <typename Type>
    Word slot_with() {
        return slot_where<Type>([](const Type&) { return true; });
    }

    /// The same, of those only of which something holds.
    template <typename Type>
    Word slot_where(auto holds) {
        Words found;
        const auto end = world_.slots.lower_bound({root_, prepared::end});
        for (auto slot = world_.slots.lower_bound({root_, 0}); slot != end; ++slot) {
            const auto* held = std::get_if<Type>(&slot->second.capability);
            if (held != nullptr && holds(*held)) found.push_back(slot->first.index);
        }
        return found.empty() ? first + below(count) : one_of(found);
    }

    /// Mostly a slot with this kind of capability.
    template <typename Type>
    Word mostly() {
        return below(32) == 31 ? slot() : slot_with<Type>();
    }

    bool others_can_run() const { return !world_.scheduler.ready.empty(); }

    /// Whether a kernel of this chapter knows what to do with a message to this capability.
    bool takes_messages(Word cptr) const {
        const Capability found = spec::capability_at(world_, *world_.scheduler.running, cptr);
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
        const Thread& thread = world_.threads.at(*world_.scheduler.running);
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
            word = 1 + next_;
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
        const auto known = std::ranges::find_if(
            methods, [](const Known& row) { return row.since > chapter; }); // in order of chapters
        const auto methods_here = static_cast<Word>(known - methods.begin());
        const Method method = methods.at(below(methods_here)).method;
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
        if (method == Method::DomainSet) {
            return invoke(mostly<DomainCap>(), method, {below(8) / 7}, {target});
        }
        if (method > DomainSet) return domain(method);
        return invoke(target, method, {below(4), below(4)}, {});
    }

    /// 1 for a thread whose pc is not to be read before it has been suspended: it is ready, and the
    /// pc "may be that of its last system call".
    Word stop(Word tcb) const {
        const Capability found = capability_at(tcb);
        if (!is<ThreadCap>(found)) return 0;
        const Name thread = std::get<ThreadCap>(found).thread;
        return runnable(world_, thread) && thread != world_.scheduler.running ? 1 : 0;
    }

    Call domain(Method method) {
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

    /// A guard of up to three bits, or one that is too long.
    Word guard() {
        const Word number = below(16 * 8);
        return number % 16 == 15 ? 63 : (number / 4 % 8) << 6 | number % 4;
    }

    const World& world_;
    const Act& act_;
    std::size_t next_ = 0;
    Name root_ = root_cnode();
};

} // namespace

namespace {

Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs = {}) {
    return message(Syscall::Call, cptr, Word(method), words, cptrs);
}

Call make(Word type, Word bits, Word slot, Word number) {
    return invoke(place::untyped, Method::UntypedRetype, {type, bits, 0, 0, slot, number},
                  {place::root});
}

Call badge(Word from, Word to, Word badge) {
    return invoke(place::root, Method::CNodeMint, {to, 64, from, 64, 15, badge}, {place::root});
}

/// A thread as the root task is one, that begins at once, and its IPC buffer.
void prepare_thread(std::vector<Call>& calls, Word tcb, Word vspace) {
    calls.push_back(make(1, 0, tcb, 1));
    calls.push_back(make(7, 0, tcb + 1, 1));
    calls.push_back(invoke(tcb, Method::Configure, {fault_handler, 0, 0, 0x400},
                           {place::root, vspace, tcb + 1}));
    calls.push_back(invoke(tcb, Method::SetSchedParams, {255, 255}, {place::thread}));
    calls.push_back(invoke(tcb, Method::Resume, {}));
}

/// Tables for small pages in an address space, and a page.
void prepare_space(std::vector<Call>& calls, Word vspace, Word tables, Word frame) {
    for (const Word table : {tables, tables + 1, tables + 2}) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_region, 3}, {vspace}));
    }
    calls.push_back(invoke(frame, Method::PageMap, {mapped_region + 0x3000, 3, 3}, {vspace}));
}

/// The CNodes: in the first, an endpoint capability, and the CNodes themselves.
void prepare_cnodes(std::vector<Call>& calls) {
    calls.push_back(make(4, 2, prepared::cnodes, 2));
    Word index = 0;
    for (const Word from : {prepared::endpoint, prepared::cnodes, prepared::cnodes + 1}) {
        calls.push_back(
            invoke(prepared::cnodes, Method::CNodeCopy, {index++, 2, from, 64, 15}, {place::root}));
    }
}

void prepare_memory(std::vector<Call>& calls) {
    calls.push_back(make(9, 0, prepared::tables, 10));
    calls.push_back(make(7, 0, prepared::frames, 3));
    calls.push_back(make(6, 0, prepared::vspaces, 2));
    calls.push_back(make(0, 12, prepared::pools, 3));
    calls.push_back(invoke(place::asid_control, Method::AsidMakePool, {prepared::pool, 64},
                           {prepared::pools + 2, place::root}));
    calls.push_back(invoke(prepared::pool, Method::AsidAssign, {}, {prepared::vspaces}));
    prepare_space(calls, place::vspace, prepared::tables, prepared::frames);
    prepare_space(calls, prepared::vspaces, prepared::tables + 3, prepared::frames + 1);
}

} // namespace

std::vector<Call> preparations() {
    std::vector<Call> calls;
    if (chapter < 11) return calls;
    calls.push_back(make(2, 0, prepared::endpoint, 1));
    calls.push_back(badge(prepared::endpoint, prepared::badged, 5));
    calls.push_back(make(3, 0, prepared::notification, 1));
    calls.push_back(badge(prepared::notification, prepared::signal, 6));
    prepare_memory(calls);
    prepare_cnodes(calls);
    if (chapter < 12) return calls;
    prepare_thread(calls, prepared::threads, place::vspace);
    prepare_thread(calls, prepared::threads + 2, prepared::vspaces);
    prepare_thread(calls, prepared::threads + 4, prepared::vspaces);
    return calls;
}

Event choose(const World& world, const Act& act) {
    return Chooser{world, act}.event();
}

std::vector<Method> methods_chosen() {
    std::vector<Method> chosen;
    for (const Known& known : methods) {
        if (known.since <= chapter) chosen.push_back(known.method);
    }
    return chosen;
}

std::string name_of(Method method) {
    const auto* known =
        std::ranges::find_if(methods, [method](const Known& row) { return row.method == method; });
    return known == methods.end() ? "method " + std::to_string(Word(method)) : known->name;
}

Call message(Syscall number, Word cptr, Word label, const Words& words, const Words& cptrs) {
    Call call{static_cast<Word>(number)};
    call.x = {cptr, label << 12 | cptrs.size() << 7 | words.size(), 0, 0, 0, 0};
    for (std::size_t i = 0; i < words.size(); ++i) {
        (i < 4 ? call.x.at(2 + i) : call.buffer[buffer::message + i]) = words[i];
    }
    for (std::size_t i = 0; i < cptrs.size(); ++i) {
        call.buffer[buffer::caps_or_badges + i] = cptrs[i];
    }
    return call;
}

} // namespace spec
