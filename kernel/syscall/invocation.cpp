#include "syscall/invocation.hpp"

namespace k {

Result<Ok> require(const Invocation& invocation, usize words, usize caps) noexcept {
    if (invocation.message.length() < words || invocation.extra_slots.size() < caps)
        return fail(abi::Error::TruncatedMessage);
    return Ok{};
}

Result<Progress> invoke(const Invocation& invocation) noexcept {
    switch (invocation.slot->cap.type()) {
    case CapType::Null: return fail(abi::Error::InvalidCapability, 0);
    case CapType::Untyped: return invoke_untyped(invocation);
    case CapType::CNode: break; // its methods come with chapter 09
    }
    return fail(abi::Error::IllegalOperation);
}

} // namespace k
