// Chapter 10: what is derived from what, what Revoke takes away, and CNodes that are hard to
// delete.
#include "lib/capability.hpp"
#include "lib/clock.hpp"
#include "lib/message.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"

#include <algorithm>
#include <array>
#include <sel4/sel4.h>

namespace {

using k::u64;
using k::abi::CapabilityType;
using k::abi::Error;
using k::abi::ObjectType;
using user::CNode;
using user::counts_per_second;
using user::own_cspace;
using user::print;
using user::Untyped;
using user::virtual_count;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 many_objects = 0x1e00;
constexpr u64 all_memory = 0x1f00;
constexpr u64 page_slot = 0x1f01;
constexpr u64 first = 0x1f02;
constexpr u64 second = 0x1f03;
constexpr u64 third = 0x1f04;
constexpr u64 many = 0x1f05;
constexpr u64 tree_slots = 0x1f20;

bool is_empty(u64 slot) {
    return user::Capability{slot}.type() == CapabilityType::Null;
}

// --- The tree -----------------------------------------------------------------------------------

/// A capability that this program makes, and the row of what it is made from. The rows stand in the
/// order of a family tree: behind each one its descendants.
struct Node {
    std::string_view name;
    unsigned depth; ///< how many ancestors there are in this table
};

// The rows.
constexpr u64 untyped = 0;
constexpr u64 endpoint = 1;
constexpr u64 copy = 2;
constexpr u64 copy_of_copy = 3;
constexpr u64 badge = 4;
constexpr u64 copy_of_badge = 5;
constexpr u64 same_badge = 6;
constexpr u64 cnode = 7;
constexpr u64 copy_of_cnode = 8;
constexpr u64 rows = 9;

constexpr std::array<Node, rows> tree{{
    {"an untyped", 0},
    {"an endpoint", 1},
    {"a copy", 2},
    {"a copy of the copy", 2}, // a sibling: only originals have children
    {"badge 7", 2},
    {"a copy with badge 7", 3},
    {"badge 7 by another Mint", 2},
    {"a CNode", 1},
    {"a copy", 2},
}};

constexpr u64 cptr(u64 row) {
    return tree_slots + row;
}

constexpr user::Slot slot_of_row(u64 row) {
    return own_cspace.slot(cptr(row));
}

void grow_tree(Untyped memory) {
    must(memory.retype(ObjectType::Untyped, 12, {own_cspace, cptr(untyped)}));
    const Untyped page{cptr(untyped)};
    must(page.retype(ObjectType::Endpoint, 0, {own_cspace, cptr(endpoint)}));
    must(page.retype(ObjectType::CapTable, 4, {own_cspace, cptr(cnode)}));
    must(slot_of_row(copy).copy_from(slot_of_row(endpoint)));
    must(slot_of_row(copy_of_copy).copy_from(slot_of_row(copy)));
    must(slot_of_row(badge).mint_from(slot_of_row(endpoint), user::all_rights, 7));
    must(slot_of_row(copy_of_badge).copy_from(slot_of_row(badge)));
    must(slot_of_row(same_badge).mint_from(slot_of_row(endpoint), user::all_rights, 7));
    must(slot_of_row(copy_of_cnode).copy_from(slot_of_row(cnode)));
}

/// Draws what is left of the tree.
void draw_tree() {
    for (u64 row = 0; row < rows; ++row) {
        if (is_empty(cptr(row))) continue;
        print("  ");
        for (unsigned i = 0; i < tree[row].depth; ++i)
            print("|  ");
        print("+- {}\n", tree[row].name);
    }
}

/// Whether revoking a row has taken its descendants, and nothing else of what was there.
bool only_descendants_gone(u64 revoked, const std::array<bool, rows>& before) {
    bool below = false;
    for (u64 row = 0; row < rows; ++row) {
        below =
            row > revoked && (below || row == revoked + 1) && tree[row].depth > tree[revoked].depth;
        if (is_empty(cptr(row)) != (below || !before[row])) return false;
    }
    return true;
}

void revoke(u64 row) {
    std::array<bool, rows> before{};
    for (u64 i = 0; i < rows; ++i)
        before[i] = !is_empty(cptr(i));
    must(slot_of_row(row).revoke());
    print("revoked: {}{}\n", tree[row].name,
          only_descendants_gone(row, before) ? "" : " (UNEXPECTED)");
    draw_tree();
}

void show_tree(Untyped memory) {
    grow_tree(memory);
    print("what has been derived from what:\n");
    draw_tree();
    revoke(copy);
    revoke(badge);
    revoke(endpoint);
    must(slot_of_row(copy).copy_from(slot_of_row(endpoint)));
    must(slot_of_row(endpoint).remove());
    print("deleted: {}, after another copy\n", tree[endpoint].name);
    draw_tree();
    revoke(untyped);
    const auto info = seL4_Call(cptr(cnode), user::message(0, {}));
    print("use of a CNode after that: {}\n", name(Error{seL4_MessageInfo_get_label(info)}));
}

// --- Memory -------------------------------------------------------------------------------------

/// Prints whether all of an untyped can be had again. If so, gives it back.
void show_room(Untyped memory, u64 size_bits) {
    const auto status = memory.retype(ObjectType::Untyped, size_bits, {own_cspace, many});
    print("  the memory: ");
    if (!status) return user::print_refusal(status.error());
    print("all free\n");
    must(own_cspace.slot(many).remove());
}

void show_memory(Untyped memory) {
    constexpr u64 page_bits = 12;
    must(memory.retype(ObjectType::Untyped, page_bits, {own_cspace, page_slot}));
    const Untyped page{page_slot};
    print("two CNodes in a page\n");
    must(page.retype(ObjectType::CapTable, 6, {own_cspace, first}));
    must(page.retype(ObjectType::CapTable, 6, {own_cspace, second}));
    show_room(page, page_bits);
    must(own_cspace.slot(first).remove());
    print("one deleted\n");
    show_room(page, page_bits);
    must(own_cspace.slot(second).remove());
    print("both deleted\n");
    show_room(page, page_bits);
}

// --- CNodes that are hard to delete -------------------------------------------------------------

void show_self(Untyped page, u64 size_bits) {
    print("a CNode that contains itself, and its last other capability deleted\n");
    must(page.retype(ObjectType::CapTable, 2, {own_cspace, first}));
    must(CNode{first}.slot(3, 2).copy_from(own_cspace.slot(first)));
    must(own_cspace.slot(first).remove());
    show_room(page, size_bits);
    must(slot_of(page).revoke());
    print("revoked\n");
    show_room(page, size_bits);
}

/// Moves a new CNode of two slots into slot `i % 2` of the one that is in `from`... and so on:
/// afterwards `first` holds the outermost of `count` CNodes, each inside the one before.
void nest(Untyped memory, u64 count) {
    must(memory.retype(ObjectType::CapTable, 1, {own_cspace, first}));
    for (u64 i = 1; i < count; ++i) {
        must(memory.retype(ObjectType::CapTable, 1, {own_cspace, second}));
        must(CNode{second}.slot(i % 2, 1).move_from(own_cspace.slot(first)));
        must(own_cspace.slot(first).move_from(own_cspace.slot(second)));
    }
}

void show_nested(Untyped memory, u64 size_bits) {
    constexpr u64 count = 5'000;
    print("{} CNodes, each inside another, and the outermost deleted\n", count);
    nest(memory, count);
    must(own_cspace.slot(first).remove());
    show_room(memory, size_bits);
}

/// The innermost CNode gets the last capability to the outermost: no capability from outside leads
/// into the ring, except for the untyped's right to revoke.
void show_ring(Untyped memory, u64 size_bits) {
    print("two CNodes, each in the other\n");
    must(memory.retype(ObjectType::CapTable, 1, {own_cspace, first}));
    must(memory.retype(ObjectType::CapTable, 1, {own_cspace, second}));
    must(own_cspace.slot(third).copy_from(own_cspace.slot(second)));
    must(CNode{first}.slot(1, 1).move_from(own_cspace.slot(second)));
    must(CNode{third}.slot(0, 1).move_from(own_cspace.slot(first)));
    must(own_cspace.slot(third).remove());
    show_room(memory, size_bits);
    must(slot_of(memory).revoke());
    print("revoked\n");
    show_room(memory, size_bits);
}

// --- How long interrupts wait -------------------------------------------------------------------

/// Long calls: a CNode of many slots goes, and so do many copies of one capability.
void delete_much(Untyped memory, u64 radix) {
    must(memory.retype(ObjectType::CapTable, radix, {own_cspace, first}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, second}));
    for (u64 i = 0; i < k::bit(radix); ++i)
        must(CNode{first}.slot(i, static_cast<k::u8>(radix)).copy_from(own_cspace.slot(second)));
    must(own_cspace.slot(second).revoke());
    must(own_cspace.slot(first).remove());
    must(own_cspace.slot(second).remove());
}

/// As many objects as one Retype can make, and away again; in counts of the timer, how long the
/// Retype took.
u64 time_retype(Untyped memory) {
    constexpr u64 least_untyped = 4;
    const u64 begin = virtual_count();
    must(memory.retype(ObjectType::Untyped, least_untyped,
                       {own_cspace, many_objects, k::abi::retype_fan_out}));
    const u64 taken = virtual_count() - begin;
    must(slot_of(memory).revoke());
    return taken;
}

/// The longest call that lets no interrupt in, so often that ticks meet it, and whether it keeps to
/// the bound that the book states.
void retype_much(Untyped memory) {
    constexpr u64 rounds = 400;
    constexpr u64 bound_us = 131;
    must(memory.retype(ObjectType::Untyped, 12, {own_cspace, page_slot}));
    u64 longest = 0;
    for (u64 i = 0; i < rounds; ++i)
        longest = std::max(longest, time_retype(Untyped{page_slot}));
    const bool kept = longest * 1'000'000 <= bound_us * counts_per_second();
    print("{} objects in one Retype, {} times: {} {} us\n", u64{k::abi::retype_fan_out}, rounds,
          kept ? "ok, within" : "TOO LONG, more than", bound_us);
}

/// An untyped of `size_bits`, from the memory that boot gave us.
Untyped take_memory(u64 size_bits) {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    u64 i = 0;
    while (info.untypedList[i].isDevice != 0 || info.untypedList[i].sizeBits <= size_bits)
        ++i;
    must(Untyped{info.untyped.start + i}.retype(ObjectType::Untyped, size_bits,
                                                {own_cspace, all_memory}));
    return Untyped{all_memory};
}

} // namespace

int main() {
    constexpr u64 size_bits = 20;
    const Untyped memory = take_memory(size_bits);
    show_tree(memory);
    show_memory(memory);
    must(slot_of(memory).revoke());
    show_self(memory, size_bits);
    show_nested(memory, size_bits);
    show_ring(memory, size_bits);
    delete_much(memory, 12);
    seL4_DebugSnapshot();
    must(slot_of(memory).revoke());
    retype_much(memory);
    seL4_DebugSnapshot();
    print("[ch10] OK\n");
    return 0;
}
