/// \file
/// Small worlds: page tables, frames and address spaces.
#include "small_worlds.hpp"

namespace spec {
namespace {

#if SPEC_CHAPTER >= 11

constexpr Word tables = first_free; ///< three
constexpr Word frame = tables + 3;
constexpr Word frame_copy = frame + 1;
constexpr Word mapped_at = 0x40'0000;

/// Tables and a frame that are mapped, unmapped and deleted in every order.
std::vector<Call> mappings(const World&) {
    std::vector<Call> calls;
    for (const Word table : {tables, tables + 1, tables + 2}) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_at, 3}, {place::vspace}));
        calls.push_back(invoke(table, Method::PageTableUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {table, 64}));
    }
    for (const Word page : {frame, frame_copy}) {
        for (const Word address : {mapped_at, mapped_at + 0x1000}) {
            calls.push_back(invoke(page, Method::PageMap, {address, 3, 3}, {place::vspace}));
        }
        calls.push_back(invoke(page, Method::PageUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {page, 64}));
    }
    calls.push_back(invoke(place::root, Method::CNodeRevoke, {frame, 64}));
    calls.push_back(
        invoke(place::root, Method::CNodeCopy, {frame_copy, 64, frame, 64, 2}, {place::root}));
    return calls;
}

/// Tables that are mapped in one place, and taken out above and below each other.
std::vector<Call> table_chains(const World&) {
    std::vector<Call> calls;
    for (Word table = first_free; table < first_free + 4; ++table) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_at, 3}, {place::vspace}));
        calls.push_back(invoke(table, Method::PageTableUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {table, 64}));
    }
    return calls;
}

/// Four page tables, of which three make a chain: enough for a capability to remember a place where
/// another table is by now, on every level.
TEST(SmallWorlds, TableChains) {
    expect_sound(
        {.preparations = {make(place::untyped, 9, 0, first_free, 4)}, .calls = table_chains},
        "chains of page tables");
}

constexpr Word pool_memory = first_free;
constexpr Word pool = pool_memory + 1;
constexpr Word other_space = pool + 1;
constexpr Word top_table = other_space + 1;

/// An address space that the thread goes into gets an identifier and loses it, also with the pool
/// that it is from, and a table comes into it and goes.
std::vector<Call> identifiers(const World&) {
    std::vector<Call> calls{
        invoke(place::asid_control, Method::AsidMakePool, {pool, 64}, {pool_memory, place::root}),
        invoke(place::root, Method::CNodeRevoke, {pool_memory, 64}),
        invoke(pool, Method::AsidAssign, {}, {other_space}),
        invoke(place::asid_pool, Method::AsidAssign, {}, {other_space}),
        invoke(place::untyped, Method::UntypedRetype, {6, 0, 0, 0, other_space, 1}, {place::root}),
        invoke(top_table, Method::PageTableMap, {mapped_at, 3}, {other_space}),
        invoke(top_table, Method::PageTableUnmap, {})};
    #if SPEC_CHAPTER >= 12
    for (const Word space : {place::vspace, other_space}) {
        calls.push_back(invoke(place::thread, Method::SetSpace, {0, 0, 0}, {place::root, space}));
    }
    #endif
    for (const Word slot : {pool, other_space}) {
        calls.push_back(invoke(place::root, Method::CNodeRevoke, {slot, 64}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {slot, 64}));
    }
    return calls;
}

/// An ASID pool, an address space besides the thread's first, and a table.
TEST(SmallWorlds, Identifiers) {
    expect_sound({.preparations = {make(place::untyped, 0, 12, pool_memory),
                                   make(place::untyped, 6, 0, other_space),
                                   make(place::untyped, 9, 0, top_table)},
                  .calls = identifiers},
                 "identifiers of address spaces");
}

/// Three page tables, a frame and a copy of its capability.
TEST(SmallWorlds, Mappings) {
    expect_sound(
        {.preparations = {make(place::untyped, 9, 0, tables, 3), make(place::untyped, 7, 0, frame)},
         .calls = mappings},
        "mappings");
}

#endif

} // namespace
} // namespace spec
