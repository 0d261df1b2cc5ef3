// Mistakes that types are there to prevent; scripts/checks/must_not_compile.py reads this file.
#include "base/address.hpp"
#include "base/bitfield.hpp"
#include "base/panic.hpp"
#include "base/print.hpp"
#include "base/result.hpp"

namespace k {

struct Control : Bits<Control> {
    using Bits::Bits;
    static constexpr Field<3, 0> level{};
};

struct Status : Bits<Status> {
    using Bits::Bits;
    static constexpr Bit<0> ready{};
};

Expected<u32, u8> attempt();

} // namespace k

//! a placeholder without an argument: more_placeholders_than_arguments
void f() {
    k::print("{} {}", 1);
}

//! an argument without a placeholder: more_arguments_than_placeholders
void f() {
    k::print("{}", 1, 2);
}

//! text as a hex number: spec_suits_argument
void f() {
    k::print("{:x}", "text");
}

//! zeros in front of text: spec_suits_argument
void f() {
    k::print("{:04}", "text");
}

//! a number as a character: spec_suits_argument
void f() {
    k::print("{:c}", 65);
}

//! a type letter that means nothing: type_is_known
void f() {
    k::print("{:q}", 1);
}

//! a width that is 1 modulo 2 to the 32nd: width_is_sensible
void f() {
    k::print("{:4294967297}", 1);
}

//! a brace that is never closed: closing_brace
void f() {
    k::print("{:x", 1u);
}

//! a brace that was never opened: opening_brace
void f() {
    k::print("} {}", 1);
}

//! a format string that the compiler cannot see: constant expression
void f(const char* text) {
    k::print(text);
}

//! a panic with a wrong message: more_arguments_than_placeholders
void f() {
    k::panic("no placeholder", 1);
}

//! an object that nobody knows how to print: argument
struct Secret {};
void f() {
    k::print("{}", Secret{});
}

//! a field of another word: operator[]
bool f(k::Control control) {
    return control[k::Status::ready];
}

//! a constant too big for its field: assertion_failed
constexpr auto f = k::Control{}.with(k::Control::level, 16);

//! a physical address where a virtual one is due: could not convert
k::VirtAddr f(k::PhysAddr address) {
    return address;
}

//! the sum of two addresses: no match for 'operator+'
auto f(k::PhysAddr a, k::PhysAddr b) {
    return a + b;
}

//! a number where an address is due: could not convert
k::PhysAddr f() {
    return 0x1000;
}

//! a result that nobody looks at: nodiscard
void f() {
    k::attempt();
}

//! a value taken from an error: assertion_failed
constexpr k::u32 f = *k::Expected<k::u32, k::u8>{k::Unexpected{k::u8{1}}};
