// For exercise 10/cost: what Revoke costs. The kernel's command line says how many copies there are
// to be: `copies=N`, in which the device tree passes it on.
#include "attack/lib/cycles.hpp"
#include "lib/capability.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"

#include <sel4/sel4.h>
#include <string_view>

namespace {

using k::u64;
using k::u8;
using k::abi::ObjectType;
using user::CNode;
using user::own_cspace;
using user::print;
using user::Untyped;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 endpoint = 0x1f00;
constexpr u64 table = 0x1f01;
constexpr u64 inner = 0x1f02;

constexpr u8 table_bits = 10;

/// The number behind `copies=` in the device tree, or 100.
u64 wanted() {
    constexpr std::string_view option = "copies=";
    const auto& info = *seL4_GetBootInfo();
    const std::string_view tree{reinterpret_cast<const char*>(&info) + 4096, info.extraLen};
    const auto at = tree.find(option);
    u64 number = 0;
    for (auto i = at + option.size();
         at != std::string_view::npos && '0' <= tree[i] && tree[i] <= '9'; ++i)
        number = 10 * number + static_cast<u64>(tree[i] - '0');
    return number != 0 ? number : 100;
}

/// Fills the first slots of a CNode with copies.
void make_copies(u64 count) {
    for (u64 i = 0; i < count; ++i)
        must(CNode{table}.slot(i, table_bits).copy_from(own_cspace.slot(endpoint)));
}

/// How long it takes to revoke them.
u64 revoke() {
    const u64 begin = cycles();
    must(own_cspace.slot(endpoint).revoke());
    return cycles() - begin;
}

/// A copy in each of `count` CNodes, each of which lies in the one before.
void make_nested_copies(Untyped untyped, u64 count) {
    must(untyped.retype(ObjectType::CapTable, 1, {own_cspace, inner}));
    for (u64 i = 1; i < count; ++i) {
        must(CNode{inner}.slot(0, 1).copy_from(own_cspace.slot(endpoint)));
        must(CNode{table}.slot(0, table_bits).move_from(own_cspace.slot(inner)));
        must(untyped.retype(ObjectType::CapTable, 1, {own_cspace, inner}));
        must(CNode{inner}.slot(1, 1).move_from(CNode{table}.slot(0, table_bits)));
    }
    must(CNode{inner}.slot(0, 1).copy_from(own_cspace.slot(endpoint)));
}

} // namespace

int main() {
    const u64 many = wanted();
    const Untyped untyped = user::memory_of(20);
    must(untyped.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint}));
    must(untyped.retype(ObjectType::CapTable, table_bits, {own_cspace, table}));
    print("no copy: {} instructions\n", revoke());
    for (const u64 count : {u64{1}, u64{10}, u64{100}}) {
        make_copies(count);
        print("{} in one CNode: {} instructions\n", count, revoke());
    }
    make_copies(many);
    print("all {} in one CNode: {} instructions\n", many, revoke());
    make_nested_copies(untyped, many);
    print("all {} in nested CNodes: {} instructions\n", many, revoke());
    print("[ch10] OK\n");
    return 0;
}
