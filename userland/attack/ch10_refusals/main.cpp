// What a program must not get away with: a capability made of a number, an object on top of
// another, more rights than it was given, the use of what was revoked, the kernel's own addresses.
// The kernel refuses each, says why, and all is as it was before.
#include "abi/invocations.hpp"
#include "lib/capability.hpp"
#include "lib/message.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"

#include <initializer_list>
#include <sel4/sel4.h>

namespace {

using k::u64;
using k::abi::CapabilityType;
using k::abi::ObjectType;
using user::CNode;
using user::own_cspace;
using user::print;
using user::Status;
using user::Untyped;

constexpr u64 kernel_address = 0xffff'ffff'8000'0000; // where the kernel is linked

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 page = 0x1f00;
constexpr u64 full = 0x1f01;
constexpr u64 child = 0x1f02;
constexpr u64 endpoint = 0x1f03;
constexpr u64 weak = 0x1f04;
constexpr u64 other = 0x1f05;
constexpr u64 second = 0x1f06;
constexpr u64 empty = 0x1f07;

/// All that a program can see of its capabilities: what is in which slot, and what is left of the
/// memory that it works with.
class Sight {
  public:
    static Sight now() noexcept {
        Sight sight;
        for (u64 slot = 0; slot < k::bit(k::abi::root_cnode_bits); ++slot)
            sight.add(static_cast<u64>(user::Capability{slot}.type()));
        for (const u64 untyped : {page, full}) {
            const auto too_much =
                Untyped{untyped}.retype(ObjectType::Untyped, 47, {own_cspace, empty});
            sight.add(too_much ? 0 : too_much.error().words[0]);
        }
        return sight;
    }

    friend bool operator==(const Sight&, const Sight&) = default;

  private:
    /// A step of FNV-1a.
    void add(u64 value) noexcept { hash_ = (hash_ ^ value) * 0x100'0000'01b3; }

    u64 hash_ = 0xcbf2'9ce4'8422'2325;
};

/// Prints what an attempt came to. A refused one must have changed nothing.
template <class Attempt>
void attempt(const char* what, Attempt attempt) {
    const Sight before = Sight::now();
    const Status status = attempt();
    const bool changed = !(Sight::now() == before);
    print("  {:<46} ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
    if (!status && changed) print("  ... BUT SOMETHING HAS CHANGED\n");
}

/// Any message to any capability: stubs would mend it.
Status send(u64 cptr, u64 label, std::initializer_list<u64> words, u64 caps = 0) {
    const auto info = seL4_Call(cptr, user::message(label, words, caps));
    return user::status_of(static_cast<seL4_Error>(seL4_MessageInfo_get_label(info)));
}

/// A Retype whose every word is the caller's.
Status retype(u64 untyped, std::initializer_list<u64> words) {
    seL4_SetCap(0, seL4_CapInitThreadCNode);
    return send(untyped, k::abi::label::UntypedRetype, words, 1);
}

/// The first untyped that is memory and large enough, and the first that is a device.
u64 find_untyped(bool device) {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    u64 i = 0;
    while ((info.untypedList[i].isDevice != 0) != device || info.untypedList[i].sizeBits < 16)
        ++i;
    return info.untyped.start + i;
}

void prepare(Untyped memory) {
    must(memory.retype(ObjectType::Untyped, 12, {own_cspace, page}));
    must(memory.retype(ObjectType::Untyped, 12, {own_cspace, full}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint}));
    must(Untyped{full}.retype(ObjectType::CapTable, 7, {own_cspace, child}));
}

void forge() {
    print("a capability made of a number\n");
    attempt("call an empty slot", [] { return retype(empty, {0, 4, 0, 0, other, 1}); });
    attempt("copy from an empty slot",
            [] { return own_cspace.slot(other).copy_from(own_cspace.slot(empty)); });
    attempt("copy by an address that nobody gave us",
            [] { return own_cspace.slot(other).copy_from(own_cspace.slot(k::bit(63) | page)); });
    attempt("copy from memory that is taken for a CNode",
            [] { return own_cspace.slot(other).copy_from(CNode{page}.slot(0, 8)); });
    attempt("a CNode in a device, whose words are ours", [] {
        return Untyped{find_untyped(true)}.retype(ObjectType::CapTable, 1, {own_cspace, other});
    });
    attempt("a type that there is not", [] { return retype(page, {10, 12, 0, 0, other, 1}); });
}

void retype_over() {
    print("an object on top of another\n");
    attempt("more from an untyped that is full", [] {
        return Untyped{full}.retype(ObjectType::Endpoint, 0, {own_cspace, other});
    });
    attempt("into a slot that is not empty", [] {
        return Untyped{page}.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint});
    });
    attempt("two, of whose slots one is not empty", [] {
        return Untyped{page}.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint - 1, 2});
    });
    attempt("a second capability to memory in use",
            [] { return own_cspace.slot(other).copy_from(own_cspace.slot(full)); });
    must(own_cspace.slot(second).copy_from(own_cspace.slot(page)));
    attempt("from memory that was given to a copy", [] {
        return Untyped{page}.retype(ObjectType::Endpoint, 0, {own_cspace, other});
    });
    must(own_cspace.slot(second).remove());
}

void more_rights() {
    print("more rights than were given (all four cancel sends)\n");
    const auto original = own_cspace.slot(endpoint);
    attempt("cancel with the original", [&] { return original.cancel_badged_sends(); });
    must(own_cspace.slot(weak).copy_from(original, user::read_only));
    attempt("cancel with a copy that may only read",
            [] { return own_cspace.slot(weak).cancel_badged_sends(); });
    must(own_cspace.slot(other).copy_from(own_cspace.slot(weak), user::all_rights));
    attempt("cancel with a copy of it with all rights",
            [] { return own_cspace.slot(other).cancel_badged_sends(); });
    must(own_cspace.slot(other).remove());
    must(own_cspace.slot(other).mint_from(original, user::all_rights, 7));
    attempt("mint another badge onto a badge", [] {
        return own_cspace.slot(second).mint_from(own_cspace.slot(other), user::all_rights, 8);
    });
    attempt("mutate the badge",
            [] { return own_cspace.slot(second).mutate_from(own_cspace.slot(other), 8); });
    must(own_cspace.slot(other).remove());
}

void use_after_revoke() {
    print("the use of what was revoked\n");
    must(own_cspace.slot(other).copy_from(own_cspace.slot(child)));
    must(own_cspace.slot(child).revoke());
    attempt("call the CNode", [] { return CNode{other}.slot(0, 7).remove(); });
    attempt("copy it", [] { return own_cspace.slot(second).copy_from(own_cspace.slot(other)); });
    attempt("look something up in it",
            [] { return own_cspace.slot(second).copy_from(CNode{other}.slot(0, 7)); });
    attempt("put something into it", [] {
        return Untyped{page}.retype(ObjectType::Endpoint, 0, {CNode{other}, 0});
    });
    must(own_cspace.slot(full).revoke());
    must(Untyped{full}.retype(ObjectType::CapTable, 7, {own_cspace, second}));
    attempt("and when its memory is something else",
            [] { return CNode{child}.slot(0, 7).remove(); });
}

void kernel_addresses() {
    constexpr u64 there = kernel_address;
    print("the kernel's own addresses\n");
    attempt("as type", [] { return retype(page, {there, 4, 0, 0, other, 1}); });
    attempt("as size", [] { return retype(page, {0, there, 0, 0, other, 1}); });
    attempt("as index", [] { return retype(page, {0, 4, there, 64, other, 1}); });
    attempt("as depth", [] { return retype(page, {0, 4, 0, there, other, 1}); });
    attempt("as offset", [] { return retype(page, {0, 4, 0, 0, there, 1}); });
    attempt("as count", [] { return retype(page, {0, 4, 0, 0, other, there}); });
    attempt("as source", [] { return own_cspace.slot(other).copy_from(own_cspace.slot(there)); });
    attempt("as destination",
            [] { return own_cspace.slot(there).copy_from(own_cspace.slot(endpoint)); });
    attempt("as depth of what is deleted", [] {
        return send(seL4_CapInitThreadCNode, k::abi::label::CNodeDelete, {endpoint, there});
    });
    attempt("as guard of a CNode", [] {
        return own_cspace.slot(other).mint_from(own_cspace.slot(seL4_CapInitThreadCNode),
                                                user::all_rights, there | 60);
    });
    attempt("as label", [] { return send(seL4_CapInitThreadCNode, there, {endpoint, 64}); });
    seL4_NBSend(there, seL4_MessageInfo_new(k::abi::label::CNodeDelete, 0, 0, 0));
    print("  a message to one: nothing happens\n");
}

} // namespace

int main() {
    prepare(Untyped{find_untyped(false)});
    forge();
    retype_over();
    more_rights();
    use_after_revoke();
    kernel_addresses();
    print("[ch10] OK\n");
    return 0;
}
