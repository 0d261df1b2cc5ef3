/// \file
/// Everything that there is: each slot in use, and so each object.
#pragma once

#include "base/fixed_vector.hpp"
#include "lifecycle/kernel_objects.hpp"
#include "object/tcb.hpp"

#include <algorithm>

namespace k::invariants {

/// What there is at one moment, between two steps of the kernel.
///
/// Capabilities are in lists (object/derivation.hpp), and boot has put the head of each into the
/// initial CNode. From there a head can be moved, but only to another CNode, and that one has a
/// capability, which is in a list. So a census begins with the initial CNode, follows each list
/// whose head it finds, and looks into each CNode and each thread that the list names.
///
/// What it can miss is what nobody can reach: CNodes that hold each other, and the heads of the
/// lists that they are in. But it misses whole lists only. So whatever was made of an untyped that
/// is in the census is in it, too.
class Census {
  public:
    static constexpr usize room_for_slots = 8192;
    static constexpr usize room_for_holders = 1024; ///< CNodes and threads

    /// Counts everything that there is now.
    void take(const KernelObjects& kernel) noexcept;

    /// Whether there was room for everything. If not, nothing can be said about what is missing.
    [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

    [[nodiscard]] const KernelObjects& kernel() const noexcept { return *kernel_; }

    [[nodiscard]] std::span<const Slot* const> slots() const noexcept { return slots_.items(); }

    /// The first slot of which `matches` is true; nullptr if there is none.
    template <class Matches>
    [[nodiscard]] const Slot* find(Matches matches) const noexcept {
        const auto found =
            std::ranges::find_if(slots(), [&](const Slot* slot) { return matches(*slot); });
        return found == slots().end() ? nullptr : *found;
    }

    /// The same for the first capability to each object of a type, and the capability.
    template <class Object, class Matches>
    [[nodiscard]] const Slot* find_first(Matches matches) const noexcept {
        return find([&](const Slot& slot) {
            const auto cap = slot.cap.as<Object>();
            return cap && is_first(slot) && matches(*cap);
        });
    }

    /// The same for threads.
    template <class Matches>
    [[nodiscard]] const Tcb* find_thread(Matches matches) const noexcept {
        const Slot* const slot =
            find_first<Tcb>([&](const Cap<Tcb>& cap) { return matches(cap.thread()); });
        return slot != nullptr ? &slot->cap.as<Tcb>()->thread() : nullptr;
    }

    /// Whether there is an untyped that covers this address: if nothing that is in the census lies
    /// there, something can be made there.
    [[nodiscard]] bool can_be_used(PhysAddr address) const noexcept;

    /// Whether no capability before this one is to the same object.
    [[nodiscard]] static bool is_first(const Slot& slot) noexcept {
        return slot.previous == nullptr || !same_object(slot.previous->cap, slot.cap);
    }

  private:
    using Slots = std::span<const Slot>;

    void add_list(const Slot& head) noexcept;
    void add_holder(const Capability& cap) noexcept;
    void add_holder(Slots slots) noexcept;

    const KernelObjects* kernel_ = nullptr;
    FixedVector<const Slot*, room_for_slots> slots_{};
    FixedVector<Slots, room_for_holders> holders_{};
    bool is_complete_ = true;
};

} // namespace k::invariants
