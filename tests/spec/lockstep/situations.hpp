/// \file
/// What programs must run into, by subject.
#pragma once

#include "moment.hpp"

#include <span>

namespace spec {

/// Something that programs must run into, or they are no good.
struct Situation {
    int since; ///< the chapter that makes it possible
    const char* name;
    bool (*here)(const Moment& moment);
};

std::span<const Situation> memory_situations();
std::span<const Situation> threads_situations();
std::span<const Situation> messages_situations();
std::span<const Situation> faults_situations();

} // namespace spec
