/// \file
/// What the tables call the numbers of the interface: for people, who read them on a console.
#pragma once

#include "abi/errors.hpp"
#include "abi/faults.hpp"
#include "abi/objects.hpp"

#include <string_view>

namespace k::abi {

[[nodiscard]] constexpr std::string_view name(Error error) noexcept {
    switch (error) {
#define K_ERROR(name, number, words)                                                               \
    case Error::name:                                                                              \
        return #name;
#include "abi/errors.def"
#undef K_ERROR
    }
    return "an error that there is not";
}

[[nodiscard]] constexpr std::string_view name(LookupFailureType failure) noexcept {
    switch (failure) {
#define K_LOOKUP_FAILURE(name, number, words)                                                      \
    case LookupFailureType::name:                                                                  \
        return #name;
#include "abi/lookup_failures.def"
#undef K_LOOKUP_FAILURE
    }
    return "a failure that there is not";
}

[[nodiscard]] constexpr std::string_view name(Fault fault) noexcept {
    switch (fault) {
    case Fault::NullFault: return "no fault";
#define K_FAULT(name, number, words)                                                               \
    case Fault::name:                                                                              \
        return #name;
#include "abi/faults.def"
#undef K_FAULT
    }
    return "a fault that there is not";
}

[[nodiscard]] constexpr std::string_view name(CapabilityType type) noexcept {
    switch (type) {
#define K_CAPABILITY_TYPE(name, number)                                                            \
    case CapabilityType::name:                                                                     \
        return #name;
#include "abi/capability_types.def"
#undef K_CAPABILITY_TYPE
    }
    return "a type that there is not";
}

} // namespace k::abi
