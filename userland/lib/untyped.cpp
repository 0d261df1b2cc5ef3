#include "lib/untyped.hpp"

namespace user {

Status Untyped::retype(k::abi::ObjectType type, u64 size_bits, Window window) const noexcept {
    return status_of(seL4_Untyped_Retype(cptr(), static_cast<seL4_Word>(type), size_bits,
                                         window.node.cptr(), 0, 0, window.first, window.count));
}

} // namespace user
