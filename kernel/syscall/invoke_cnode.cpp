/// \file
/// The methods of CNodes: what can be done with capabilities. seL4 manual, "seL4_CNode_Copy" and
/// those around it.
#include "abi/invocations.hpp"
#include "ipc/rendezvous.hpp"
#include "object/derive.hpp"
#include "object/endpoint.hpp"
#include "syscall/invocation.hpp"
#include "syscall/lookup.hpp"

namespace k {

namespace {

using abi::Error;
namespace args = abi::args;

/// Where a capability comes from and goes to.
struct Way {
    Slot* source;
    Slot* destination;
};

Result<Progress> perform(const Way& way, Capability cap) noexcept {
    move(*way.source, *way.destination);
    way.destination->cap = cap;
    return Progress::Done;
}

Result<Slot*> find_destination(const Invocation& invocation) noexcept {
    using Arguments = args::CNodeDelete; // all methods begin with these two words
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    return lookup_argument(invocation.slot->cap, arguments.index(), arguments.depth(),
                           LookupOf::Destination);
}

Result<Ok> require_capability(const Slot& slot, u64 depth, LookupOf side) noexcept {
    if (slot.is_empty()) return fail(LookupFailure::missing_capability(depth), side);
    return Ok{};
}

/// The way of Copy, Mint, Move and Mutate, whose messages begin alike.
/// \param length  how many words the message has to have in all, which is asked last
Result<Way> find_way(const Invocation& invocation, u64 length) noexcept {
    using Arguments = args::CNodeMove;
    Slot* const destination = K_TRY(find_destination(invocation));
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    if (!destination->is_empty()) return fail(Error::DeleteFirst);

    const Arguments arguments{invocation.message.words()};
    Slot* const source =
        K_TRY(lookup_argument(invocation.extra_cap(Arguments::src_root), arguments.src_index(),
                              arguments.src_depth(), LookupOf::Source));
    K_TRY(require_capability(*source, arguments.src_depth(), LookupOf::Source));
    K_TRY(require(invocation, length));
    return Way{source, destination};
}

Result<Progress> copy(const Way& way, u64 mask, std::optional<u64> data) noexcept {
    const auto plan = copy_of(*way.source, *way.destination, Rights{mask}, data);
    if (!plan) return fail(plan.error());
    perform(*plan);
    return Progress::Done;
}

Result<Progress> invoke_copy(const Invocation& invocation) noexcept {
    const args::CNodeCopy arguments{invocation.message.words()};
    const Way way = K_TRY(find_way(invocation, arguments.length));
    return copy(way, arguments.rights(), std::nullopt);
}

Result<Progress> invoke_mint(const Invocation& invocation) noexcept {
    const args::CNodeMint arguments{invocation.message.words()};
    const Way way = K_TRY(find_way(invocation, arguments.length));
    return copy(way, arguments.rights(), arguments.badge());
}

Result<Progress> invoke_move(const Invocation& invocation) noexcept {
    const Way way = K_TRY(find_way(invocation, args::CNodeMove::length));
    return perform(way, way.source->cap);
}

/// What the capability in a slot becomes when it moves on with `data`.
Result<Capability> mutate(const Slot& slot, u64 data) noexcept {
    const auto cap = moved_with_data(slot.cap, data);
    if (!cap) return fail(Error::IllegalOperation);
    return *cap;
}

Result<Progress> invoke_mutate(const Invocation& invocation) noexcept {
    const args::CNodeMutate arguments{invocation.message.words()};
    const Way way = K_TRY(find_way(invocation, arguments.length));
    return perform(way, K_TRY(mutate(*way.source, arguments.badge())));
}

/// The three slots of a Rotate: source to pivot to destination. The last may be the first.
struct Rotation {
    Slot* source;
    Slot* pivot;
    Slot* destination;
};

Result<Rotation> find_rotation(const Invocation& invocation) noexcept {
    using Arguments = args::CNodeRotate;
    Slot* const destination = K_TRY(find_destination(invocation));
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));

    const Arguments arguments{invocation.message.words()};
    Slot* const source =
        K_TRY(lookup_argument(invocation.extra_cap(Arguments::src_root), arguments.src_index(),
                              arguments.src_depth(), LookupOf::Source));
    Slot* const pivot =
        K_TRY(lookup_argument(invocation.extra_cap(Arguments::pivot_root), arguments.pivot_index(),
                              arguments.pivot_depth(), LookupOf::Source));
    if (pivot == source || pivot == destination) return fail(Error::IllegalOperation);
    if (!destination->is_empty() && destination != source) return fail(Error::DeleteFirst);
    K_TRY(require_capability(*source, arguments.src_depth(), LookupOf::Source));
    K_TRY(require_capability(*pivot, arguments.pivot_depth(), LookupOf::Destination));
    return Rotation{source, pivot, destination};
}

Result<Progress> invoke_rotate(const Invocation& invocation) noexcept {
    const args::CNodeRotate arguments{invocation.message.words()};
    const auto [source, pivot, destination] = K_TRY(find_rotation(invocation));
    const Capability to_pivot = K_TRY(mutate(*source, arguments.pivot_badge()));
    const Capability to_destination = K_TRY(mutate(*pivot, arguments.dest_badge()));

    swap(*source, *pivot);
    if (destination != source) move(*source, *destination);
    pivot->cap = to_pivot;
    destination->cap = to_destination;
    return Progress::Done;
}

/// Whether a capability lets its holder take back messages that others have sent.
bool may_cancel(const Capability& cap) noexcept {
    return cap.as<Endpoint>() && cap.rights() == all_rights;
}

Result<Progress> invoke_cancel_badged_sends(const Invocation& invocation) noexcept {
    const Capability& cap = K_TRY(find_destination(invocation))->cap;
    if (!may_cancel(cap)) return fail(Error::IllegalOperation);
    const auto endpoint = *cap.as<Endpoint>();
    if (endpoint.badge() != 0)
        cancel_sends(invocation.kernel.scheduler, endpoint.object(), endpoint.badge());
    return Progress::Done;
}

/// Keeps the right to answer whoever has called last, for later.
Result<Progress> invoke_save_caller(const Invocation& invocation) noexcept {
    Slot& slot = *K_TRY(find_destination(invocation));
    if (!slot.is_empty()) return fail(Error::DeleteFirst);
    Slot& caller = invocation.kernel.scheduler.current()->slot(ThreadSlot::Caller);
    if (!caller.is_empty()) move(caller, slot);
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_cnode(const Invocation& invocation) noexcept {
    KernelObjects& kernel = invocation.kernel;
    switch (invocation.message.label()) {
    case abi::label::CNodeRevoke:
        return kernel.graveyard.revoke(*K_TRY(find_destination(invocation)), kernel);
    case abi::label::CNodeDelete:
        return kernel.graveyard.erase(*K_TRY(find_destination(invocation)), kernel);
    case abi::label::CNodeCancelBadgedSends: return invoke_cancel_badged_sends(invocation);
    case abi::label::CNodeCopy: return invoke_copy(invocation);
    case abi::label::CNodeMint: return invoke_mint(invocation);
    case abi::label::CNodeMove: return invoke_move(invocation);
    case abi::label::CNodeMutate: return invoke_mutate(invocation);
    case abi::label::CNodeRotate: return invoke_rotate(invocation);
    case abi::label::CNodeSaveCaller: return invoke_save_caller(invocation);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
