// The syndrome register against the tables of the manual.
#include "arch/esr.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace k::arch {
namespace {

constexpr Esr make(ExceptionClass ec, u64 iss = 0) {
    return Esr{}.with(Esr::ec, ec).with(Esr::il, true).with(Esr::iss, iss);
}

// Arm ARM, "ESR_EL1, Exception Syndrome Register (EL1)", field EC, with those of EL2 and EL3.
const std::map<unsigned, std::string> classes{
    {0x00, "undefined instruction"},
    {0x01, "trapped WFI or WFE"},
    {0x03, "trapped MCR or MRC of CP15 (AArch32)"},
    {0x04, "trapped MCRR or MRRC of CP15 (AArch32)"},
    {0x05, "trapped MCR or MRC of CP14 (AArch32)"},
    {0x06, "trapped LDC or STC (AArch32)"},
    {0x07, "trapped use of floating point"},
    {0x08, "trapped VMRS (AArch32)"},
    {0x09, "trapped use of pointer authentication"},
    {0x0a, "trapped instruction without a class of its own"},
    {0x0c, "trapped MRRC of CP14 (AArch32)"},
    {0x0d, "branch to what is no branch target"},
    {0x0e, "illegal execution state"},
    {0x11, "SVC instruction (AArch32)"},
    {0x12, "HVC instruction (AArch32)"},
    {0x13, "SMC instruction (AArch32)"},
    {0x14, "trapped 128-bit system register access"},
    {0x15, "SVC instruction"},
    {0x16, "HVC instruction"},
    {0x17, "SMC instruction"},
    {0x18, "trapped system register access"},
    {0x19, "trapped use of SVE"},
    {0x1a, "trapped ERET"},
    {0x1b, "trapped TSTART"},
    {0x1c, "failed pointer authentication"},
    {0x1d, "trapped use of SME"},
    {0x1e, "granule protection check"},
    {0x1f, "implementation-defined exception"},
    {0x20, "instruction abort at EL0"},
    {0x21, "instruction abort"},
    {0x22, "PC alignment fault"},
    {0x24, "data abort at EL0"},
    {0x25, "data abort"},
    {0x26, "SP alignment fault"},
    {0x27, "memory copy or set out of order"},
    {0x28, "floating-point exception (AArch32)"},
    {0x2c, "floating-point exception"},
    {0x2d, "guarded control stack mismatch"},
    {0x2f, "SError interrupt"},
    {0x30, "hardware breakpoint at EL0"},
    {0x31, "hardware breakpoint"},
    {0x32, "single step at EL0"},
    {0x33, "single step"},
    {0x34, "watchpoint at EL0"},
    {0x35, "watchpoint"},
    {0x38, "BKPT instruction (AArch32)"},
    {0x3a, "vector catch (AArch32)"},
    {0x3c, "BRK instruction"},
    {0x3d, "profiling exception"},
};

TEST(ExceptionClass, EveryOneHasItsName) {
    for (unsigned number = 0; number < 64; ++number) {
        const auto known = classes.find(number);
        const std::string expected =
            known == classes.end() ? "reserved exception class" : known->second;
        EXPECT_EQ(name(static_cast<ExceptionClass>(number)), expected) << number;
    }
}

struct Fault {
    std::string what;
    std::optional<int> level;
};

// Arm ARM, "ISS encoding for an exception from a Data Abort", field DFSC.
const std::map<unsigned, Fault> faults{
    {0x00, {"address size fault", 0}},
    {0x01, {"address size fault", 1}},
    {0x02, {"address size fault", 2}},
    {0x03, {"address size fault", 3}},
    {0x04, {"translation fault", 0}},
    {0x05, {"translation fault", 1}},
    {0x06, {"translation fault", 2}},
    {0x07, {"translation fault", 3}},
    {0x08, {"access flag fault", 0}},
    {0x09, {"access flag fault", 1}},
    {0x0a, {"access flag fault", 2}},
    {0x0b, {"access flag fault", 3}},
    {0x0c, {"permission fault", 0}},
    {0x0d, {"permission fault", 1}},
    {0x0e, {"permission fault", 2}},
    {0x0f, {"permission fault", 3}},
    {0x10, {"external abort", {}}},
    {0x11, {"tag check fault", {}}},
    {0x12, {"external abort on a table walk", -2}},
    {0x13, {"external abort on a table walk", -1}},
    {0x14, {"external abort on a table walk", 0}},
    {0x15, {"external abort on a table walk", 1}},
    {0x16, {"external abort on a table walk", 2}},
    {0x17, {"external abort on a table walk", 3}},
    {0x18, {"parity error", {}}},
    {0x1b, {"parity error on a table walk", -1}},
    {0x1c, {"parity error on a table walk", 0}},
    {0x1d, {"parity error on a table walk", 1}},
    {0x1e, {"parity error on a table walk", 2}},
    {0x1f, {"parity error on a table walk", 3}},
    {0x21, {"alignment fault", {}}},
    {0x22, {"granule protection fault on a table walk", -2}},
    {0x23, {"granule protection fault on a table walk", -1}},
    {0x24, {"granule protection fault on a table walk", 0}},
    {0x25, {"granule protection fault on a table walk", 1}},
    {0x26, {"granule protection fault on a table walk", 2}},
    {0x27, {"granule protection fault on a table walk", 3}},
    {0x28, {"granule protection fault", {}}},
    {0x29, {"address size fault", -1}},
    {0x2a, {"translation fault", -2}},
    {0x2b, {"translation fault", -1}},
    {0x2c, {"address size fault", -2}},
    {0x30, {"TLB conflict", {}}},
    {0x31, {"unsupported atomic update of a descriptor", {}}},
    {0x34, {"lockdown fault", {}}},
    {0x35, {"unsupported exclusive or atomic access", {}}},
};

TEST(Decode, EveryFaultStatusOfAnAbort) {
    for (const auto ec :
         {ExceptionClass::InstructionAbortLower, ExceptionClass::InstructionAbortSame,
          ExceptionClass::DataAbortLower, ExceptionClass::DataAbortSame})
        for (unsigned code = 0; code < 64; ++code) {
            const auto known = faults.find(code);
            const Fault expected =
                known == faults.end() ? Fault{"reserved fault status", {}} : known->second;
            const Syndrome syndrome = decode(make(ec, code));
            EXPECT_EQ(syndrome.what, expected.what) << code;
            EXPECT_EQ(syndrome.level, expected.level) << code;
            EXPECT_TRUE(syndrome.far_valid) << code;
            EXPECT_FALSE(syndrome.immediate) << code;
        }
}

TEST(Decode, HowTheAddressWasUsed) {
    constexpr u64 write = 1u << 6;
    constexpr u64 cache_operation = 1u << 8;
    constexpr auto same = ExceptionClass::DataAbortSame;
    EXPECT_EQ(decode(make(same)).access, "read from");
    EXPECT_EQ(decode(make(same, write)).access, "write to");
    EXPECT_EQ(decode(make(same, write | cache_operation)).access, "cache maintenance of");
    EXPECT_EQ(decode(make(ExceptionClass::InstructionAbortSame)).access, "fetch from");
    EXPECT_EQ(decode(make(ExceptionClass::PcAlignment)).access, "jump to");
    EXPECT_EQ(decode(make(ExceptionClass::WatchpointSame, write)).access, "write to");
    EXPECT_EQ(decode(make(ExceptionClass::WatchpointLower)).access, "read from");
    EXPECT_EQ(decode(make(ExceptionClass::Brk64)).access, "");
    EXPECT_EQ(decode(make(ExceptionClass::SpAlignment)).access, "");
}

TEST(Decode, AddressMayBeUnknown) {
    constexpr u64 external_abort = 0x10;
    constexpr u64 far_not_valid = 1u << 10;
    constexpr auto same = ExceptionClass::DataAbortSame;
    EXPECT_TRUE(decode(make(same, external_abort)).far_valid);
    EXPECT_FALSE(decode(make(same, external_abort | far_not_valid)).far_valid);
}

TEST(Decode, NumberInTheInstruction) {
    using enum ExceptionClass;
    for (const auto ec : {Svc64, Hvc64, Smc64, Brk64}) {
        EXPECT_EQ(decode(make(ec, 0)).immediate, 0);
        EXPECT_EQ(decode(make(ec, 0xffff)).immediate, 0xffff);
    }
    EXPECT_FALSE(decode(make(Unknown, 0xffff)).immediate);
}

TEST(Decode, UpperHalfChangesNothing) {
    constexpr u64 iss2 = 0x00ff'ffff'0000'0000;
    const Esr esr = make(ExceptionClass::DataAbortSame, 0x47);
    EXPECT_EQ(decode(Esr{esr.raw() | iss2}).what, decode(esr).what);
}

std::string sentence(Esr esr, u64 far) {
    TextTarget target;
    describe(TextOut{target}, decode(esr), far);
    return target.text;
}

TEST(Describe, SaysWhatAndWhere) {
    using enum ExceptionClass;
    constexpr u64 permission_level_3 = 0x0f;
    constexpr u64 write = 1u << 6;
    EXPECT_EQ(sentence(make(DataAbortLower, write | permission_level_3), 0x1000),
              "write to 0x0000000000001000: permission fault, level 3");
    EXPECT_EQ(sentence(make(InstructionAbortSame, 0x2b), 0),
              "fetch from 0x0000000000000000: translation fault, level -1");
    EXPECT_EQ(sentence(make(DataAbortSame, 0x21), 0xffff'0000'0000'0001),
              "read from 0xffff000000000001: alignment fault");
    EXPECT_EQ(sentence(make(DataAbortSame, 0x10 | 1u << 10), 0x1000),
              "read from an unknown address: external abort");
    EXPECT_EQ(sentence(make(PcAlignment), 2), "jump to 0x0000000000000002: PC alignment fault");
    EXPECT_EQ(sentence(make(Brk64, 0x42), 7), "BRK instruction 0x42");
    EXPECT_EQ(sentence(make(Unknown), 7), "undefined instruction");
}

} // namespace
} // namespace k::arch
