// Chapter 11: memory as capabilities. What it takes to map a frame, and all that can be done with
// one.
#include "lib/boot_info.hpp"
#include "lib/memory.hpp"
#include "lib/print.hpp"

#include <array>

namespace {

using k::u32;
using k::u64;
using k::abi::ObjectType;
using user::Frame;
using user::own_asid_control;
using user::own_cspace;
using user::own_vspace;
using user::PageTable;
using user::print;
using user::Untyped;
using user::VmAttributes;
using user::VSpace;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 tables = 0x1e00; // three of them
constexpr u64 page_slot = 0x1e10;
constexpr u64 copy_slot = 0x1e11;
constexpr u64 large_slot = 0x1e12;
constexpr u64 device_slot = 0x1e13;
constexpr u64 huge_slot = 0x1e14;
constexpr u64 vspace_slot = 0x1e15;
constexpr u64 pool_slot = 0x1e16;
constexpr u64 pool_memory_slot = 0x1e17;
constexpr u64 memory_slot = 0x1e18;

constexpr Frame page{page_slot};
constexpr Frame copy{copy_slot};

// Addresses where nothing is mapped yet, and none of the tables is there.
constexpr u64 here = 0x100'0000'0000;
constexpr u64 there = here + 0x3000;
constexpr u64 large_place = here + 0x20'0000;
constexpr u64 device_place = here + 0x5000;

constexpr VmAttributes data_only{5};     ///< cached, not to be executed
constexpr VmAttributes device_memory{4}; ///< neither

void report(const char* what, const user::Status& status) {
    print("  {}: ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
}

u64 read(u64 address) {
    return *reinterpret_cast<volatile u64*>(address);
}

void write(u64 address, u64 value) {
    *reinterpret_cast<volatile u64*>(address) = value;
}

/// The smallest memory untyped that has room for all that this program makes.
Untyped find_memory() {
    constexpr unsigned enough = 23;
    const auto& info = user::boot_info();
    const u64 count = info.untyped.end - info.untyped.begin;
    u64 best = count;
    for (u64 i = 0; i < count; ++i) {
        const auto& piece = info.untypeds[i];
        if (piece.is_device != 0 || piece.size_bits < enough) continue;
        if (best == count || piece.size_bits < info.untypeds[best].size_bits) best = i;
    }
    return Untyped{info.untyped.begin + best};
}

/// The first device untyped of at least that size at or behind an address.
Untyped find_device(u64 address, unsigned size_bits) {
    const auto& info = user::boot_info();
    u64 i = 0;
    while (info.untypeds[i].address < address || info.untypeds[i].size_bits < size_bits)
        ++i;
    return Untyped{info.untyped.begin + i};
}

void make(Untyped memory, ObjectType type, u64 slot, u64 count = 1, u64 size_bits = 0) {
    must(memory.retype(type, size_bits, {own_cspace, slot, count}));
}

/// Maps a frame, and each time that a table is missing, says where, and adds one.
void map_with_tables() {
    for (u64 next = tables;;) {
        const auto mapped = page.map(own_vspace, here, user::read_write, data_only);
        report("map a page", mapped);
        if (mapped) return;
        report("add a table", PageTable{next++}.map(own_vspace, here));
    }
}

void show_mapping() {
    print("a page of memory, and the tables on the way to it\n");
    map_with_tables();
    report("add another table", PageTable{tables + 3}.map(own_vspace, here));
    print("  it reads {:#x}", read(here));
    write(here, 0x7e55'e7a0);
    print(", and after a write {:#x}\n", read(here));
}

void show_errors() {
    print("what cannot be\n");
    report("not a multiple of the page", copy.map(own_vspace, there + 8));
    report("where the kernel is", copy.map(own_vspace, 0xffff'0000'4000'0000));
    report("behind the last address", copy.map(own_vspace, k::abi::user_top + 1));
    report("in what is no address space", copy.map(VSpace{page_slot}, there));
    report("twice with one capability", page.map(own_vspace, there));
    report("where another table is missing", copy.map(own_vspace, large_place));
    report("a page as a table", PageTable{page_slot}.map(own_vspace, here));
}

void show_sharing() {
    print("one page at two addresses, the second for reading only\n");
    must(copy.map(own_vspace, there, user::read_only, data_only));
    write(here, 42);
    print("  written there, read here: {}\n", read(there));
    const auto first = page.address();
    const auto second = copy.address();
    print("  one frame: {}\n", first && second && *first == *second ? "yes" : "NO");
}

/// Writes a function that returns 42, makes it what is executed, and calls it at the other address.
void show_code() {
    print("code that was data: ");
    constexpr std::array<u32, 2> code{0x5280'0540, 0xd65f'03c0}; // mov w0, #42; ret
    for (u64 i = 0; i < code.size(); ++i)
        *reinterpret_cast<volatile u32*>(here + 4 * i) = code[i];
    must(page.unify_instruction(0, sizeof code));
    must(copy.map(own_vspace, there, user::read_only)); // as before, but executable
    print("it returns {}\n", reinterpret_cast<int (*)()>(there)());
}

void show_caches() {
    print("caches\n");
    report("clean", page.clean(0, Frame::bytes));
    report("clean and invalidate, by address", own_vspace.clean_and_invalidate(here, here + 64));
    report("clean more than the page", page.clean(0, Frame::bytes + 1));
    report("clean nothing", page.clean(8, 8));
    report("clean from one page into another", own_vspace.clean(here, here + Frame::bytes + 1));
    report("invalidate what may not be written", copy.invalidate(0, 64));
}

void show_ends() {
    print("mappings end\n");
    report("unmap a table that has more below it", PageTable{tables + 1}.unmap());
    report("map a page", page.map(own_vspace, here));
    report("unmap the page", page.unmap());
    report("once more", page.unmap());
    must(copy.unmap());
    must(PageTable{tables + 1}.map(own_vspace, here));
    must(PageTable{tables + 2}.unmap()); // it still thinks that it is in its place
    must(PageTable{tables + 2}.map(own_vspace, here));
    report("map it elsewhere", page.map(own_vspace, there, user::read_write, data_only));
    print("  it reads {:#x}\n", read(there));
}

void show_sizes(Untyped memory) {
    print("pages of other sizes\n");
    const user::LargeFrame large{large_slot};
    make(memory, ObjectType::LargePage, large_slot);
    report("2 MiB where 4 KiB are aligned", large.map(own_vspace, large_place + Frame::bytes));
    report("2 MiB", large.map(own_vspace, large_place, user::read_write, data_only));
    write(large_place + user::LargeFrame::bytes - 8, 7);
    print("  its last word: {}\n", read(large_place + user::LargeFrame::bytes - 8));
    must(large.unmap());
    report("2 MiB over a table", large.map(own_vspace, here));
    const user::HugeFrame huge{huge_slot};
    make(find_device(u64{1} << 39, 30), ObjectType::HugePage, huge_slot);
    report("1 GiB of a device's", huge.map(own_vspace, here + user::HugeFrame::bytes));
    must(huge.unmap());
    report("1 GiB over a table", huge.map(own_vspace, here));
}

/// The UART, whose last registers say what it is. "PrimeCell UART (PL011) Technical Reference
/// Manual", "UARTPCellID0-3".
void show_device() {
    constexpr u64 uart = 0x900'0000;
    make(find_device(uart, 12), ObjectType::SmallPage, device_slot);
    const Frame registers{device_slot};
    must(registers.map(own_vspace, device_place, user::read_only, device_memory));
    const auto place = registers.address();
    print("the device at {:#x} says that it is ", place ? *place : 0);
    for (u64 byte = 4; byte-- > 0;)
        print("{:02x}", *reinterpret_cast<volatile u32*>(device_place + 0xff0 + 4 * byte) & 0xff);
    print("\n");
}

void show_identifiers(Untyped memory) {
    print("another address space\n");
    const VSpace other{vspace_slot};
    make(memory, ObjectType::VSpace, vspace_slot);
    make(memory, ObjectType::Untyped, pool_memory_slot, 1, 12);
    must(page.unmap());
    report("map something there", page.map(other, here));
    const auto pool = own_asid_control.make_pool(Untyped{pool_memory_slot}, pool_slot);
    if (!pool) return report("make an ASID pool", k::Unexpected{pool.error()});
    report("give it an identifier", pool->assign(other));
    report("and another", pool->assign(other));
    report("map something there", page.map(other, here));
    must(PageTable{tables + 3}.map(other, here));
    must(own_cspace.slot(pool_slot).remove());
    report("delete the pool, and map something there", page.map(other, here));
    report("delete all that was made", slot_of(memory).revoke());
}

} // namespace

int main() {
    const Untyped all = find_memory();
    make(all, ObjectType::Untyped, memory_slot, 1, 23);
    const Untyped memory{memory_slot};
    make(memory, ObjectType::PageTable, tables, 4);
    make(memory, ObjectType::SmallPage, page_slot);
    must(own_cspace.slot(copy_slot).copy_from(own_cspace.slot(page_slot)));
    show_mapping();
    show_errors();
    show_sharing();
    show_code();
    show_caches();
    show_ends();
    show_sizes(memory);
    show_device();
    show_identifiers(memory);
    print("[ch11] OK\n");
    return 0;
}
