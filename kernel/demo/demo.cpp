#include "boot/demo.hpp"

#include "base/panic.hpp"
#include "base/print.hpp"
#include "base/result.hpp"

#include <array>
#include <limits>

namespace k::demo {

namespace {

/// A row of the table: an integer type and its limits.
struct IntegerType {
    std::string_view name;
    u32 bits;
    i64 least;
    u64 greatest;
};

template <class T>
constexpr IntegerType integer_type(std::string_view name) noexcept {
    using Limits = std::numeric_limits<T>;
    return {name, sizeof(T) * 8, Limits::min(), Limits::max()};
}

/// A constant table that holds addresses (of the names): it is right only if the image has been
/// relocated to where it was loaded.
constexpr std::array integer_types{
    integer_type<std::int8_t>("i8"),   integer_type<std::uint8_t>("u8"),
    integer_type<std::int16_t>("i16"), integer_type<std::uint16_t>("u16"),
    integer_type<std::int32_t>("i32"), integer_type<u32>("u32"),
    integer_type<i64>("i64"),          integer_type<u64>("u64"),
};

void print_integer_types() noexcept {
    print("| {:<4} | {:^4} | {:>20} | {:>20} | {:>18} |\n", "type", "bits", "least", "greatest",
          "greatest, in hex");
    print("|{:-<6}|{:-^6}|{:->22}|{:->22}|{:->20}|\n", "", "", "", "", "");
    for (const auto& [name, bits, least, greatest] : integer_types)
        print("| {:<4} | {:^4} | {:>20} | {:>20} | {:#018x} |\n", name, bits, least, greatest,
              greatest);
}

enum class DigitError : u8 { NotADigit };

constexpr Expected<u32, DigitError> digit(char character) noexcept {
    if (character < '0' || character > '9') return Unexpected{DigitError::NotADigit};
    return static_cast<u32>(character - '0');
}

/// The sum of two digits, or the error of the first that is none.
constexpr Expected<u32, DigitError> sum(char a, char b) noexcept {
    return K_TRY(digit(a)) + K_TRY(digit(b));
}

void print_sum(char a, char b) noexcept {
    if (const auto result = sum(a, b))
        print("{} + {} = {}\n", a, b, *result);
    else
        print("{} + {} is an error, and an error is a value\n", a, b);
}

} // namespace

void run(const KernelState& state) noexcept {
    print("Tessera was loaded at {} and is at home there.\n\n", state.image.begin);
    print_integer_types();
    print("\n");
    print_sum('3', '4');
    print_sum('3', 'x');
    print("\nSome errors are nobody's value. This one is deliberate:\n");
    panic("the answer is {:d}, {:#x} or {:#b}, but never {}", 42, 42u, 42u, '?');
}

} // namespace k::demo
