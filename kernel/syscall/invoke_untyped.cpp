/// \file
/// The methods of untyped memory. seL4 manual, "seL4_Untyped_Retype".
#include "abi/invocations.hpp"
#include "lifecycle/retype.hpp"
#include "syscall/invocation.hpp"
#include "syscall/lookup.hpp"

namespace k {

namespace {

using abi::Error;
using Arguments = abi::args::UntypedRetype;

/// log2 of the bytes of one of the objects.
u64 object_bits(const Arguments& arguments) noexcept {
    return abi::size_bits(abi::ObjectType{arguments.type()}, arguments.size_bits());
}

/// What is to be made, if there is such a thing in such a size.
Result<ObjectKind> decode_kind(const Arguments& arguments) noexcept {
    const auto kind = object_kind(arguments.type());
    if (!kind) return fail(Error::InvalidArgument, 0);
    if (arguments.size_bits() >= abi::word_bits || object_bits(arguments) > abi::max_untyped_bits)
        return fail(Error::RangeError, 0, abi::max_untyped_bits);
    if (arguments.size_bits() < kind->least_size_bits) return fail(Error::InvalidArgument, 1);
    return *kind;
}

/// The CNode whose slots the capabilities go to: `root` itself, or one found from there.
Result<Cap<CNode>> decode_destination(const Capability& root, const Arguments& arguments) noexcept {
    Capability cap = root;
    if (arguments.node_depth() != 0)
        cap = K_TRY(lookup_argument(root, arguments.node_index(), arguments.node_depth(),
                                    LookupOf::Destination))
                  ->cap;
    const auto cnode = cap.as<CNode>();
    if (!cnode)
        return fail(LookupFailure::missing_capability(arguments.node_depth()),
                    LookupOf::Destination);
    return *cnode;
}

/// The slots that the capabilities go to, all of them empty.
Result<std::span<Slot>> decode_window(const Cap<CNode>& cnode,
                                      const Arguments& arguments) noexcept {
    const std::span<Slot> slots = cnode.slots();
    const u64 offset = arguments.node_offset();
    const u64 count = arguments.num_objects();
    if (offset > slots.size() - 1) return fail(Error::RangeError, 0, slots.size() - 1);
    if (count < 1 || count > abi::retype_fan_out)
        return fail(Error::RangeError, 1, abi::retype_fan_out);
    if (count > slots.size() - offset) return fail(Error::RangeError, 1, slots.size() - offset);
    const auto window = slots.subspan(offset, count);
    if (!std::ranges::all_of(window, &Slot::is_empty)) return fail(Error::DeleteFirst);
    return window;
}

Result<Retype> decode_retype(const Invocation& invocation) noexcept {
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const Capability& root = invocation.extra_cap(Arguments::root);

    const ObjectKind kind = K_TRY(decode_kind(arguments));
    const auto cnode = K_TRY(decode_destination(root, arguments));
    const auto window = K_TRY(decode_window(cnode, arguments));

    Slot& slot = *invocation.slot;
    const auto untyped = *slot.cap.as<Untyped>();
    const auto bits = static_cast<unsigned>(object_bits(arguments));
    const u64 free = untyped.bytes() - free_begin(slot);
    // Rounding up to where an object may begin loses no room for one: both ends are multiples.
    if (free >> bits < window.size()) return fail(Error::NotEnoughMemory, free);
    if (untyped.is_device() && !kind.may_be_device) return fail(Error::InvalidArgument, 1);
    return Retype{&slot, kind, static_cast<unsigned>(arguments.size_bits()), bits, window};
}

} // namespace

Result<Progress> invoke_untyped(const Invocation& invocation) noexcept {
    if (invocation.message.label() != abi::label::UntypedRetype)
        return fail(Error::IllegalOperation);
    return perform(K_TRY(decode_retype(invocation)));
}

} // namespace k
