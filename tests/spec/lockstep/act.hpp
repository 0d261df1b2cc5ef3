/// \file
/// What an event is made up of.
#pragma once

#include <array>
#include <cstdint>

namespace spec {

/// Numbers that are reduced to what there is when the event happens. So taking events away before
/// it leaves one that makes sense, which is what lets a short program be found.
struct Act {
    std::array<std::uint16_t, 16> numbers{};

    bool operator==(const Act&) const = default;
};

} // namespace spec
