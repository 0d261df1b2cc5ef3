/// \file
/// What the kernel at hand has: told by its files, so that a chapter that is being written counts.
#pragma once

#if __has_include("object/fault.hpp")
    #define SPEC_CHAPTER 16
#elif __has_include("ipc/notification.hpp")
    #define SPEC_CHAPTER 15
#elif __has_include("ipc/reply.hpp")
    #define SPEC_CHAPTER 14
#elif __has_include("ipc/rendezvous.hpp")
    #define SPEC_CHAPTER 13
#elif __has_include("sched/scheduler.hpp")
    #define SPEC_CHAPTER 12
#elif __has_include("object/frame.hpp")
    #define SPEC_CHAPTER 11
#else
    #define SPEC_CHAPTER 10
#endif

namespace spec {

/// The chapter whose kernel this is, or is becoming: it decides what may be called.
constexpr int chapter = SPEC_CHAPTER;

} // namespace spec
