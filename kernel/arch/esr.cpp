#include "arch/esr.hpp"

#include <array>

namespace k::arch {

std::string_view name(ExceptionClass ec) noexcept {
    switch (ec) {
#define K_EXCEPTION_CLASS(name, number, words)                                                     \
    case ExceptionClass::name:                                                                     \
        return words;
#include "arch/exception_classes.def"
#undef K_EXCEPTION_CLASS
    }
    return "reserved exception class";
}

namespace {

/// Consecutive fault status codes that differ in the level only.
struct FaultCodes {
    u8 first;
    u8 count;
    std::optional<int> first_level;
    std::string_view what;
};

// Arm ARM, "ISS encoding for an exception from a Data Abort", field DFSC. Codes that are not here
// are reserved.
constexpr std::optional<int> no_level{};
constexpr std::array fault_codes{
    FaultCodes{0x00, 4, 0, "address size fault"},
    FaultCodes{0x04, 4, 0, "translation fault"},
    FaultCodes{0x08, 4, 0, "access flag fault"},
    FaultCodes{0x0c, 4, 0, "permission fault"},
    FaultCodes{0x10, 1, no_level, "external abort"},
    FaultCodes{0x11, 1, no_level, "tag check fault"},
    FaultCodes{0x12, 6, -2, "external abort on a table walk"},
    FaultCodes{0x18, 1, no_level, "parity error"},
    FaultCodes{0x1b, 5, -1, "parity error on a table walk"},
    FaultCodes{0x21, 1, no_level, "alignment fault"},
    FaultCodes{0x22, 6, -2, "granule protection fault on a table walk"},
    FaultCodes{0x28, 1, no_level, "granule protection fault"},
    FaultCodes{0x29, 1, -1, "address size fault"},
    FaultCodes{0x2a, 2, -2, "translation fault"},
    FaultCodes{0x2c, 1, -2, "address size fault"},
    FaultCodes{0x30, 1, no_level, "TLB conflict"},
    FaultCodes{0x31, 1, no_level, "unsupported atomic update of a descriptor"},
    FaultCodes{0x34, 1, no_level, "lockdown fault"},
    FaultCodes{0x35, 1, no_level, "unsupported exclusive or atomic access"},
};

/// The fault status code of an abort, into words.
void decode_fault(u64 code, Syndrome& syndrome) noexcept {
    syndrome.what = "reserved fault status";
    for (const FaultCodes& codes : fault_codes) {
        if (code < codes.first || code >= codes.first + codes.count) continue;
        syndrome.what = codes.what;
        if (codes.first_level)
            syndrome.level = *codes.first_level + static_cast<int>(code - codes.first);
    }
}

/// How a Data Abort or a Watchpoint came to use its address. A cache operation counts as a write.
constexpr std::string_view data_access(Esr esr) noexcept {
    if (esr[Esr::cache_operation]) return "cache maintenance of";
    return esr[Esr::write] ? "write to" : "read from";
}

} // namespace

Syndrome decode(Esr esr) noexcept {
    using enum ExceptionClass;
    const ExceptionClass ec = esr[Esr::ec];
    Syndrome syndrome{.what = name(ec)};
    const bool instruction_abort = ec == InstructionAbortLower || ec == InstructionAbortSame;
    const bool data_abort = ec == DataAbortLower || ec == DataAbortSame;
    if (instruction_abort || data_abort) {
        decode_fault(esr[Esr::fault_status], syndrome);
        syndrome.access = data_abort ? data_access(esr) : "fetch from";
        syndrome.far_valid = !esr[Esr::far_not_valid];
    } else if (ec == WatchpointLower || ec == WatchpointSame) {
        syndrome.access = data_access(esr);
    } else if (ec == PcAlignment) {
        syndrome.access = "jump to";
    } else if (ec == Svc64 || ec == Hvc64 || ec == Smc64 || ec == Brk64) {
        syndrome.immediate = esr[Esr::immediate];
    }
    return syndrome;
}

void describe(TextOut out, const Syndrome& syndrome, u64 far) noexcept {
    if (!syndrome.access.empty() && syndrome.far_valid)
        format(out, "{} {:#018x}: ", syndrome.access, far);
    else if (!syndrome.access.empty())
        format(out, "{} an unknown address: ", syndrome.access);
    out.write(syndrome.what);
    if (syndrome.level) format(out, ", level {}", *syndrome.level);
    if (syndrome.immediate) format(out, " {:#x}", *syndrome.immediate);
}

} // namespace k::arch
