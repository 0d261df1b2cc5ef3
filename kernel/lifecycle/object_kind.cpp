#include "lifecycle/object_kind.hpp"

#include "object/cnode.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "object/untyped.hpp"

namespace k {

namespace {

constexpr ObjectKind untyped{
    .least_size_bits = abi::min_untyped_bits,
    .may_be_device = true,
    .make =
        [](PhysAddr address, unsigned size_bits, bool is_device) noexcept {
            return Cap<Untyped>::make(address, size_bits, is_device);
        },
};

constexpr ObjectKind endpoint{
    .least_size_bits = 0,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned, bool) noexcept { return Cap<Endpoint>::make(address); },
};

constexpr ObjectKind notification{
    .least_size_bits = 0,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned,
               bool) noexcept { return Cap<Notification>::make(address); },
};

constexpr ObjectKind cap_table{
    .least_size_bits = 1,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned size_bits,
               bool) noexcept { return Cap<CNode>::make(address, size_bits); },
};

} // namespace

std::optional<ObjectKind> object_kind(u64 type) noexcept {
    switch (static_cast<abi::ObjectType>(type)) {
    case abi::ObjectType::Untyped: return untyped;
    case abi::ObjectType::CapTable: return cap_table;
    case abi::ObjectType::Endpoint: return endpoint;
    case abi::ObjectType::Notification: return notification;
    case abi::ObjectType::TCB:
    case abi::ObjectType::HugePage:
    case abi::ObjectType::VSpace:
    case abi::ObjectType::SmallPage:
    case abi::ObjectType::LargePage:
    case abi::ObjectType::PageTable: break; // until the chapters that bring them
    }
    return std::nullopt;
}

} // namespace k
