/// \file
/// What the kernel keeps in a word or a table, in the model's words. Capabilities of later chapters
/// are taught to it.
#pragma once

#include "object/capability.hpp"
#include "stage.hpp"
#include "world.hpp"
#if SPEC_CHAPTER >= 11
    #include "arch/descriptor.hpp"
    #include "object/asid.hpp"
#endif

namespace spec {

/// By which the model names an object.
Word address_of(const void* object);

Rights rights_of(const k::Capability& cap);

/// A capability of the kernel's, in the model's words. SEMANTICS gives grant of a notification no
/// meaning: the model has it always.
/// \throws std::logic_error if the model does not know it
Capability translated(const k::Capability& cap);

#if SPEC_CHAPTER >= 11

constexpr Word asid_of(k::arch::Asid asid) {
    return static_cast<Word>(asid);
}

/// All that a table leads to.
/// \param first  the address that its first entry covers
void walk(k::PhysAddr table, k::arch::Level level, Word first, VSpace& vspace);

#endif

} // namespace spec
