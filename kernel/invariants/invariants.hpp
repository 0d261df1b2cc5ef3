/// \file
/// The invariants that take more than a look at one thing, by name.
#pragma once

#include "invariants/census.hpp"

namespace k::invariants {

/// What a predicate has found: nothing wrong, or where.
struct Verdict {
    const void* culprit = nullptr; ///< the slot or the object with which something is wrong
    /// Which part of the predicate breaks, if it has parts. Not the default: that has no characters
    /// to point to.
    std::string_view why = ""; // NOLINT(readability-redundant-string-init)

    [[nodiscard]] bool holds() const noexcept { return culprit == nullptr; }
};

// Memory: invariants/memory.cpp

/// Neighbours in a list know each other, and all that must hold of a single slot does.
[[nodiscard]] Verdict derivation_tree_is_well_formed(const Census& census) noexcept;
/// Objects are aligned, do not overlap, and lie below the watermarks of the untypeds they are in.
[[nodiscard]] Verdict untyped_memory_is_used_once(const Census& census) noexcept;
/// What dies is emptied from the end, and the graves are as many as have been counted.
[[nodiscard]] Verdict dying_objects_are_in_order(const Census& census) noexcept;

// Address spaces: invariants/mappings.cpp

/// Who has an identifier is a VSpace, and has a pool. Both have capabilities.
[[nodiscard]] Verdict address_spaces_are_backed(const Census& census) noexcept;
/// Where there is a mapping or a table, there is a capability that knows of it and permits it.
[[nodiscard]] Verdict live_mappings_are_backed(const Census& census) noexcept;

// Threads: invariants/threads.cpp

/// Each thread that can run is the current one, or in the ready queue of its priority.
[[nodiscard]] Verdict ready_queues_hold_the_runnable(const Census& census) noexcept;
/// Who waits is in the queue of what it waits for, and there is nobody else.
[[nodiscard]] Verdict queues_agree_with_states(const Census& census) noexcept;
[[nodiscard]] Verdict signals_are_pending_or_awaited(const Census& census) noexcept;
/// A notification and the thread that is bound to it know each other.
[[nodiscard]] Verdict bindings_are_mutual(const Census& census) noexcept;
/// Who waits for an answer can be answered by one other slot at most, and nobody else can.
[[nodiscard]] Verdict replies_are_unique_and_awaited(const Census& census) noexcept;
[[nodiscard]] Verdict faults_wait_for_a_handler(const Census& census) noexcept;
/// Whose registers are in the processor is there to get them back.
[[nodiscard]] Verdict fpu_owner_is_a_thread(const Census& census) noexcept;

struct Predicate {
    std::string_view name;
    Verdict (*examine)(const Census& census) noexcept;
};

/// One of a name for each of the above.
inline constexpr std::array predicates{
    Predicate{"the derivation tree is well formed", derivation_tree_is_well_formed},
    Predicate{"untyped memory is used once", untyped_memory_is_used_once},
    Predicate{"dying objects are in order", dying_objects_are_in_order},
    Predicate{"address spaces are backed", address_spaces_are_backed},
    Predicate{"live mappings are backed", live_mappings_are_backed},
    Predicate{"ready queues hold the runnable", ready_queues_hold_the_runnable},
    Predicate{"queues agree with states", queues_agree_with_states},
    Predicate{"signals are pending or awaited", signals_are_pending_or_awaited},
    Predicate{"bindings are mutual", bindings_are_mutual},
    Predicate{"replies are unique and awaited", replies_are_unique_and_awaited},
    Predicate{"faults wait for a handler", faults_wait_for_a_handler},
    Predicate{"the owner of the FPU is a thread", fpu_owner_is_a_thread},
};

using Verdicts = std::array<Verdict, predicates.size()>;

/// What each predicate says of the kernel's objects as they are now. The debugger calls this, too.
/// \return in the order of `predicates`; nothing if there are more objects than a census can hold
[[nodiscard]] const Verdicts* examine(const KernelObjects& kernel) noexcept;

/// Panics with the name of the first predicate that does not hold, and the object that breaks it.
/// \return false if there are more objects than a census can hold: then nothing has been looked at
[[nodiscard]] bool check_everything(const KernelObjects& kernel) noexcept;

} // namespace k::invariants
