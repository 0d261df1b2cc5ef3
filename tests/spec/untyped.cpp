/// \file
/// Retype. SEMANTICS 5; seL4 manual, "Dynamic Memory Management".
#include "cspace.hpp"
#include "derivation.hpp"
#include "invocation.hpp"

namespace spec {

namespace {

/// Type numbers. ABI.md, "Object types and sizes".
enum class Type : Word {
    Untyped,
    Thread,
    Endpoint,
    Notification,
    CNode,
    HugePage,
    VSpace,
    SmallPage,
    LargePage,
    PageTable,
    End,
};

/// Retype's argument words by name.
struct Request {
    Type type;
    Word size_bits;
    Word node_index;
    Word node_depth;
    Word offset;
    Word count;
};

/// log2 of the object's size in bytes.
Word bits_of(Type type, Word size_bits) {
    constexpr std::array<Word, 10> fixed{0, 11, 4, 5, 0, 30, 12, 12, 21, 12}; // in Type's order
    if (type == Type::Untyped) return size_bits;
    return type == Type::CNode ? size_bits + 5 : fixed.at(static_cast<std::size_t>(type));
}

bool is_frame(Type type) {
    return type == Type::SmallPage || type == Type::LargePage || type == Type::HugePage;
}

void check_type(const Request& request) {
    if (request.type >= Type::End) throw Refusal{InvalidArgument, {0}};
    if (request.size_bits >= 64 || bits_of(request.type, request.size_bits) > 47) {
        throw Refusal{RangeError, {0, 47}};
    }
    if (request.type == Type::CNode && request.size_bits == 0) throw Refusal{InvalidArgument, {1}};
    if (request.type == Type::Untyped && request.size_bits < 4) throw Refusal{InvalidArgument, {1}};
}

/// The CNode that receives the capabilities. "node_depth 0: the root capability itself is the
/// destination CNode. Otherwise node_index at node_depth names the slot that holds its capability."
Name destination(const World& world, const Capability& root, const Request& request) {
    const Capability node = request.node_depth == 0
                                ? root
                                : capability_in(world, target(world, root, request.node_index,
                                                              request.node_depth, false));
    const auto* cnode = std::get_if<CNodeCap>(&node);
    if (cnode == nullptr) throw failed_lookup(false, {MissingCapability, {request.node_depth}});
    return cnode->cnode;
}

void check_window(const World& world, Name cnode, const Request& request) {
    const Word slots = Word{1} << world.cnodes.at(cnode).radix;
    if (request.offset > slots - 1) throw Refusal{RangeError, {0, slots - 1}};
    if (request.count < 1 || request.count > 256) throw Refusal{RangeError, {1, 256}};
    if (request.count > slots - request.offset) {
        throw Refusal{RangeError, {1, slots - request.offset}};
    }
    for (Word i = 0; i < request.count; ++i) {
        if (occupied(world, {cnode, request.offset + i})) throw Refusal{DeleteFirst};
    }
}

/// Where the first object will lie, in bytes from the untyped's start.
Word room_for(const UntypedCap& untyped, const Request& request) {
    const Word bits = bits_of(request.type, request.size_bits);
    const Word free = (Word{1} << untyped.bits) - untyped.watermark;
    if (free >> bits < request.count) throw Refusal{NotEnoughMemory, {free}};
    if (untyped.device && !is_frame(request.type) && request.type != Type::Untyped) {
        throw Refusal{InvalidArgument, {1}};
    }
    return (untyped.watermark + low_bits(bits)) & ~low_bits(bits);
}

/// "New TCB: … domain of the running thread …"; the rest is how a Thread begins.
Capability new_thread(World& world, Word address, Name caller) {
    const Name name{Kind::Thread, address};
    world.threads[name].domain = world.threads.at(caller).domain;
    return ThreadCap{name};
}

/// Makes the object and the capability to it. "New endpoint and notification: badge 0, all rights.
/// New CNode: guard size 0. New frame: read-write."
Capability make(World& world, const Request& request, Word address, bool device, Name caller) {
    const Word bits = bits_of(request.type, request.size_bits);
    switch (request.type) {
    case Type::Untyped: return UntypedCap{address, bits, device, 0};
    case Type::Thread: return new_thread(world, address, caller);
    case Type::Endpoint:
        world.endpoints[{Kind::Endpoint, address}] = {};
        return EndpointCap{{Kind::Endpoint, address}, 0, Rights{}};
    case Type::Notification:
        world.notifications[{Kind::Notification, address}] = {};
        return NotificationCap{{Kind::Notification, address}, 0, Rights{}};
    case Type::CNode:
        world.cnodes[{Kind::CNode, address}] = {request.size_bits};
        return CNodeCap{{Kind::CNode, address}};
    case Type::VSpace:
        world.vspaces[{Kind::VSpace, address}] = {};
        return VSpaceCap{{Kind::VSpace, address}, {}};
    case Type::PageTable: return PageTableCap{{Kind::PageTable, address}, {}};
    case Type::SmallPage:
    case Type::LargePage:
    case Type::HugePage:
    case Type::End: break;
    }
    return FrameCap{address, bits, device, Access::ReadWrite, {}};
}

} // namespace

Words invoke_untyped(World& world, const Invocation& call, const UntypedCap& untyped) {
    if (call.method != Method::UntypedRetype) throw Refusal{IllegalOperation};
    call.needs(6, 1);
    const Request request{Type(call.words[0]), call.words[1], call.words[2],
                          call.words[3],       call.words[4], call.words[5]};
    check_type(request);
    const Name cnode = destination(world, call.arguments[0].capability, request);
    check_window(world, cnode, request);
    const Word start = room_for(untyped, request);

    const Word size = Word{1} << bits_of(request.type, request.size_bits);
    for (Word i = 0; i < request.count; ++i) {
        const Word address = untyped.address + start + i * size;
        const Capability made = make(world, request, address, untyped.device, call.caller);
        insert_original(world, {cnode, request.offset + i}, made, call.slot);
    }
    Slot& used = world.slots.at(call.slot);
    std::get<UntypedCap>(used.capability).watermark = start + request.count * size;
    return {};
}

} // namespace spec
