#include "chooser.hpp"

#include "cspace.hpp"
#include "derivation.hpp"
#include "lifecycle/object_kind.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// The kinds of call, and the chapter from which on the kernel has it. One that stands twice is
/// twice as likely.
struct Known {
    Method method;
    int since;
};

constexpr std::array methods{
    Known{Method::UntypedRetype, 10},
    Known{Method::UntypedRetype, 10},
    Known{Method::CNodeCopy, 10},
    Known{Method::CNodeMint, 10},
    Known{Method::CNodeMove, 10},
    Known{Method::CNodeMutate, 10},
    Known{Method::CNodeRotate, 10},
    Known{Method::CNodeDelete, 10},
    Known{Method::CNodeRevoke, 10},
    Known{Method::CNodeSaveCaller, 10},
    Known{Method::CNodeCancelBadgedSends, 10},
};

/// Draws from an act's numbers, one after the other.
class Chooser {
  public:
    Chooser(const World& world, const Act& act) : world_{world}, act_{act} {}

    Event event() { return invocation(); }

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

    /// Half of the time a slot of the root CNode, else one of a CNode that lies there; seldom
    /// nonsense.
    Address address() {
        const Word number = below(count * 64);
        const Word index = first + number % count;
        const Word rest = number / count;
        const Word other = first + rest % count;
        if (rest % 16 == 15) return {index, rest, rest % 70};
        const Capability cnode = capability_at(other);
        if (rest % 2 == 0 || !is<CNodeCap>(cnode)) return {place::root, index, 64};
        const auto& inner = std::get<CNodeCap>(cnode);
        if (rest % 16 == 13) return {other, inner.guard, inner.guard_bits};
        const Word radix = world_.cnodes.at(inner.cnode).radix;
        return {other, inner.guard << radix | (number % (Word{1} << radix)),
                radix + inner.guard_bits};
    }

    Capability capability_at(Word index) const { return capability_in(world_, {root_, index}); }

    Name root_cnode() const {
        const Name thread = world_.scheduler.running.value();
        const Capability root = capability_in(world_, slot_of(thread, ThreadSlot::CSpace));
        return is<CNodeCap>(root) ? std::get<CNodeCap>(root).cnode : Name{};
    }

    /// A slot with this kind of capability, if the number's first choice is none.
    template <typename Type>
    Word slot_with() {
        const Word start = below(count);
        for (Word i = 0; i < count; ++i) {
            const Word index = first + (start + i) % count;
            if (is<Type>(capability_at(index))) return index;
        }
        return first + start;
    }

    Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs) {
        const Capability invoked = spec::capability_at(world_, *world_.scheduler.running, cptr);
        const bool message_goes = is<EndpointCap>(invoked) || is<NotificationCap>(invoked);
        if (chapter < 13 && message_goes) return message(Syscall::DebugCapIdentify, cptr, 0, {});
        const auto mode =
            Syscall(any({Word(Syscall::Call), Word(Syscall::Call), Word(Syscall::Call),
                         Word(Syscall::Send), Word(Syscall::NbSend)}));
        return message(mode, cptr, Word(method), words, cptrs);
    }

    Call invocation() {
        const auto known = std::ranges::find_if(
            methods, [](const Known& row) { return row.since > chapter; }); // in order of chapters
        const auto methods_here = static_cast<Word>(known - methods.begin());
        const Method method = methods.at(below(methods_here)).method;
        if (method == Method::UntypedRetype) return retype();
        if (method == Method::CNodeRotate) return rotate();
        return on_cnode(method);
    }

    /// Of the types that the kernel at hand can make.
    Call retype() {
        Word type = any({0, 2, 3, 4, 4, 10});
        if (type < 10 && !k::object_kind(type)) type = 10;
        const Address to = address();
        const Word size = below(9 * 32);
        const Word bits = size / 9 == 31 ? below(80) : (type == 0 ? 4 : 1) + size % 9;
        const Words words{type,     bits,    to.root, to.root == place::root ? Word{0} : Word{64},
                          to.index, below(5)};
        return invoke(slot_with<UntypedCap>(), Method::UntypedRetype, words, {place::root});
    }

    Call on_cnode(Method method) {
        const Address to = address();
        const Address from = address();
        const Word rights = below(16);
        const Word data = is<CNodeCap>(capability_at(from.index)) ? guard() : below(4);
        Words words{to.index, to.depth, from.index, from.depth, rights, data};
        if (method == Method::CNodeMutate) words[4] = data;
        if (below(32) == 31) words.resize(below(words.size()));
        return invoke(to.root, method, words, {from.root});
    }

    Call rotate() {
        const Address to = address();
        const Address from = address();
        const Address pivot = address();
        return invoke(to.root, Method::CNodeRotate,
                      {to.index, to.depth, guard(), pivot.index, pivot.depth, guard(), from.index,
                       from.depth},
                      {pivot.root, from.root});
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

std::vector<Call> preparations() {
    return {};
}

Event choose(const World& world, const Act& act) {
    return Chooser{world, act}.event();
}

std::vector<Method> methods_chosen() {
    std::vector<Method> chosen;
    for (const auto& [method, since] : methods) {
        if (since <= chapter) chosen.push_back(method);
    }
    return chosen;
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
