// Memory that a program once could reach, and must not reach any more. The kernel's command line
// says how it was lost: `fault=NAME`. Each way touches the memory first, so that the TLB knows it,
// and ends the thread at the very next touch.
#include "attack/lib/wanted.hpp"
#include "lib/memory.hpp"

#include <array>

using attack::Fault;
using k::u32;
using k::u64;
using k::abi::ObjectType;
using user::own_cspace;
using user::own_vspace;

namespace {

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 tables = 0x1e00;
constexpr user::Untyped memory{0x1e10};
constexpr user::Frame page{0x1e11};
constexpr u64 copy_slot = 0x1e13;

constexpr u64 here = 0x100'0000'0000;

void read() {
    (void)*reinterpret_cast<volatile u64*>(here);
}

void write() {
    *reinterpret_cast<volatile u64*>(here) = 1;
}

/// Maps a page with its tables, all made of one untyped, and uses it.
void prepare() {
    must(user::memory_of(16).retype(ObjectType::Untyped, 16, {own_cspace, memory.cptr()}));
    must(memory.retype(ObjectType::PageTable, 0, {own_cspace, tables, 3}));
    must(memory.retype(ObjectType::SmallPage, 0, {own_cspace, page.cptr(), 2}));
    for (u64 table = tables; table < tables + 3; ++table)
        must(user::PageTable{table}.map(own_vspace, here));
    must(page.map(own_vspace, here));
    write();
    read();
}

/// The last thing that works, and then a touch.
template <auto Lose, auto Touch = read>
void lose() {
    prepare();
    must(Lose());
    Touch();
}

constexpr auto unmap = [] { return page.unmap(); };
constexpr auto remove = [] { return slot_of(page).remove(); };
constexpr auto revoke = [] { return slot_of(memory).revoke(); };
constexpr auto unmap_table = [] { return user::PageTable{tables}.unmap(); };
constexpr auto remove_table = [] { return own_cspace.slot(tables + 2).remove(); };
constexpr auto write_protect = [] { return page.map(own_vspace, here, user::read_only); };
constexpr auto hide = [] { return page.map(own_vspace, here, user::no_rights); };
constexpr auto write_only = [] { return page.map(own_vspace, here, user::write_only); };
constexpr auto forbid_execution = [] {
    return page.map(own_vspace, here, user::read_write, user::VmAttributes{5});
};
constexpr auto lose_identifier = [] { return slot_of(user::own_asid_pool).remove(); };

/// A weaker copy of the capability gives no more than it has, whatever is asked for.
constexpr auto map_weak_copy = [] {
    const auto source = slot_of(page);
    must(own_cspace.slot(copy_slot).copy_from(source, user::read_only));
    must(page.unmap());
    return user::Frame{copy_slot}.map(own_vspace, here, user::read_write);
};

constexpr auto execute = [] {
    *reinterpret_cast<volatile u32*>(here) = 0xd65f'03c0; // ret
    must(page.unify_instruction(0, 4));
    reinterpret_cast<void (*)()>(here)();
};

constexpr std::array faults{
    Fault{"unmapped", lose<unmap>},
    Fault{"deleted", lose<remove>},
    Fault{"revoked", lose<revoke>},
    Fault{"table-unmapped", lose<unmap_table>},
    Fault{"table-deleted", lose<remove_table>},
    Fault{"write-protected", lose<write_protect, write>},
    Fault{"hidden", lose<hide>},
    Fault{"write-only", lose<write_only>},
    Fault{"weak-copy", lose<map_weak_copy, write>},
    Fault{"execute-never", lose<forbid_execution, execute>},
    Fault{"no-address-space", lose<lose_identifier>},
};

} // namespace

int main() {
    attack::commit_wanted(faults);
}
