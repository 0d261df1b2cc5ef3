/// \file
/// What each C stub sends: its label, its capabilities, its words; and what it takes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <interfaces/sel4_client.h>
#include <sel4/mapping.h>
#include <sel4/syscalls.h>
#include <string>
#include <vector>

Recorded recorded;
Prepared prepared;
LIBSEL4_THREAD_LOCAL seL4_IPCBuffer* __sel4_ipc_buffer; // NOLINT(readability-identifier-naming)

seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word* mr0,
                                    seL4_Word* mr1, seL4_Word* mr2, seL4_Word* mr3) {
    const std::array registers{mr0, mr1, mr2, mr3};
    recorded.service = dest;
    recorded.info = info;
    for (std::size_t i = 0; i < seL4_MsgMaxLength; ++i) {
        const bool in_register = i < registers.size();
        recorded.words[i] = in_register ? *registers[i] : seL4_GetIPCBuffer()->msg[i];
        (in_register ? *registers[i] : seL4_GetIPCBuffer()->msg[i]) = prepared.words[i];
    }
    return seL4_MessageInfo_new(prepared.label, 0, 0, prepared.length);
}

namespace {

using Words = std::vector<seL4_Word>;

constexpr seL4_CPtr service = 0x5e41;

/// A call of a stub, and the message that must come of it.
struct Sent {
    seL4_Word label;
    std::string stub;
    std::function<void()> call;
    Words caps;
    Words words;
};

/// A context in which register i of the interface's order is 1000 + i.
seL4_UserContext context() {
    seL4_UserContext context;
    std::array<seL4_Word, 36> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = 1000 + i;
    static_assert(sizeof context == sizeof words);
    __builtin_memcpy(&context, words.data(), sizeof context);
    return context;
}

/// The words of WriteRegisters: flags, count, and then that context.
Words write_registers() {
    Words words{1 | 7 << 8, 5};
    for (seL4_Word i = 0; i < 36; ++i)
        words.push_back(1000 + i);
    return words;
}

const seL4_CapRights_t some_rights = seL4_CapRights_new(1, 0, 1, 0);
constexpr auto some_attributes = seL4_ARM_ExecuteNever;

// clang-format off
/// Capabilities are 101, 102, 103; words 1, 2, 3 …; in the order of the stub's parameters.
const std::vector<Sent>& calls() {
    static const std::vector<Sent> all{
        {1, "Untyped_Retype", [] { seL4_Untyped_Retype(service, 1, 2, 101, 3, 4, 5, 6); }, {101}, {1, 2, 3, 4, 5, 6}},
        {2, "TCB_ReadRegisters", [] { seL4_UserContext into; seL4_TCB_ReadRegisters(service, 1, 3, 36, &into); }, {}, {1 | 3 << 8, 36}},
        {3, "TCB_WriteRegisters", [] { const auto from = context(); seL4_TCB_WriteRegisters(service, 1, 7, 5, &from); }, {}, write_registers()},
        {4, "TCB_CopyRegisters", [] { seL4_TCB_CopyRegisters(service, 101, 1, 0, 0, 1, 9); }, {101}, {1 | 1 << 3 | 9 << 8}},
        {4, "TCB_CopyRegisters", [] { seL4_TCB_CopyRegisters(service, 101, 0, 1, 1, 0, 0); }, {101}, {1 << 1 | 1 << 2}},
        {5, "TCB_Configure", [] { seL4_TCB_Configure(service, 1, 101, 2, 102, 3, 4, 103); }, {101, 102, 103}, {1, 2, 3, 4}},
        {6, "TCB_SetPriority", [] { seL4_TCB_SetPriority(service, 101, 1); }, {101}, {1}},
        {7, "TCB_SetMCPriority", [] { seL4_TCB_SetMCPriority(service, 101, 1); }, {101}, {1}},
        {8, "TCB_SetSchedParams", [] { seL4_TCB_SetSchedParams(service, 101, 1, 2); }, {101}, {1, 2}},
        {9, "TCB_SetIPCBuffer", [] { seL4_TCB_SetIPCBuffer(service, 1, 101); }, {101}, {1}},
        {10, "TCB_SetSpace", [] { seL4_TCB_SetSpace(service, 1, 101, 2, 102, 3); }, {101, 102}, {1, 2, 3}},
        {11, "TCB_Suspend", [] { seL4_TCB_Suspend(service); }, {}, {}},
        {12, "TCB_Resume", [] { seL4_TCB_Resume(service); }, {}, {}},
        {13, "TCB_BindNotification", [] { seL4_TCB_BindNotification(service, 101); }, {101}, {}},
        {14, "TCB_UnbindNotification", [] { seL4_TCB_UnbindNotification(service); }, {}, {}},
        {15, "TCB_SetTLSBase", [] { seL4_TCB_SetTLSBase(service, 1); }, {}, {1}},
        {16, "TCB_SetFlags", [] { seL4_TCB_SetFlags(service, 1, 2); }, {}, {1, 2}},
        {17, "CNode_Revoke", [] { seL4_CNode_Revoke(service, 1, 2); }, {}, {1, 2}},
        {18, "CNode_Delete", [] { seL4_CNode_Delete(service, 1, 2); }, {}, {1, 2}},
        {19, "CNode_CancelBadgedSends", [] { seL4_CNode_CancelBadgedSends(service, 1, 2); }, {}, {1, 2}},
        {20, "CNode_Copy", [] { seL4_CNode_Copy(service, 1, 2, 101, 3, 4, some_rights); }, {101}, {1, 2, 3, 4, 10}},
        {21, "CNode_Mint", [] { seL4_CNode_Mint(service, 1, 2, 101, 3, 4, some_rights, 5); }, {101}, {1, 2, 3, 4, 10, 5}},
        {22, "CNode_Move", [] { seL4_CNode_Move(service, 1, 2, 101, 3, 4); }, {101}, {1, 2, 3, 4}},
        {23, "CNode_Mutate", [] { seL4_CNode_Mutate(service, 1, 2, 101, 3, 4, 5); }, {101}, {1, 2, 3, 4, 5}},
        {24, "CNode_Rotate", [] { seL4_CNode_Rotate(service, 1, 2, 3, 101, 4, 5, 6, 102, 7, 8); }, {101, 102}, {1, 2, 3, 4, 5, 6, 7, 8}},
        {25, "CNode_SaveCaller", [] { seL4_CNode_SaveCaller(service, 1, 2); }, {}, {1, 2}},
        {26, "IRQControl_Get", [] { seL4_IRQControl_Get(service, 1, 101, 2, 3); }, {101}, {1, 2, 3}},
        {27, "IRQHandler_Ack", [] { seL4_IRQHandler_Ack(service); }, {}, {}},
        {28, "IRQHandler_SetNotification", [] { seL4_IRQHandler_SetNotification(service, 101); }, {101}, {}},
        {29, "IRQHandler_Clear", [] { seL4_IRQHandler_Clear(service); }, {}, {}},
        {30, "DomainSet_Set", [] { seL4_DomainSet_Set(service, 1, 101); }, {101}, {1}},
        {31, "DomainSet_ScheduleConfigure", [] { seL4_DomainSet_ScheduleConfigure(service, 1, 2, 3); }, {}, {1, 2, 3}},
        {32, "DomainSet_ScheduleSetStart", [] { seL4_DomainSet_ScheduleSetStart(service, 1); }, {}, {1}},
        {33, "ARM_VSpace_Clean_Data", [] { seL4_ARM_VSpace_Clean_Data(service, 1, 2); }, {}, {1, 2}},
        {34, "ARM_VSpace_Invalidate_Data", [] { seL4_ARM_VSpace_Invalidate_Data(service, 1, 2); }, {}, {1, 2}},
        {35, "ARM_VSpace_CleanInvalidate_Data", [] { seL4_ARM_VSpace_CleanInvalidate_Data(service, 1, 2); }, {}, {1, 2}},
        {36, "ARM_VSpace_Unify_Instruction", [] { seL4_ARM_VSpace_Unify_Instruction(service, 1, 2); }, {}, {1, 2}},
        {37, "ARM_SMC_Call", [] { const seL4_ARM_SMCContext from{1, 2, 3, 4, 5, 6, 7, 8}; seL4_ARM_SMCContext into; seL4_ARM_SMC_Call(service, &from, &into); }, {}, {1, 2, 3, 4, 5, 6, 7, 8}},
        {38, "ARM_PageTable_Map", [] { seL4_ARM_PageTable_Map(service, 101, 1, some_attributes); }, {101}, {1, 4}},
        {39, "ARM_PageTable_Unmap", [] { seL4_ARM_PageTable_Unmap(service); }, {}, {}},
        {40, "ARM_Page_Map", [] { seL4_ARM_Page_Map(service, 101, 1, some_rights, some_attributes); }, {101}, {1, 10, 4}},
        {41, "ARM_Page_Unmap", [] { seL4_ARM_Page_Unmap(service); }, {}, {}},
        {42, "ARM_Page_Clean_Data", [] { seL4_ARM_Page_Clean_Data(service, 1, 2); }, {}, {1, 2}},
        {43, "ARM_Page_Invalidate_Data", [] { seL4_ARM_Page_Invalidate_Data(service, 1, 2); }, {}, {1, 2}},
        {44, "ARM_Page_CleanInvalidate_Data", [] { seL4_ARM_Page_CleanInvalidate_Data(service, 1, 2); }, {}, {1, 2}},
        {45, "ARM_Page_Unify_Instruction", [] { seL4_ARM_Page_Unify_Instruction(service, 1, 2); }, {}, {1, 2}},
        {46, "ARM_Page_GetAddress", [] { seL4_ARM_Page_GetAddress(service); }, {}, {}},
        {47, "ARM_ASIDControl_MakePool", [] { seL4_ARM_ASIDControl_MakePool(service, 101, 102, 1, 2); }, {101, 102}, {1, 2}},
        {48, "ARM_ASIDPool_Assign", [] { seL4_ARM_ASIDPool_Assign(service, 101); }, {101}, {}},
        {49, "IRQControl_GetTrigger", [] { seL4_IRQControl_GetTrigger(service, 1, 2, 101, 3, 4); }, {101}, {1, 2, 3, 4}},
        {50, "IRQControl_IssueSGISignal", [] { seL4_IRQControl_IssueSGISignal(service, 1, 2, 101, 3, 4); }, {101}, {1, 2, 3, 4}},
    };
    return all;
}
// clang-format on

/// Every stub is called with a buffer in which nothing is left of the one before.
class Stubs : public testing::Test {
  protected:
    Stubs() {
        buffer_ = {};
        std::ranges::fill(buffer_.caps_or_badges, seL4_Word{0xdead});
        recorded = {};
        prepared = {};
        seL4_SetIPCBuffer(&buffer_);
    }

    seL4_IPCBuffer buffer_;
};

TEST_F(Stubs, SendWhatTheInterfaceSays) {
    for (const Sent& sent : calls()) {
        SCOPED_TRACE(sent.stub);
        sent.call();
        const auto info = recorded.info;
        EXPECT_EQ(recorded.service, service);
        EXPECT_EQ(seL4_MessageInfo_get_label(info), sent.label);
        EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(info), 0U);
        ASSERT_EQ(seL4_MessageInfo_get_extraCaps(info), sent.caps.size());
        ASSERT_EQ(seL4_MessageInfo_get_length(info), sent.words.size());
        EXPECT_EQ(Words(buffer_.caps_or_badges, buffer_.caps_or_badges + sent.caps.size()),
                  sent.caps);
        EXPECT_EQ(Words(recorded.words, recorded.words + sent.words.size()), sent.words);
    }
}

TEST_F(Stubs, ThereIsOneForEveryLabel) {
    std::vector<seL4_Word> missing;
    for (seL4_Word label = 1; label < nInvocationLabels; ++label)
        if (std::ranges::count(calls(), label, &Sent::label) == 0) missing.push_back(label);
    EXPECT_EQ(missing, Words{});
}

TEST_F(Stubs, SendOnlyTheLowByteOfADepth) {
    seL4_CNode_Delete(service, 1, static_cast<seL4_Uint8>(0x140));
    EXPECT_EQ(recorded.words[1], 0x40U);
}

TEST_F(Stubs, LeaveTheWordsOfAnErrorInTheBuffer) {
    prepared = {seL4_FailedLookup, 5, {1, 4, 60, 0xabc, 12}};
    EXPECT_EQ(seL4_CNode_Move(service, 1, 2, 101, 3, 4), seL4_FailedLookup);
    EXPECT_EQ(Words(buffer_.msg, buffer_.msg + 5), (Words{1, 4, 60, 0xabc, 12}));
}

TEST_F(Stubs, TellWhichTableIsMissing) {
    prepared = {seL4_FailedLookup, 3, {0, 2, 30}};
    EXPECT_EQ(seL4_ARM_Page_Map(service, 101, 0, seL4_AllRights, seL4_ARM_Default_VMAttributes),
              seL4_FailedLookup);
    EXPECT_EQ(seL4_MappingFailedLookupLevel(), static_cast<seL4_Word>(SEL4_MAPPING_LOOKUP_NO_PD));
}

TEST_F(Stubs, ReturnAWord) {
    prepared = {seL4_NoError, 1, {0x1234}};
    const auto address = seL4_ARM_Page_GetAddress(service);
    EXPECT_EQ(address.error, seL4_NoError);
    EXPECT_EQ(address.paddr, 0x1234U);
    const auto flags = seL4_TCB_SetFlags(service, 1, 2);
    EXPECT_EQ(flags.flags, 0x1234U);
}

TEST_F(Stubs, ReturnAsManyRegistersAsThereAre) {
    prepared = {seL4_NoError, 5, {11, 12, 13, 14, 15, 16}};
    auto into = context();
    EXPECT_EQ(seL4_TCB_ReadRegisters(service, 0, 0, 5, &into), seL4_NoError);
    EXPECT_EQ((Words{into.pc, into.sp, into.spsr, into.x0, into.x1, into.x2}),
              (Words{11, 12, 13, 14, 15, 1005}));
    prepared.label = seL4_RangeError;
    into = context();
    EXPECT_EQ(seL4_TCB_ReadRegisters(service, 0, 0, 5, &into), seL4_RangeError);
    EXPECT_EQ(into.pc, 1000U);
}

} // namespace
