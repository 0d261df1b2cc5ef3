#include "base/panic.hpp"

#include "base/assert.hpp"
#include "base/platform.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"

namespace k {

void panic_at(Place place, std::string_view text, std::span<const Argument> arguments) noexcept {
    platform::begin_panic();
    trace::event(trace::Kind::Panic, place.line);
    Console console;
    print("PANIC: ");
    format_arguments(TextOut{console}, text, arguments);
    print("\n  at {}:{}\n", place.file, place.line);
    platform::print_backtrace(CodePosition::of_caller());
    platform::power_off();
}

void assertion_failed(const char* condition, Place place) noexcept {
    const std::array<Argument, 1> list{argument(condition)};
    panic_at(place, "assertion failed: {}", list);
}

} // namespace k
