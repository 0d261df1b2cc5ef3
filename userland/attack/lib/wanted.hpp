/// \file
/// Which attack is meant: what the kernel's command line says behind `fault=`. The device tree has
/// the command line in it.
#pragma once

#include "lib/boot_info.hpp"
#include "lib/print.hpp"
#include "rt/panic.hpp"

#include <span>
#include <string_view>

namespace attack {

/// A thing that must end the program.
struct Fault {
    std::string_view name;
    void (*commit)();
};

/// The device tree as the kernel hands it over: text, as far as these programs care.
inline std::string_view device_tree() {
    return {reinterpret_cast<const char*>(user::first_chunk()), user::boot_info().extra_bytes};
}

/// Commits the one of `faults` that the command line names; it must not come back.
[[noreturn]] inline void commit_wanted(std::span<const Fault> faults) {
    constexpr std::string_view option = "fault=";
    const std::string_view tree = device_tree();
    const auto at = tree.find(option);
    if (at == std::string_view::npos) rt::panic("the command line must say fault=NAME");
    const std::string_view name{&tree[at + option.size()]}; // up to the NUL behind it
    for (const Fault& fault : faults) {
        if (fault.name != name) continue;
        user::print("about to commit {}\n", name);
        fault.commit();
        rt::panic("and nothing happened");
    }
    rt::panic("there is no fault of that name");
}

} // namespace attack
