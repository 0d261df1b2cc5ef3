#include "boot/demo.hpp"

#include "arch/cpu.hpp"

namespace k::demo {

using namespace std::string_view_literals;

namespace {

/// \pre level < 10
constexpr char digit(unsigned level) noexcept {
    return static_cast<char>('0' + level);
}

} // namespace

void run(const dev::Pl011& console, unsigned entered_at) noexcept {
    console.write("Hello from Tessera, at EL"sv);
    console.put(digit(arch::current_el()));
    console.write(" (entered at EL"sv);
    console.put(digit(entered_at));
    console.write(").\n"sv);
}

} // namespace k::demo
