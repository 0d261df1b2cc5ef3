/// \file
/// How the model names things: by kind and physical address, never by a pointer. The real kernel's
/// state yields the same names, so the two can be compared.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace spec {

using Word = std::uint64_t;
using Words = std::vector<Word>;

/// What has a state of its own. Untyped memory and frames have none: all about them is in their
/// capabilities. An interrupt is named by its number in place of an address.
enum class Kind { CNode, Thread, Endpoint, Notification, PageTable, VSpace, AsidPool, Interrupt };

/// An object. At one address there is at most one object of a kind at a time.
struct Name {
    Kind kind{};
    Word address = 0;

    auto operator<=>(const Name&) const = default;
};

/// A place for a capability: in a CNode, in a thread (\ref ThreadSlot), or in an interrupt (index 0
/// holds the notification that it signals).
struct SlotName {
    Name holder;
    Word index = 0;

    auto operator<=>(const SlotName&) const = default;
};

/// The slots inside a thread.
enum class ThreadSlot : Word { CSpace, VSpace, Buffer, Caller };

inline SlotName slot_of(Name thread, ThreadSlot slot) {
    return {thread, static_cast<Word>(slot)};
}

/// The low \p bits bits, all of them for 64 and more.
constexpr Word low_bits(Word bits) {
    return bits >= 64 ? ~Word{0} : (Word{1} << bits) - 1;
}

} // namespace spec
