/// \file
/// The rows of kernel/abi's tables against the same rows written down once more.
#include "abi/boot_info.hpp"
#include "abi/invocations.hpp"
#include "abi/names.hpp"
#include "abi/syscalls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <sel4/bootinfo_types.h>
#include <sel4/invocation.h>
#include <sel4/types.h>
#include <string>
#include <string_view>
#include <vector>

namespace {

using k::u64;
namespace abi = k::abi;

/// A number by its name.
using Numbers = std::map<std::string, std::int64_t>;

/// A list without its last comma.
std::string joined(const std::string& list) {
    return list.empty() ? "-" : list.substr(0, list.size() - 2);
}

/// An invocation as the interface's description writes it.
struct Invocation {
    u64 label;
    std::string object;
    std::string method;
    std::string caps;
    std::string words;
    std::string results;

    friend bool operator==(const Invocation&, const Invocation&) = default;

    // NOLINTNEXTLINE(readability-identifier-naming): the name by which GoogleTest looks for it
    friend void PrintTo(const Invocation& row, std::ostream* out) {
        *out << row.label << " | " << row.object << " | " << row.method << " | " << row.caps
             << " | " << row.words << " | " << row.results;
    }
};

/// The description. Where it says "as many as count", here are as many as there can be.
// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<Invocation>& described() {
    // clang-format off
    static const std::vector<Invocation> rows{
        {1, "Untyped", "Retype", "root", "type=w0, size_bits=w1, node_index=w2, node_depth=w3, node_offset=w4, num_objects=w5", "-"},
        {2, "TCB", "ReadRegisters", "-", "suspend_source=w0[0], arch_flags=w0[15:8], count=w1", "regs=w0..w35"},
        {3, "TCB", "WriteRegisters", "-", "resume_target=w0[0], arch_flags=w0[15:8], count=w1, regs=w2..w37", "-"},
        {4, "TCB", "CopyRegisters", "source", "suspend_source=w0[0], resume_target=w0[1], transfer_frame=w0[2], transfer_integer=w0[3], arch_flags=w0[15:8]", "-"},
        {5, "TCB", "Configure", "cspace_root, vspace_root, buffer_frame", "fault_ep=w0, cspace_root_data=w1, vspace_root_data=w2, buffer=w3", "-"},
        {6, "TCB", "SetPriority", "authority", "priority=w0", "-"},
        {7, "TCB", "SetMCPriority", "authority", "mcp=w0", "-"},
        {8, "TCB", "SetSchedParams", "authority", "mcp=w0, priority=w1", "-"},
        {9, "TCB", "SetIPCBuffer", "buffer_frame", "buffer=w0", "-"},
        {10, "TCB", "SetSpace", "cspace_root, vspace_root", "fault_ep=w0, cspace_root_data=w1, vspace_root_data=w2", "-"},
        {11, "TCB", "Suspend", "-", "-", "-"},
        {12, "TCB", "Resume", "-", "-", "-"},
        {13, "TCB", "BindNotification", "notification", "-", "-"},
        {14, "TCB", "UnbindNotification", "-", "-", "-"},
        {15, "TCB", "SetTLSBase", "-", "tls_base=w0", "-"},
        {16, "TCB", "SetFlags", "-", "clear=w0, set=w1", "flags=w0"},
        {17, "CNode", "Revoke", "-", "index=w0, depth=w1[7:0]", "-"},
        {18, "CNode", "Delete", "-", "index=w0, depth=w1[7:0]", "-"},
        {19, "CNode", "CancelBadgedSends", "-", "index=w0, depth=w1[7:0]", "-"},
        {20, "CNode", "Copy", "src_root", "dest_index=w0, dest_depth=w1[7:0], src_index=w2, src_depth=w3[7:0], rights=w4", "-"},
        {21, "CNode", "Mint", "src_root", "dest_index=w0, dest_depth=w1[7:0], src_index=w2, src_depth=w3[7:0], rights=w4, badge=w5", "-"},
        {22, "CNode", "Move", "src_root", "dest_index=w0, dest_depth=w1[7:0], src_index=w2, src_depth=w3[7:0]", "-"},
        {23, "CNode", "Mutate", "src_root", "dest_index=w0, dest_depth=w1[7:0], src_index=w2, src_depth=w3[7:0], badge=w4", "-"},
        {24, "CNode", "Rotate", "pivot_root, src_root", "dest_index=w0, dest_depth=w1[7:0], dest_badge=w2, pivot_index=w3, pivot_depth=w4[7:0], pivot_badge=w5, src_index=w6, src_depth=w7[7:0]", "-"},
        {25, "CNode", "SaveCaller", "-", "index=w0, depth=w1[7:0]", "-"},
        {26, "IRQControl", "Get", "root", "irq=w0, index=w1, depth=w2[7:0]", "-"},
        {27, "IRQHandler", "Ack", "-", "-", "-"},
        {28, "IRQHandler", "SetNotification", "notification", "-", "-"},
        {29, "IRQHandler", "Clear", "-", "-", "-"},
        {30, "DomainSet", "Set", "thread", "domain=w0[7:0]", "-"},
        {31, "DomainSet", "ScheduleConfigure", "-", "index=w0, domain=w1[7:0], duration=w2", "-"},
        {32, "DomainSet", "ScheduleSetStart", "-", "index=w0", "-"},
        {33, "VSpace", "Clean_Data", "-", "start=w0, end=w1", "-"},
        {34, "VSpace", "Invalidate_Data", "-", "start=w0, end=w1", "-"},
        {35, "VSpace", "CleanInvalidate_Data", "-", "start=w0, end=w1", "-"},
        {36, "VSpace", "Unify_Instruction", "-", "start=w0, end=w1", "-"},
        {37, "SMC", "Call", "-", "smc_args=w0..w7", "smc_response=w0..w7"},
        {38, "PageTable", "Map", "vspace", "vaddr=w0, attr=w1", "-"},
        {39, "PageTable", "Unmap", "-", "-", "-"},
        {40, "Page", "Map", "vspace", "vaddr=w0, rights=w1, attr=w2", "-"},
        {41, "Page", "Unmap", "-", "-", "-"},
        {42, "Page", "Clean_Data", "-", "start_offset=w0, end_offset=w1", "-"},
        {43, "Page", "Invalidate_Data", "-", "start_offset=w0, end_offset=w1", "-"},
        {44, "Page", "CleanInvalidate_Data", "-", "start_offset=w0, end_offset=w1", "-"},
        {45, "Page", "Unify_Instruction", "-", "start_offset=w0, end_offset=w1", "-"},
        {46, "Page", "GetAddress", "-", "-", "paddr=w0"},
        {47, "ASIDControl", "MakePool", "untyped, root", "index=w0, depth=w1[7:0]", "-"},
        {48, "ASIDPool", "Assign", "vspace", "-", "-"},
        {49, "IRQControl", "GetTrigger", "root", "irq=w0, trigger=w1, index=w2, depth=w3[7:0]", "-"},
        {50, "IRQControl", "IssueSGISignal", "root", "irq=w0, target=w1, index=w2, depth=w3[7:0]", "-"},
    };
    // clang-format on
    return rows;
}

/// Where several words are: `w0..w7`.
std::string words_from(std::string_view first, unsigned count) {
    const auto from = static_cast<unsigned>(std::stoul(std::string{first.substr(1)}));
    return std::string{first} + "..w" + std::to_string(from + count - 1);
}

/// The table's rows; each pass over it says one part of them.
// NOLINTNEXTLINE(readability-function-size): a table
std::vector<Invocation> rows() {
    std::vector<Invocation> rows{
#define K_INVOCATION(object, method, arguments, results)                                           \
    Invocation{abi::label::object##method, #object, #method, "-", "-", "-"},
#include "abi/invocations.def"
#undef K_INVOCATION
    };
    const std::vector<std::string> caps{
#define K_CAP(name)                                      #name ", "
#define K_INVOCATION(object, method, arguments, results) std::string{"" arguments},
#include "abi/invocations.def"
#undef K_INVOCATION
    };
#define K_WORD(name, at)             +#name "=" #at ", "
#define K_BYTE(name, at)             +#name "=" #at "[7:0], "
#define K_FIELD(name, at, high, low) +#name "=" #at "[" #high ":" #low "], "
#define K_FLAG(name, at, bit)        +#name "=" #at "[" #bit "], "
#define K_WORDS(name, at, count)     +#name "=" + words_from(#at, count) + ", "
    const std::vector<std::pair<std::string, std::string>> words{
#define K_INVOCATION(object, method, arguments, results)                                           \
    {std::string{} arguments, std::string{} results},
#include "abi/invocations.def"
#undef K_INVOCATION
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].caps = joined(caps[i]);
        rows[i].words = joined(words[i].first);
        rows[i].results = joined(words[i].second);
    }
    return rows;
}

TEST(Tables, EveryInvocationIsAsDescribed) {
    const auto actual = rows();
    ASSERT_EQ(actual.size(), described().size());
    for (std::size_t i = 0; i < actual.size(); ++i)
        EXPECT_EQ(actual[i], described()[i]);
    EXPECT_EQ(abi::label::Invalid, 0U);
    EXPECT_EQ(abi::label::End, 51U);
}

TEST(Tables, ViewsTakeEachArgumentFromItsPlace) {
    std::array<u64, 4> registers{};
    std::array<u64, abi::message_words> buffer{};
    for (u64 i = 0; i < buffer.size(); ++i)
        (i < registers.size() ? registers[i] : buffer[i]) = 0x1234'5678'9abc'd000 + i;
    const abi::MessageWords words{registers.data(), buffer.data()};
    // NOLINTNEXTLINE(readability-identifier-naming): as in the table
    enum : std::size_t { w0, w1, w2, w3, w4, w5, w6, w7 };
    const auto expected = [](std::size_t at) { return 0x1234'5678'9abc'd000 + at; };
#define K_WORD(name, at) EXPECT_EQ(view.name(), expected(at)) << #name;
#define K_FIELD(name, at, high, low)                                                               \
    EXPECT_EQ(view.name(), expected(at) << (63 - high) >> (63 - high) >> low);
#define K_FLAG(name, at, bit) EXPECT_EQ(view.name(), (expected(at) >> (bit)&1) != 0);
#define K_WORDS(name, at, count)                                                                   \
    EXPECT_EQ(view.name(0), expected(at));                                                         \
    EXPECT_EQ(view.name((count)-1), expected((at) + (count)-1));
#define K_INVOCATION(object, method, arguments, results)                                           \
    {                                                                                              \
        [[maybe_unused]] const abi::args::object##method view{words};                              \
        arguments                                                                                  \
    }
#include "abi/invocations.def"
#undef K_INVOCATION
}

/// How many words and capabilities a row of the description has.
std::size_t entries(const std::string& list) {
    return list == "-" ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(list, ','));
}

TEST(Tables, ViewsKnowHowLongTheirMessageIs) {
    const std::vector<std::pair<std::size_t, std::size_t>> counts{
#define K_INVOCATION(object, method, arguments, results)                                           \
    {abi::args::object##method::length, abi::args::object##method::cap_count},
#include "abi/invocations.def"
#undef K_INVOCATION
    };
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto& row = described()[i];
        std::size_t last = 0; // the highest word that is mentioned, counted from 1
        for (auto at = row.words.find_last_of('w'); at != std::string::npos && last == 0;)
            last = std::stoul(row.words.substr(at + 1)) + 1;
        EXPECT_EQ(counts[i].first, last) << row.object << row.method;
        EXPECT_EQ(counts[i].second, entries(row.caps)) << row.object << row.method;
    }
}

TEST(Tables, SystemCalls) {
    const Numbers expected{{"Call", -1},           {"ReplyRecv", -2},
                           {"Send", -3},           {"NBSend", -4},
                           {"Recv", -5},           {"Reply", -6},
                           {"Yield", -7},          {"NBRecv", -8},
                           {"DebugPutChar", -9},   {"DebugDumpScheduler", -10},
                           {"DebugHalt", -11},     {"DebugCapIdentify", -12},
                           {"DebugSnapshot", -13}, {"DebugNameThread", -14}};
    const Numbers actual{
#define K_SYSCALL(name, number) {#name, static_cast<std::int64_t>(abi::Syscall::name)},
#include "abi/syscalls.def"
#undef K_SYSCALL
    };
    const Numbers in_c{
#define K_SYSCALL(name, number) {#name, seL4_Sys##name},
#include "abi/syscalls.def"
#undef K_SYSCALL
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ(in_c, expected);
}

TEST(Tables, Objects) {
    // The second number: log2 of bytes, given 10 where the caller says.
    const std::map<std::string, std::pair<u64, u64>> expected{
        {"Untyped", {0, 10}},     {"TCB", {1, 11}},       {"Endpoint", {2, 4}},
        {"Notification", {3, 5}}, {"CapTable", {4, 15}},  {"HugePage", {5, 30}},
        {"VSpace", {6, 12}},      {"SmallPage", {7, 12}}, {"LargePage", {8, 21}},
        {"PageTable", {9, 12}}};
    const std::map<std::string, std::pair<u64, u64>> actual{
#define K_OBJECT(name, number, bits)                                                               \
    {#name, {static_cast<u64>(abi::ObjectType::name), abi::size_bits(abi::ObjectType::name, 10)}},
#define K_SCALED_OBJECT(name, number, extra) K_OBJECT(name, number, extra)
#include "abi/objects.def"
#undef K_OBJECT
#undef K_SCALED_OBJECT
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ(abi::object_types, 10U);
}

TEST(Tables, ObjectsInC) {
    const std::vector<int> types{
        seL4_UntypedObject,       seL4_TCBObject,           seL4_EndpointObject,
        seL4_NotificationObject,  seL4_CapTableObject,      seL4_ARM_HugePageObject,
        seL4_ARM_VSpaceObject,    seL4_ARM_SmallPageObject, seL4_ARM_LargePageObject,
        seL4_ARM_PageTableObject, seL4_ObjectTypeCount};
    EXPECT_EQ(types, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    EXPECT_EQ(seL4_NonArchObjectTypeCount, 5);
    EXPECT_EQ(seL4_ModeObjectTypeCount, 7);
    const std::vector<int> bits{seL4_TCBBits,       seL4_EndpointBits,  seL4_NotificationBits,
                                seL4_HugePageBits,  seL4_VSpaceBits,    seL4_PageBits,
                                seL4_LargePageBits, seL4_PageTableBits, seL4_ASIDPoolBits,
                                seL4_SlotBits};
    EXPECT_EQ(bits, (std::vector<int>{11, 4, 5, 30, 12, 12, 21, 12, 12, 5}));
}

TEST(Tables, CapabilityTypes) {
    const Numbers expected{{"Null", 0},         {"Frame", 1},       {"Untyped", 2},
                           {"PageTable", 3},    {"Endpoint", 4},    {"Notification", 6},
                           {"Reply", 8},        {"VSpace", 9},      {"CNode", 10},
                           {"ASIDControl", 11}, {"TCB", 12},        {"ASIDPool", 13},
                           {"IRQControl", 14},  {"IRQHandler", 16}, {"Zombie", 18},
                           {"Domain", 20},      {"SMC", 25},        {"SGISignal", 27}};
    const Numbers actual{
#define K_CAPABILITY_TYPE(name, number)                                                            \
    {#name, static_cast<std::int64_t>(abi::CapabilityType::name)},
#include "abi/capability_types.def"
#undef K_CAPABILITY_TYPE
    };
    EXPECT_EQ(actual, expected);
}

/// A row's number and its words.
using Worded = std::map<std::string, std::pair<u64, std::string>>;

TEST(Tables, Errors) {
    const Worded expected{{"NoError", {0, "-"}},
                          {"InvalidArgument", {1, "argument=w0"}},
                          {"InvalidCapability", {2, "capability=w0"}},
                          {"IllegalOperation", {3, "-"}},
                          {"RangeError", {4, "minimum=w0, maximum=w1"}},
                          {"AlignmentError", {5, "-"}},
                          {"FailedLookup", {6, "of_source=w0, lookup_failure=w1"}},
                          {"TruncatedMessage", {7, "-"}},
                          {"DeleteFirst", {8, "-"}},
                          {"RevokeFirst", {9, "-"}},
                          {"NotEnoughMemory", {10, "bytes_available=w0"}}};
    const Worded actual{
#define K_WORD(name, at)         +#name "=" #at ", "
#define K_WORDS(name, at, count) +#name "=" + words_from(#at, count) + ", "
#define K_ERROR(name, number, words)                                                               \
    {#name, {static_cast<u64>(abi::Error::name), joined(std::string {} words)}},
#include "abi/errors.def"
#undef K_ERROR
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ((std::vector<int>{seL4_NoError, seL4_InvalidArgument, seL4_InvalidCapability,
                                seL4_IllegalOperation, seL4_RangeError, seL4_AlignmentError,
                                seL4_FailedLookup, seL4_TruncatedMessage, seL4_DeleteFirst,
                                seL4_RevokeFirst, seL4_NotEnoughMemory}),
              (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(Tables, LookupFailures) {
    const Worded expected{{"InvalidRoot", {1, "-"}},
                          {"MissingCapability", {2, "bits_left=w0"}},
                          {"DepthMismatch", {3, "bits_left=w0, bits_found=w1"}},
                          {"GuardMismatch", {4, "bits_left=w0, guard_found=w1, bits_found=w2"}}};
    const Worded actual{
#define K_WORD(name, at)         +#name "=" #at ", "
#define K_WORDS(name, at, count) +#name "=" + words_from(#at, count) + ", "
#define K_LOOKUP_FAILURE(name, number, words)                                                      \
    {#name, {static_cast<u64>(abi::LookupFailureType::name), joined(std::string {} words)}},
#include "abi/lookup_failures.def"
#undef K_LOOKUP_FAILURE
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ((std::vector<int>{seL4_NoFailure, seL4_InvalidRoot, seL4_MissingCapability,
                                seL4_DepthMismatch, seL4_GuardMismatch}),
              (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Tables, Faults) {
    const Worded expected{
        {"CapFault", {1, "ip=w0, address=w1, in_receive_phase=w2, lookup_failure=w3"}},
        {"UnknownSyscall", {2, "x=w0..w7, ip=w8, sp=w9, next_ip=w10, spsr=w11, syscall=w12"}},
        {"UserException", {3, "ip=w0, sp=w1, spsr=w2, number=w3, code=w4"}},
        {"VMFault", {5, "ip=w0, address=w1, prefetch=w2, status=w3"}}};
    const Worded actual{
#define K_WORD(name, at)         +#name "=" #at ", "
#define K_WORDS(name, at, count) +#name "=" + words_from(#at, count) + ", "
#define K_FAULT(name, number, words)                                                               \
    {#name, {static_cast<u64>(abi::Fault::name), joined(std::string {} words)}},
#include "abi/faults.def"
#undef K_FAULT
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ(abi::fault::CapFault::lookup_failure, 3U);
    EXPECT_EQ(abi::fault::UnknownSyscall::syscall, 12U);
    EXPECT_EQ(abi::fault::UnknownSyscall::length, 13U);
    EXPECT_EQ(abi::fault::VMFault::length, 4U);
}

TEST(Tables, FaultsInC) {
    EXPECT_EQ(
        (std::vector<int>{seL4_Fault_NullFault, seL4_Fault_CapFault, seL4_Fault_UnknownSyscall,
                          seL4_Fault_UserException, seL4_Fault_VMFault}),
        (std::vector<int>{0, 1, 2, 3, 5}));
    EXPECT_EQ((std::vector<int>{seL4_CapFault_IP, seL4_CapFault_Addr, seL4_CapFault_InRecvPhase,
                                seL4_CapFault_LookupFailureType, seL4_CapFault_BitsLeft,
                                seL4_CapFault_DepthMismatch_BitsFound,
                                seL4_CapFault_GuardMismatch_GuardFound,
                                seL4_CapFault_GuardMismatch_BitsFound}),
              (std::vector<int>{0, 1, 2, 3, 4, 5, 5, 6}));
    EXPECT_EQ((std::vector<int>{seL4_UnknownSyscall_X0, seL4_UnknownSyscall_X7,
                                seL4_UnknownSyscall_FaultIP, seL4_UnknownSyscall_SP,
                                seL4_UnknownSyscall_LR, seL4_UnknownSyscall_SPSR,
                                seL4_UnknownSyscall_Syscall, seL4_UnknownSyscall_Length}),
              (std::vector<int>{0, 7, 8, 9, 10, 11, 12, 13}));
    EXPECT_EQ((std::vector<int>{seL4_UserException_FaultIP, seL4_UserException_SP,
                                seL4_UserException_SPSR, seL4_UserException_Number,
                                seL4_UserException_Code, seL4_UserException_Length}),
              (std::vector<int>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ((std::vector<int>{seL4_VMFault_IP, seL4_VMFault_Addr, seL4_VMFault_PrefetchFault,
                                seL4_VMFault_FSR, seL4_VMFault_Length}),
              (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Tables, Names) {
    EXPECT_EQ(name(abi::Error::NoError), "NoError");
    EXPECT_EQ(name(abi::Error{10}), "NotEnoughMemory");
    EXPECT_EQ(name(abi::Error{11}), "an error that there is not");
    EXPECT_EQ(name(abi::LookupFailureType{4}), "GuardMismatch");
    EXPECT_EQ(name(abi::LookupFailureType{5}), "a failure that there is not");
    EXPECT_EQ(name(abi::Fault{5}), "VMFault");
    EXPECT_EQ(name(abi::Fault{0}), "no fault");
    EXPECT_EQ(name(abi::Fault{4}), "a fault that there is not");
    EXPECT_EQ(name(abi::CapabilityType{13}), "ASIDPool");
    EXPECT_EQ(name(abi::CapabilityType{5}), "a type that there is not");
}

TEST(Tables, InitialSlots) {
    const Numbers expected{{"Null", 0},
                           {"InitThreadTCB", 1},
                           {"InitThreadCNode", 2},
                           {"InitThreadVSpace", 3},
                           {"IRQControl", 4},
                           {"ASIDControl", 5},
                           {"InitThreadASIDPool", 6},
                           {"IOPortControl", 7},
                           {"IOSpace", 8},
                           {"BootInfoFrame", 9},
                           {"InitThreadIPCBuffer", 10},
                           {"Domain", 11},
                           {"SMMUSIDControl", 12},
                           {"SMMUCBControl", 13},
                           {"InitThreadSC", 14},
                           {"SMC", 15}};
    const Numbers actual{
#define K_INITIAL_SLOT(name, slot) {#name, static_cast<std::int64_t>(abi::InitialSlot::name)},
#include "abi/initial_slots.def"
#undef K_INITIAL_SLOT
    };
    const Numbers in_c{
#define K_INITIAL_SLOT(name, slot) {#name, seL4_Cap##name},
#include "abi/initial_slots.def"
#undef K_INITIAL_SLOT
    };
    EXPECT_EQ(actual, expected);
    EXPECT_EQ(in_c, expected);
    EXPECT_EQ(static_cast<u64>(abi::InitialSlot::End), 16U);
    EXPECT_EQ(seL4_NumInitialCaps, 16);
}

TEST(Tables, Limits) {
    const std::map<std::string, u64> expected{{"slot_bits", 5},
                                              {"page_bits", 12},
                                              {"min_untyped_bits", 4},
                                              {"max_untyped_bits", 47},
                                              {"retype_fan_out", 256},
                                              {"asid_pool_bits", 12},
                                              {"asid_pool_size_bits", 9},
                                              {"asid_pools_bits", 7},
                                              {"user_top", 0x7fff'ffff'ffff},
                                              {"message_words", 120},
                                              {"message_registers", 4},
                                              {"extra_caps", 3},
                                              {"ipc_buffer_bits", 10},
                                              {"word_bits", 64},
                                              {"max_priority", 255},
                                              {"domains", 1},
                                              {"domain_schedule", 2},
                                              {"root_cnode_bits", 13},
                                              {"boot_info_untypeds", 230},
                                              {"thread_name_bytes", 960}};
    const std::map<std::string, u64> actual{
#define K_BITS(name, value, what)  {#name, abi::name},
#define K_LIMIT(name, value, what) {#name, abi::name},
#include "abi/limits.def"
#undef K_BITS
#undef K_LIMIT
    };
    EXPECT_EQ(actual, expected);
}

TEST(Tables, LimitsInC) {
    EXPECT_EQ(
        (std::vector<int>{seL4_MinUntypedBits, seL4_MaxUntypedBits, seL4_UntypedRetypeMaxObjects,
                          seL4_ASIDPoolIndexBits, seL4_NumASIDPoolsBits, seL4_MsgMaxLength,
                          seL4_FastMessageRegisters, seL4_MsgMaxExtraCaps, seL4_IPCBufferSizeBits,
                          seL4_WordBits, seL4_MaxPrio, CONFIG_NUM_DOMAINS,
                          CONFIG_ROOT_CNODE_SIZE_BITS, CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS}),
        (std::vector<int>{4, 47, 256, 9, 7, 120, 4, 3, 10, 64, 255, 1, 13, 230}));
    EXPECT_EQ(seL4_UserTop, 0x7fff'ffff'ffffU);
    EXPECT_EQ(
        (std::vector<int>{seL4_ARM_PageCacheable, seL4_ARM_ParityEnabled, seL4_ARM_ExecuteNever,
                          seL4_ARM_Default_VMAttributes, seL4_TCBFlag_fpuDisabled}),
        (std::vector<int>{1, 2, 4, 3, 1}));
}

TEST(Tables, LabelsInC) {
    EXPECT_EQ((std::vector<int>{InvalidInvocation,
                                UntypedRetype,
                                TCBReadRegisters,
                                TCBSetFlags,
                                CNodeRevoke,
                                CNodeSaveCaller,
                                IRQIssueIRQHandler,
                                IRQAckIRQ,
                                IRQSetIRQHandler,
                                IRQClearIRQHandler,
                                DomainSetSet,
                                DomainScheduleConfigure,
                                DomainScheduleSetStart,
                                ARMVSpaceClean_Data,
                                ARMSMCCall,
                                ARMPageTableMap,
                                ARMPageMap,
                                ARMPageGetAddress,
                                ARMASIDControlMakePool,
                                ARMASIDPoolAssign,
                                ARMIRQIssueIRQHandlerTrigger,
                                ARMIRQIssueSGISignal,
                                nInvocationLabels}),
              (std::vector<int>{0,  1,  2,  16, 17, 25, 26, 27, 28, 29, 30, 31,
                                32, 33, 37, 38, 40, 46, 47, 48, 49, 50, 51}));
}

} // namespace
