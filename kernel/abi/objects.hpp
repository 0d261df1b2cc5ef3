/// \file
/// The kinds of object, their sizes, and the types of capability.
#pragma once

#include "base/types.hpp"

namespace k::abi {

/// What Retype makes; the number is its argument.
enum class ObjectType : u64 {
#define K_OBJECT(name, number, size_bits)    name = (number),
#define K_SCALED_OBJECT(name, number, extra) name = (number),
#include "abi/objects.def"
#undef K_OBJECT
#undef K_SCALED_OBJECT
};

/// How many types there are: they are numbered from 0.
inline constexpr u64 object_types = 0
#define K_OBJECT(name, number, size_bits)    +1
#define K_SCALED_OBJECT(name, number, extra) +1
#include "abi/objects.def"
#undef K_OBJECT
#undef K_SCALED_OBJECT
    ;

/// The size of an object, log2 of bytes.
/// \param given  what the caller of Retype says; it counts for untypeds and CNodes
[[nodiscard]] constexpr u64 size_bits(ObjectType type, u64 given) noexcept {
#define K_OBJECT(name, number, bits)                                                               \
    if (type == ObjectType::name) return bits;
#define K_SCALED_OBJECT(name, number, extra)                                                       \
    if (type == ObjectType::name) return given + (extra);
#include "abi/objects.def"
#undef K_OBJECT
#undef K_SCALED_OBJECT
    return 0;
}

/// What DebugCapIdentify answers.
enum class CapabilityType : u64 {
#define K_CAPABILITY_TYPE(name, number) name = (number),
#include "abi/capability_types.def"
#undef K_CAPABILITY_TYPE
};

} // namespace k::abi
