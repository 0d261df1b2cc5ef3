/// \file
/// Words with fields, and memory that both sides see: in the kernel's C++ and in C.
#include "abi/boot_info.hpp"
#include "abi/ipc_buffer.hpp"
#include "abi/message.hpp"
#include "abi/user_context.hpp"
#include "abi/words.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <sel4/bootinfo_types.h>
#include <sel4/types.h>
#include <string>
#include <vector>

namespace {

using k::u64;
namespace abi = k::abi;

TEST(Layout, MessageInfo) {
    const auto info = abi::MessageInfo{}
                          .with(abi::MessageInfo::label, 0xabcde)
                          .with(abi::MessageInfo::caps_unwrapped, 5)
                          .with(abi::MessageInfo::extra_caps, 2)
                          .with(abi::MessageInfo::length, 0x55);
    constexpr u64 expected = u64{0xabcde} << 12 | 5U << 9 | 2U << 7 | 0x55;
    EXPECT_EQ(info.raw(), expected);
    const auto in_c = seL4_MessageInfo_new(0xabcde, 5, 2, 0x55);
    EXPECT_EQ(in_c.words[0], expected);
    EXPECT_EQ(seL4_MessageInfo_get_label(in_c), 0xabcdeU);
    EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(in_c), 5U);
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(in_c), 2U);
    EXPECT_EQ(seL4_MessageInfo_get_length(in_c), 0x55U);
}

TEST(Layout, MessageInfoInPlace) {
    const auto all = seL4_MessageInfo_new(~u64{0} >> 12, 7, 3, 0x7f);
    EXPECT_EQ(seL4_MessageInfo_set_label(all, 0).words[0], 0xfffU);
    EXPECT_EQ(seL4_MessageInfo_set_capsUnwrapped(all, 0).words[0], ~u64{0xe00});
    EXPECT_EQ(seL4_MessageInfo_set_extraCaps(all, 0).words[0], ~u64{0x180});
    EXPECT_EQ(seL4_MessageInfo_set_length(all, 0).words[0], ~u64{0x7f});
    auto info = seL4_MessageInfo_new(1, 2, 3, 4);
    seL4_MessageInfo_ptr_set_length(&info, 0x85); // wider than the field
    EXPECT_EQ(seL4_MessageInfo_ptr_get_length(&info), 5U);
    EXPECT_EQ(info.words[0], seL4_MessageInfo_new(1, 2, 3, 5).words[0]);
}

TEST(Layout, MessagesAreCut) {
    EXPECT_EQ(abi::MessageInfo{120}.words(), 120U);
    EXPECT_EQ(abi::MessageInfo{121}.words(), 120U);
    EXPECT_EQ(abi::MessageInfo{0x80}.words(), 0U);
}

TEST(Layout, Rights) {
    EXPECT_EQ(abi::CapRights::write.mask, 1U);
    EXPECT_EQ(abi::CapRights::read.mask, 2U);
    EXPECT_EQ(abi::CapRights::grant.mask, 4U);
    EXPECT_EQ(abi::CapRights::grant_reply.mask, 8U);
    EXPECT_EQ(seL4_CanWrite.words[0], 1U);
    EXPECT_EQ(seL4_CanRead.words[0], 2U);
    EXPECT_EQ(seL4_CanGrant.words[0], 4U);
    EXPECT_EQ(seL4_CanGrantReply.words[0], 8U);
    EXPECT_EQ(seL4_AllRights.words[0], 15U);
    EXPECT_EQ(seL4_ReadWrite.words[0], 3U);
    EXPECT_EQ(seL4_NoWrite.words[0], 14U);
    EXPECT_EQ(seL4_NoRead.words[0], 13U);
    EXPECT_EQ(seL4_NoRights.words[0], 0U);
    EXPECT_EQ(seL4_CapRights_get_capAllowWrite(seL4_CanWrite), 1U);
    EXPECT_EQ(seL4_CapRights_get_capAllowRead(seL4_CanRead), 1U);
    EXPECT_EQ(seL4_CapRights_get_capAllowGrant(seL4_CanGrant), 1U);
    EXPECT_EQ(seL4_CapRights_get_capAllowGrantReply(seL4_CanGrantReply), 1U);
    EXPECT_EQ(seL4_CapRights_set_capAllowGrant(seL4_CanRead, 1).words[0], 6U);
    EXPECT_EQ(seL4_CapRights_set_capAllowRead(seL4_AllRights, 0).words[0], 13U);
}

TEST(Layout, WordsCanBePrinted) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%" SEL4_PRIu_word " %" SEL4_PRIx_word,
                  seL4_Word{1} << 40, seL4_Word{0xabc} << 40);
    EXPECT_STREQ(text.data(), "1099511627776 abc0000000000");
}

TEST(Layout, OtherWords) {
    EXPECT_EQ(abi::CNodeData::guard.mask, ~u64{0x3f});
    EXPECT_EQ(abi::CNodeData::guard_size.mask, 0x3fU);
    const auto data = seL4_CNode_CapData_set_guard(seL4_CNode_CapData_new(1, 12), 0xabc);
    EXPECT_EQ(data.words[0], u64{0xabc} << 6 | 12U);
    EXPECT_EQ(seL4_CNode_CapData_get_guard(data), 0xabcU);
    EXPECT_EQ(seL4_CNode_CapData_get_guardSize(data), 12U);
    EXPECT_EQ(abi::VmAttributes::cacheable.mask, 1U);
    EXPECT_EQ(abi::VmAttributes::parity.mask, 2U);
    EXPECT_EQ(abi::VmAttributes::execute_never.mask, 4U);
    EXPECT_EQ(abi::default_vm_attributes.raw(), 3U);
    EXPECT_EQ(abi::TcbFlags::fpu_disabled.mask, 1U);
}

/// Where a member lies, in C++ and in C.
#define EXPECT_AT(offset, Struct, member, InC, member_in_c)                                        \
    EXPECT_EQ(offsetof(abi::Struct, member), std::size_t{offset});                                 \
    EXPECT_EQ(offsetof(InC, member_in_c), std::size_t{offset})

TEST(Layout, IpcBuffer) {
    EXPECT_AT(0, IpcBuffer, tag, seL4_IPCBuffer, tag);
    EXPECT_AT(8, IpcBuffer, message, seL4_IPCBuffer, msg);
    EXPECT_AT(968, IpcBuffer, user_data, seL4_IPCBuffer, userData);
    EXPECT_AT(976, IpcBuffer, caps_or_badges, seL4_IPCBuffer, caps_or_badges);
    EXPECT_AT(1000, IpcBuffer, receive_cnode, seL4_IPCBuffer, receiveCNode);
    EXPECT_AT(1008, IpcBuffer, receive_index, seL4_IPCBuffer, receiveIndex);
    EXPECT_AT(1016, IpcBuffer, receive_depth, seL4_IPCBuffer, receiveDepth);
    EXPECT_EQ(sizeof(abi::IpcBuffer), 1024U);
    EXPECT_EQ(alignof(abi::IpcBuffer), 1024U);
    EXPECT_EQ(sizeof(seL4_IPCBuffer), 1024U);
    EXPECT_EQ(alignof(seL4_IPCBuffer), 1024U);
}

TEST(Layout, BootInfo) {
    EXPECT_AT(0, BootInfo, extra_bytes, seL4_BootInfo, extraLen);
    EXPECT_AT(8, BootInfo, node_id, seL4_BootInfo, nodeID);
    EXPECT_AT(16, BootInfo, nodes, seL4_BootInfo, numNodes);
    EXPECT_AT(24, BootInfo, io_page_table_levels, seL4_BootInfo, numIOPTLevels);
    EXPECT_AT(32, BootInfo, ipc_buffer, seL4_BootInfo, ipcBuffer);
    EXPECT_AT(40, BootInfo, empty, seL4_BootInfo, empty);
    EXPECT_AT(56, BootInfo, shared_frames, seL4_BootInfo, sharedFrames);
    EXPECT_AT(72, BootInfo, user_image_frames, seL4_BootInfo, userImageFrames);
    EXPECT_AT(88, BootInfo, user_image_paging, seL4_BootInfo, userImagePaging);
    EXPECT_AT(104, BootInfo, io_space_caps, seL4_BootInfo, ioSpaceCaps);
    EXPECT_AT(120, BootInfo, extra_pages, seL4_BootInfo, extraBIPages);
    EXPECT_AT(136, BootInfo, cnode_bits, seL4_BootInfo, initThreadCNodeSizeBits);
    EXPECT_AT(144, BootInfo, domain, seL4_BootInfo, initThreadDomain);
    EXPECT_AT(152, BootInfo, untyped, seL4_BootInfo, untyped);
    EXPECT_AT(168, BootInfo, untypeds, seL4_BootInfo, untypedList);
    EXPECT_EQ(sizeof(abi::BootInfo), 168U + 230 * 16);
    EXPECT_EQ(sizeof(seL4_BootInfo), 168U + 230 * 16);
}

TEST(Layout, WhatBootInfoConsistsOf) {
    EXPECT_AT(0, SlotRange, begin, seL4_SlotRegion, start);
    EXPECT_AT(8, SlotRange, end, seL4_SlotRegion, end);
    EXPECT_AT(0, UntypedDescription, address, seL4_UntypedDesc, paddr);
    EXPECT_AT(8, UntypedDescription, size_bits, seL4_UntypedDesc, sizeBits);
    EXPECT_AT(9, UntypedDescription, is_device, seL4_UntypedDesc, isDevice);
    EXPECT_EQ(sizeof(abi::UntypedDescription), 16U);
    EXPECT_EQ(sizeof(seL4_UntypedDesc), 16U);
    EXPECT_AT(0, ChunkHeader, id, seL4_BootInfoHeader, id);
    EXPECT_AT(8, ChunkHeader, bytes, seL4_BootInfoHeader, len);
    EXPECT_EQ(static_cast<u64>(abi::ChunkId::DeviceTree), 6U);
    EXPECT_EQ(SEL4_BOOTINFO_HEADER_FDT, 6);
}

TEST(Layout, UserContext) {
    const std::vector<std::string> expected{
        "pc",  "sp",  "spsr", "x0",  "x1",  "x2",  "x3",  "x4",        "x5",
        "x6",  "x7",  "x8",   "x16", "x17", "x18", "x29", "x30",       "x9",
        "x10", "x11", "x12",  "x13", "x14", "x15", "x19", "x20",       "x21",
        "x22", "x23", "x24",  "x25", "x26", "x27", "x28", "tpidr_el0", "tpidrro_el0"};
    const std::vector<std::string> actual{
#define K_REGISTER(name) #name,
#include "abi/user_context.def"
#undef K_REGISTER
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ(abi::user_context_words, 36U);
    const std::vector<std::size_t> offsets{
#define K_REGISTER(name) offsetof(abi::UserContext, name), offsetof(seL4_UserContext, name),
#include "abi/user_context.def"
#undef K_REGISTER
    };
    for (std::size_t i = 0; i < offsets.size(); ++i)
        EXPECT_EQ(offsets[i], 8 * (i / 2));
}

} // namespace
