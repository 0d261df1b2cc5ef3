/// \file
/// What the processor says about a synchronous exception, as a word with named fields.
#pragma once

#include "arch/sysreg.hpp"
#include "base/bitfield.hpp"
#include "base/format.hpp"

#include <optional>
#include <string_view>

namespace k::arch {

/// Why an exception was taken.
enum class ExceptionClass : u8 {
#define K_EXCEPTION_CLASS(name, number, words) name = (number),
#include "arch/exception_classes.def"
#undef K_EXCEPTION_CLASS
};

/// A class in a few words, such as "BRK instruction"; never empty.
[[nodiscard]] std::string_view name(ExceptionClass ec) noexcept;

/// Exception Syndrome Register. What the bits below `il` mean depends on the class.
struct Esr : Bits<Esr> {
    using Bits::Bits;
    static constexpr Field<31, 26, ExceptionClass> ec{};
    static constexpr Bit<25> il{}; ///< the instruction had 32 bits, not 16
    static constexpr Field<24, 0> iss{};

    // "ISS encoding for an exception from a Data Abort"; those of Instruction Aborts and
    // Watchpoints have the same places for what they have in common.
    static constexpr Field<5, 0> fault_status{};
    static constexpr Bit<6> write{};           ///< WnR
    static constexpr Bit<8> cache_operation{}; ///< CM
    static constexpr Bit<10> far_not_valid{};  ///< FnV

    // "ISS encoding for an exception from HVC or SVC instruction execution", SMC and BRK alike.
    static constexpr Field<15, 0, u16> immediate{};
};

static_assert(disjoint(Esr::ec, Esr::il, Esr::iss));

K_SYSTEM_REGISTER(EsrEl1, "esr_el1", Esr);
K_SYSTEM_REGISTER(FarEl1, "far_el1", Plain); ///< Fault Address Register

/// What an ESR says, taken apart into what a sentence is made of.
struct Syndrome {
    std::string_view what;          ///< the fault, or the class where there is no fault
    std::string_view access{};      ///< "read from", "write to" ... what FAR holds; else empty
    bool far_valid = true;          ///< whether FAR does hold it
    std::optional<int> level{};     ///< of the table walk that found the fault
    std::optional<u16> immediate{}; ///< the number in an SVC, HVC, SMC or BRK instruction
};

/// Takes `esr` apart. Any value gives an answer: what the manual reserves is called so.
[[nodiscard]] Syndrome decode(Esr esr) noexcept;

/// Writes what happened, such as "write to 0x0000000000000008: translation fault, level 1".
/// \param far  what FAR_EL1 held
void describe(TextOut out, const Syndrome& syndrome, u64 far) noexcept;

} // namespace k::arch
