/// \file
/// The world as the root task finds it. SEMANTICS 11; ABI.md, "Initial thread".
#pragma once

#include "world.hpp"

namespace spec {

/// Boot objects by physical address, and what they are given. Every list may be empty: a world for
/// a test needs no more than one untyped region.
struct Machine {
    struct Region {
        Word address = 0;
        Word bits = 0;
        bool device = false;
    };
    struct Frame {
        Word address = 0;
        Word mapped_at = 0;
        Access access = Access::ReadWrite; ///< of the mapping
        bool executable = false;
    };
    struct Table {
        Word address = 0;
        Word bits = 0; ///< log2 of what the entry that holds it covers
        Word mapped_at = 0;
    };

    Word cnode_bits = 13;
    Word thread = 0x1000;
    Word cnode = 0x100000;
    Word vspace = 0x2000;
    Word pool = 0x3000;
    Word entry = 0;
    Frame buffer{0x4000, 0x10000, Access::ReadWrite, false};
    Frame boot_info{0x5000, 0x11000, Access::ReadWrite, false};
    std::vector<Table> tables{};
    std::vector<Frame> extra_boot_info{};
    std::vector<Frame> image{};
    std::vector<Region> untypeds{};
};

/// The slots of the initial CNode that every machine fills.
namespace boot_slot {
constexpr Word thread = 1;
constexpr Word cnode = 2;
constexpr Word vspace = 3;
constexpr Word irq_control = 4;
constexpr Word asid_control = 5;
constexpr Word asid_pool = 6;
constexpr Word boot_info = 9;
constexpr Word buffer = 10;
constexpr Word domain = 11;
constexpr Word first_listed = 16; ///< tables, extra BootInfo, image, untypeds, in this order
} // namespace boot_slot

World boot(const Machine& machine);

} // namespace spec
