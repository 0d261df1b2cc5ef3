// What a program must not be able to map, or reach by way of the kernel: the kernel's own
// addresses, memory that it has no capability to, address spaces that are no more.
#include "lib/boot_info.hpp"
#include "lib/memory.hpp"
#include "lib/print.hpp"

#include <string_view>

namespace {

using k::u64;
using k::abi::ObjectType;
using user::Frame;
using user::own_cspace;
using user::own_vspace;
using user::PageTable;
using user::print;
using user::Status;
using user::VSpace;

// Slots of the root CNode, far behind those that boot fills.
constexpr user::Untyped memory{0x1e00};
constexpr Frame page{0x1e01};
constexpr Frame second{0x1e02};
constexpr PageTable table{0x1e03};
constexpr user::LargeFrame large{0x1e04};
constexpr VSpace other{0x1e05};
constexpr user::Untyped pool_memory{0x1e06};
constexpr u64 pool_slot = 0x1e07;
constexpr u64 empty = 0x1e08;

constexpr u64 kernel_window = 0xffff'0000'4000'0000;
constexpr u64 kernel_image = 0xffff'ffff'8000'0000;
constexpr u64 last_page = ~u64{0} << 12;
constexpr u64 end_of_user = k::abi::user_top + 1;

void report(std::string_view what, const Status& status) {
    print("  {:<46} ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
}

void make_objects() {
    const user::Untyped all = user::memory_of(22);
    must(all.retype(ObjectType::Untyped, 22, {own_cspace, memory.cptr()}));
    must(memory.retype(ObjectType::LargePage, 0, {own_cspace, large.cptr()}));
    must(memory.retype(ObjectType::SmallPage, 0, {own_cspace, page.cptr(), 2}));
    must(memory.retype(ObjectType::PageTable, 0, {own_cspace, table.cptr()}));
    must(memory.retype(ObjectType::VSpace, 0, {own_cspace, other.cptr()}));
    must(memory.retype(ObjectType::Untyped, 12, {own_cspace, pool_memory.cptr()}));
}

void show_addresses() {
    print("addresses that are not a program's\n");
    report("a page where the kernel sees memory", page.map(own_vspace, kernel_window));
    report("a page on the kernel's code", page.map(own_vspace, kernel_image));
    report("a page at the last address of all", page.map(own_vspace, last_page));
    report("a page just behind the last user address", page.map(own_vspace, end_of_user));
    report("a large page that begins before it", large.map(own_vspace, end_of_user - Frame::bytes));
    report("an address with a bit too much", page.map(own_vspace, (u64{1} << 48) + 0x40'0000));
    report("a table where the kernel sees memory", table.map(own_vspace, kernel_window));
    report("a table behind the last user address", table.map(own_vspace, end_of_user));
    report("cache lines of the kernel's", own_vspace.clean(kernel_window, kernel_window + 64));
    report("throwing away what the kernel wrote", own_vspace.invalidate(kernel_image, last_page));
    report("a range that wraps around", own_vspace.clean(last_page, 64));
    report("all there are", own_vspace.clean(0, ~u64{0}));
}

void show_capabilities() {
    print("capabilities to something else\n");
    report("memory as an address space", page.map(VSpace{memory.cptr()}, 0));
    report("a page as an address space", page.map(VSpace{second.cptr()}, 0));
    report("a table as an address space", page.map(VSpace{table.cptr()}, 0));
    report("an address space without an identifier", page.map(other, 0));
    report("an empty slot", page.map(VSpace{empty}, 0));
    report("a page as a pool", user::AsidPool{page.cptr()}.assign(other));
    report("a page as an address space of a pool's",
           user::own_asid_pool.assign(VSpace{page.cptr()}));
    report("its own address space once more", user::own_asid_pool.assign(own_vspace));
    report("a copy of a table that is nowhere", own_cspace.slot(empty).copy_from(slot_of(table)));
    report("a copy of an address space without identifier",
           own_cspace.slot(empty).copy_from(slot_of(other)));
}

void show_dead() {
    print("what is no more\n");
    const auto pool = user::own_asid_control.make_pool(pool_memory, pool_slot);
    if (!pool) return report("UNEXPECTED", k::Unexpected{pool.error()});
    must(pool->assign(other));
    must(table.map(other, 0));
    must(own_cspace.slot(pool_slot).remove());
    report("a page in an address space that is dead", page.map(other, 0));
    report("a table there", PageTable{table.cptr()}.unmap());
    report("the table again", table.map(other, 0));
    report("another identifier for it", user::own_asid_pool.assign(other));
    must(slot_of(other).remove());
    must(slot_of(memory).revoke());
    report("a page that was revoked", page.map(own_vspace, 0));
    must(memory.retype(ObjectType::SmallPage, 0, {own_cspace, page.cptr()}));
    report("a page of memory that was a table's", page.map(own_vspace, 0x10'0000));
}

/// What boot has made are capabilities like all others.
void show_own() {
    print("its own BootInfo\n");
    const Frame frame{k::abi::InitialSlot::BootInfoFrame};
    const auto place = reinterpret_cast<u64>(&user::boot_info());
    report("where it is not", frame.map(own_vspace, place + 2 * Frame::bytes));
    report("unmapped", frame.unmap());
    report("mapped again, for reading only", frame.map(own_vspace, place, user::read_only));
    print("  it still says that there is {} processor\n", user::boot_info().nodes);
}

} // namespace

int main() {
    make_objects();
    show_addresses();
    show_capabilities();
    show_dead();
    show_own();
    print("[ch11] OK\n");
    return 0;
}
