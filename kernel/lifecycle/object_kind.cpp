#include "lifecycle/object_kind.hpp"

#include "object/cnode.hpp"
#include "object/endpoint.hpp"
#include "object/frame.hpp"
#include "object/notification.hpp"
#include "object/page_table.hpp"
#include "object/tcb.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"

namespace k {

namespace {

/// A thread is the one kind of object that does not begin as zeros alone.
Capability make_tcb(PhysAddr address) noexcept {
    const Capability cap = Cap<Tcb>::make(address);
    Tcb& thread = cap.as<Tcb>()->thread();
    thread.context.pstate = arch::Spsr::of_new_thread();
    thread.ticks_left = ticks_in_slice;
    return cap;
}

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

constexpr ObjectKind tcb{
    .least_size_bits = 0,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned, bool) noexcept { return make_tcb(address); },
};

template <arch::PageSize Size>
constexpr ObjectKind frame{
    .least_size_bits = 0,
    .may_be_device = true,
    .make = [](PhysAddr address, unsigned,
               bool is_device) noexcept { return Cap<Frame>::make(address, Size, is_device); },
};

constexpr ObjectKind page_table{
    .least_size_bits = 0,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned, bool) noexcept { return Cap<PageTable>::make(address); },
};

constexpr ObjectKind vspace{
    .least_size_bits = 0,
    .may_be_device = false,
    .make = [](PhysAddr address, unsigned, bool) noexcept { return Cap<VSpace>::make(address); },
};

} // namespace

std::optional<ObjectKind> object_kind(u64 type) noexcept {
    switch (static_cast<abi::ObjectType>(type)) {
    case abi::ObjectType::Untyped: return untyped;
    case abi::ObjectType::CapTable: return cap_table;
    case abi::ObjectType::Endpoint: return endpoint;
    case abi::ObjectType::Notification: return notification;
    case abi::ObjectType::HugePage: return frame<arch::PageSize::Huge>;
    case abi::ObjectType::LargePage: return frame<arch::PageSize::Large>;
    case abi::ObjectType::SmallPage: return frame<arch::PageSize::Small>;
    case abi::ObjectType::PageTable: return page_table;
    case abi::ObjectType::VSpace: return vspace;
    case abi::ObjectType::TCB: return tcb;
    }
    return std::nullopt;
}

} // namespace k
