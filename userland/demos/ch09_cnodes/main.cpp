// Chapter 09: how addresses lead to capabilities, over several CNodes, and what can be done with
// a capability once it is found.
#include "abi/names.hpp"
#include "lib/capability.hpp"
#include "lib/message.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"

#include <array>
#include <sel4/sel4.h>

namespace {

using k::u64;
using k::u8;
using k::abi::CapabilityType;
using k::abi::CNodeData;
using user::own_cspace;
using user::print;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 outer = 0x1f00;
constexpr u64 inner = 0x1f01;
constexpr u64 endpoint = 0x1f02;
constexpr u64 notification = 0x1f03;
constexpr u64 unguarded_root = 0x1f04;
constexpr u64 spare = 0x1f05;
constexpr u64 copies = 0x1f10;
constexpr u64 results = 0x1f40;

CapabilityType type_in(u64 slot) {
    return user::Capability{slot}.type();
}

constexpr u64 guard_data(u64 guard, unsigned size) {
    return CNodeData{}.with(CNodeData::guard, guard).with(CNodeData::guard_size, size).raw();
}

/// Prints what an invocation came to.
void report(const char* what, const user::Status& status) {
    print("  {:<44} ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
}

// --- Lookup -------------------------------------------------------------------------------------

/// A CNode on the way, as this program has made it.
struct Level {
    std::string_view name;
    u64 guard;
    unsigned guard_bits;
    unsigned radix;
    u64 next_slot; ///< that holds the next one
};

constexpr unsigned root_radix = k::abi::root_cnode_bits;
constexpr std::array way{
    Level{"root", 0, 0, root_radix, outer},
    Level{"outer", 0b1010, 4, 4, 3},
    Level{"inner", 0, 0, 3, ~u64{0}},
};

/// `count` bits of `word`, which has `left` bits.
u64 bits(u64 word, u64 left, unsigned count) {
    return word >> (left - count) & (k::bit(count) - 1);
}

/// Prints the steps of a lookup as far as it gets.
void print_steps(u64 index, u64 left) {
    for (const Level& level : way) {
        if (left < level.guard_bits + level.radix) return;
        const u64 guard = bits(index, left, level.guard_bits);
        left -= level.guard_bits;
        print("    in {}: ", level.name);
        if (level.guard_bits != 0) {
            print("guard {:#x}, ", guard);
            if (guard != level.guard) return print("but the CNode's is {:#x}\n", level.guard);
        }
        const u64 slot = bits(index, left, level.radix);
        left -= level.radix;
        print("slot {:#x}, {} bits left\n", slot, left);
        if (left == 0 || slot != level.next_slot) return;
    }
}

/// Looks for a capability, from the root CNode through a capability that has no guard, and shows
/// the way there and what the kernel finds at its end: a copy of it goes to a slot of our own.
void look(const char* what, u64 index, u8 depth) {
    static u64 next_result = results;
    print("{}: {:#x}, {} bits\n", what, index, depth);
    if (depth <= k::abi::word_bits) print_steps(index, depth);
    print("    -> ");
    const u64 copy = next_result++;
    const auto found =
        own_cspace.slot(copy).copy_from(user::CNode{unguarded_root}.slot(index, depth));
    if (!found) return user::print_refusal(found.error());
    print("{}\n", name(type_in(copy)));
}

/// An index that leads through root and outer.
constexpr u64 through_outer(u64 guard, u64 slot) {
    return outer << 8 | guard << 4 | slot;
}

void build_cspace(user::Untyped memory) {
    using k::abi::ObjectType;
    must(memory.retype(ObjectType::CapTable, way[1].radix, {own_cspace, outer}));
    must(memory.retype(ObjectType::CapTable, way[2].radix, {own_cspace, inner}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint}));
    must(memory.retype(ObjectType::Notification, 0, {own_cspace, notification}));

    // inner into slot 3 of outer, an endpoint into slot 5 of inner
    must(user::CNode{inner}.slot(5, 3).copy_from(own_cspace.slot(endpoint)));
    must(user::CNode{outer}.slot(3, 4).move_from(own_cspace.slot(inner)));
    const u64 guard = guard_data(way[1].guard, way[1].guard_bits);
    must(own_cspace.slot(spare).mutate_from(own_cspace.slot(outer), guard));
    must(own_cspace.slot(outer).move_from(own_cspace.slot(spare)));
    must(own_cspace.slot(unguarded_root)
             .mint_from(own_cspace.slot(own_cspace.cptr()), user::all_rights, guard_data(0, 0)));
}

void show_lookups() {
    const u64 to_inner = through_outer(0b1010, 3);
    look("one CNode", outer, 13);
    look("two CNodes", to_inner, 21);
    look("three CNodes", to_inner << 3 | 5, 24);
    look("only the low bits count", ~u64{0} << 24 | to_inner << 3 | 5, 24);
    look("an empty slot", to_inner << 3 | 6, 24);
    look("another guard", through_outer(0b1011, 3) << 3, 24);
    look("too few bits for a guard", outer << 3 | 0b101, 16);
    look("too few bits for an index", to_inner >> 1, 20);
    look("too few bits for the next CNode", to_inner << 2, 23);
    look("no CNode on the way", endpoint << 11, 24);
    look("no bits", 0, 0);
    look("more bits than a word has", 0, 65);
    print("a root that is no CNode\n    -> ");
    user::print_refusal(
        own_cspace.slot(spare).copy_from(user::CNode{endpoint}.slot(0, 64)).error());
}

// --- What can be done with a capability ---------------------------------------------------------

/// What a Call through a capability is answered. It must be one that may not send: the others wait.
void call(const char* what, u64 cptr) {
    const auto info = seL4_Call(cptr, user::message(0, {}));
    report(what, user::status_of(static_cast<seL4_Error>(seL4_MessageInfo_get_label(info))));
}

void show_copies() {
    const auto [first, second, third, fourth] =
        std::array{own_cspace.slot(copies), own_cspace.slot(copies + 1),
                   own_cspace.slot(copies + 2), own_cspace.slot(copies + 3)};
    const auto original = own_cspace.slot(endpoint);
    print("rights and badges\n");
    report("copy an endpoint, read only", first.copy_from(original, user::read_only));
    call("send through it", copies);
    report("copy the copy, with all rights", second.copy_from(first));
    call("send through that", copies + 1);
    report("mint a badge", third.mint_from(original, user::all_rights, 0xb0b));
    report("mint another onto it", fourth.mint_from(third, user::all_rights, 0xa11ce));
    report("mint the same onto it", fourth.mint_from(third, user::all_rights, 0xb0b));
    report("mutate its badge", fourth.mutate_from(third, 1));
    report("copy onto a capability", second.copy_from(original));
    report("mint a badge for a notification",
           fourth.mint_from(own_cspace.slot(notification), user::write_only, 7));
}

void show_guards() {
    const auto node = own_cspace.slot(outer);
    const auto to = own_cspace.slot(copies + 4);
    print("guards\n");
    report("a guard of 60 bits for 4 bits of index",
           to.mint_from(node, user::no_rights, guard_data(1, 60)));
    report("a guard of 61",
           own_cspace.slot(spare).mint_from(node, user::no_rights, guard_data(1, 61)));
    report("through the first, slot 3",
           own_cspace.slot(spare).copy_from(user::CNode{copies + 4}.slot(u64{1} << 4 | 3, 64)));
    print("    -> {}\n", name(type_in(spare)));
}

void show_moves() {
    constexpr u64 a = copies + 4; // a CNode
    constexpr u64 b = copies + 7; // an untyped
    constexpr u64 c = copies + 5; // nothing
    const auto [first, second, third] =
        std::array{own_cspace.slot(a), own_cspace.slot(b), own_cspace.slot(c)};
    const auto show = [&](const char* what, const user::Status& status) {
        report(what, status);
        print("    -> {}, {}, {}\n", name(type_in(a)), name(type_in(b)), name(type_in(c)));
    };
    print("moves, between three slots\n");
    show("move the first to the third", third.move_from(first));
    show("move the first again", own_cspace.slot(copies + 6).move_from(first));
    show("rotate: third to second to first", first.rotate(0, second, 0, third));
    show("the same again", first.rotate(0, second, 0, third));
    show("swap the first two", first.rotate(0, second, 0, first));
    show("swap with an endpoint", first.rotate(0, own_cspace.slot(endpoint), 0, first));
}

void show_untyped(user::Untyped memory) {
    print("untyped memory\n");
    report("copy an untyped that has children",
           own_cspace.slot(copies + 7).copy_from(slot_of(memory)));
    must(memory.retype(k::abi::ObjectType::Untyped, 12, {own_cspace, copies + 7}));
    report("copy one that has none",
           own_cspace.slot(copies + 8).copy_from(own_cspace.slot(copies + 7)));
    report("make something of it", user::Untyped{copies + 7}.retype(k::abi::ObjectType::Endpoint, 0,
                                                                    {own_cspace, copies + 9}));
    report("make something of the copy",
           user::Untyped{copies + 8}.retype(k::abi::ObjectType::Endpoint, 0,
                                            {own_cspace, copies + 9}));
}

/// The first untyped that is memory, and of some size.
user::Untyped find_memory() {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    u64 i = 0;
    while (info.untypedList[i].isDevice != 0 || info.untypedList[i].sizeBits < 14)
        ++i;
    return user::Untyped{info.untyped.start + i};
}

} // namespace

int main() {
    const user::Untyped memory = find_memory();
    build_cspace(memory);
    show_lookups();
    show_copies();
    show_guards();
    show_untyped(memory);
    show_moves();
    print("[ch09] OK\n");
    return 0;
}
