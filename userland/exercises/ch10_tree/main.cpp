// For exercise 10/draw: the kernel draws what is derived from what.
#include "lib/capability.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"

#include <sel4/sel4.h>
#include <string_view>

namespace {

using k::u64;
using k::abi::ObjectType;
using user::own_cspace;
using user::print;
using user::Untyped;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 page = 0x1f00;
constexpr u64 endpoint = 0x1f01;
constexpr u64 first_badge = 0x1f02;
constexpr u64 second_badge = 0x1f03;
constexpr u64 half = 0x1f04;
constexpr u64 cnode = 0x1f05;
constexpr u64 copies = 0x1f10;

void copy(u64 from, u64 to) {
    must(own_cspace.slot(to).copy_from(own_cspace.slot(from)));
}

void mint(u64 from, u64 to, u64 badge) {
    must(own_cspace.slot(to).mint_from(own_cspace.slot(from), user::all_rights, badge));
}

/// The first untyped that is memory and large enough.
Untyped memory() {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    u64 i = 0;
    while (info.untypedList[i].isDevice != 0 || info.untypedList[i].sizeBits < 16)
        ++i;
    return Untyped{info.untyped.start + i};
}

/// Asks the kernel to draw what is derived from a capability.
void draw(std::string_view title, u64 cptr) {
    print("{}\n", title);
    register u64 x0 asm("x0") = cptr;
    register u64 x7 asm("x7") = 100;
    asm volatile("svc #0" : "+r"(x0) : "r"(x7) : "memory");
}

} // namespace

int main() {
    must(memory().retype(ObjectType::Untyped, 14, {own_cspace, page}));
    must(Untyped{page}.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint}));
    must(Untyped{page}.retype(ObjectType::Untyped, 13, {own_cspace, half}));
    must(Untyped{half}.retype(ObjectType::CapTable, 4, {own_cspace, cnode}));
    draw("an untyped, and what was made of it:", page);
    copy(endpoint, copies);
    copy(copies, copies + 1);
    mint(endpoint, first_badge, 7);
    mint(endpoint, second_badge, 7);
    copy(first_badge, copies + 2);
    copy(second_badge, copies + 3);
    copy(cnode, copies + 4);
    draw("with copies:", page);
    draw("of one badge only:", second_badge);
    must(own_cspace.slot(first_badge).remove());
    draw("that of the first badge deleted:", page);
    must(own_cspace.slot(endpoint).revoke());
    draw("the endpoint revoked:", page);
    print("[ch10] OK\n");
    return 0;
}
