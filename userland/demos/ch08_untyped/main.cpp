// Chapter 08: what there is to begin with, what can be made of it, and when the kernel says no.
#include "abi/invocations.hpp"
#include "abi/objects.hpp"
#include "lib/clock.hpp"
#include "lib/error.hpp"
#include "lib/print.hpp"

#include <initializer_list>
#include <sel4/sel4.h>

namespace {

using k::u64;
using k::abi::Error;
using k::abi::LookupFailureType;
using k::abi::ObjectType;
using user::counts_per_second;
using user::print;
using user::virtual_count;

constexpr u64 cap_table = u64(ObjectType::CapTable);
constexpr u64 working_bits = 16; // log2 of the bytes that are shared out below
constexpr u64 cleared_bits = 24; // and at least of those that are cleared for it

/// The next slot that is free: what is made here stays.
u64 next_slot = 0;

/// A message to an untyped, which asks it for one thing or another.
struct Request {
    seL4_CPtr untyped;
    u64 type = u64(ObjectType::Untyped);
    u64 size_bits = k::abi::min_untyped_bits;
    u64 node_index = 0;
    u64 node_depth = 0;
    u64 node_offset = next_slot;
    u64 num_objects = 1;
    seL4_CPtr root = seL4_CapInitThreadCNode;

    u64 label = k::abi::label::UntypedRetype;
    u64 words = 6;
    u64 caps = 1;
};

/// The answer: an error, perhaps NoError, and words that are now in the IPC buffer.
struct Answer {
    Error error;
    u64 words;
};

Answer send(const Request& request) {
    int word = 0;
    for (const u64 value : {request.type, request.size_bits, request.node_index, request.node_depth,
                            request.node_offset, request.num_objects})
        seL4_SetMR(word++, value);
    seL4_SetCap(0, request.root);
    const seL4_MessageInfo_t info = seL4_Call(
        request.untyped, seL4_MessageInfo_new(request.label, 0, request.caps, request.words));
    return {Error{seL4_MessageInfo_get_label(info)}, seL4_MessageInfo_get_length(info)};
}

/// Sends a request that must succeed.
void make(const Request& request) {
    const auto [error, words] = send(request);
    if (error != Error::NoError) print("unexpected: {}\n", name(error));
    next_slot += request.num_objects;
}

// --- What there is ------------------------------------------------------------------------------

/// Whether the pieces are what the kernel promises: ascending, aligned to their sizes, none upon
/// another.
bool in_order(const seL4_UntypedDesc* pieces, u64 count) {
    u64 reached = 0;
    for (u64 i = 0; i < count; ++i) {
        const u64 bytes = k::bit(pieces[i].sizeBits);
        if (pieces[i].paddr < reached || pieces[i].paddr % bytes != 0) return false;
        reached = pieces[i].paddr + bytes;
    }
    return true;
}

void show(const char* what, const seL4_UntypedDesc* pieces, u64 count) {
    u64 bytes = 0;
    for (u64 i = 0; i < count; ++i)
        bytes += k::bit(pieces[i].sizeBits);
    print("{}: {} KiB, pieces {} and apart\n", what, bytes / 1024,
          in_order(pieces, count) ? "aligned" : "NOT ALIGNED");
}

u64 count_devices(const seL4_BootInfo& info, u64 untypeds) {
    u64 devices = 0;
    while (devices < untypeds && info.untypedList[devices].isDevice != 0)
        ++devices;
    return devices;
}

/// The memory untyped that is the smallest of those that take a while to clear.
seL4_CPtr find_memory(const seL4_BootInfo& info, u64 devices, u64 untypeds) {
    u64 best = untypeds;
    for (u64 i = devices; i < untypeds; ++i) {
        const auto bits = info.untypedList[i].sizeBits;
        if (bits >= cleared_bits && (best == untypeds || bits < info.untypedList[best].sizeBits))
            best = i;
    }
    return info.untyped.start + best;
}

/// Makes the untyped that all the rest is made of; before that the kernel has to clear what it
/// comes from. It lets interrupts in meanwhile.
void make_first(seL4_CPtr untyped) {
    const u64 begin = virtual_count();
    make({.untyped = untyped, .size_bits = working_bits});
    const u64 microseconds = (virtual_count() - begin) * 1'000'000 / counts_per_second();
    print("the first Retype cleared its untyped in {} us\n", microseconds);
    seL4_DebugSnapshot();
}

// --- What can be made of it ---------------------------------------------------------------------

/// How many bytes are free in an untyped: it says so when it is asked for more than there can be.
u64 free_bytes(seL4_CPtr untyped) {
    (void)send({.untyped = untyped, .size_bits = k::abi::max_untyped_bits});
    return seL4_GetMR(0);
}

std::string_view type_name(seL4_CPtr cptr) {
    switch (static_cast<k::abi::CapabilityType>(seL4_DebugCapIdentify(cptr))) {
#define K_CAPABILITY_TYPE(name, number)                                                            \
    case k::abi::CapabilityType::name:                                                             \
        return #name;
#include "abi/capability_types.def"
#undef K_CAPABILITY_TYPE
    }
    return "?";
}

/// Makes objects, and shows one and what is left.
void row(seL4_CPtr untyped, ObjectType type, u64 size_bits, u64 count) {
    const u64 first = next_slot;
    make({.untyped = untyped, .type = u64(type), .size_bits = size_bits, .num_objects = count});
    print("  {:>3} x {:<7} of {:>5} bytes, {:>5} bytes left\n", count, type_name(first),
          k::bit(k::abi::size_bits(type, size_bits)), free_bytes(untyped));
}

void show_object_table(seL4_CPtr untyped) {
    print("made of an untyped of {} bytes:\n", free_bytes(untyped));
    row(untyped, ObjectType::Untyped, 4, 1);
    row(untyped, ObjectType::CapTable, 4, 3);
    row(untyped, ObjectType::Untyped, 12, 2);
    row(untyped, ObjectType::CapTable, 8, 1);
    row(untyped, ObjectType::Untyped, 14, 1);
}

/// One CNode after the other, for as long as there is memory.
void exhaust(seL4_CPtr untyped) {
    u64 made = 0;
    const auto one_more = [&] {
        return send({.untyped = untyped, .type = cap_table, .size_bits = 5});
    };
    while (one_more().error == Error::NoError) {
        ++next_slot;
        ++made;
    }
    print("  {:>3} x CNode   of  1024 bytes, {:>5} bytes left: exhausted\n", made,
          free_bytes(untyped));
}

// --- When the kernel says no --------------------------------------------------------------------

/// Sends a request that must fail, and shows how: the error, and the words that explain it.
void refused(const char* why, const Request& request) {
    const auto [error, words] = send(request);
    print("  {:<34} {}", why, name(error));
    for (u64 i = 0; i < words; ++i) {
        const u64 word = seL4_GetMR(static_cast<int>(i));
        if (error == Error::FailedLookup && i == 1)
            print(" {}", name(LookupFailureType{word}));
        else
            print(" {}", word);
    }
    print("\n");
}

/// What cannot be asked for at all, or not in that size.
void ask_for_the_impossible(seL4_CPtr memory, u64 empty) {
    refused("a method that there is not", {.untyped = memory, .label = 2});
    refused("an empty slot", {.untyped = empty});
    refused("five words", {.untyped = memory, .words = 5});
    refused("no root", {.untyped = memory, .caps = 0});
    refused("type 10", {.untyped = memory, .type = 10});
    refused("2^48 bytes", {.untyped = memory, .size_bits = 48});
    refused("2^43 slots", {.untyped = memory, .type = cap_table, .size_bits = 43});
    refused("8 bytes", {.untyped = memory, .size_bits = 3});
    refused("a CNode of one slot", {.untyped = memory, .type = cap_table, .size_bits = 0});
}

/// Paths and slots where nothing can be put.
void point_elsewhere(seL4_CPtr memory, seL4_CPtr device, u64 empty) {
    refused("a root that is no CNode", {.untyped = memory, .node_depth = 64, .root = device});
    refused("a path of 65 bits", {.untyped = memory, .node_depth = 65});
    refused("a path of 63 bits", {.untyped = memory, .node_depth = 63});
    refused("a path through the wrong guard",
            {.untyped = memory, .node_index = k::bit(63), .node_depth = 64});
    refused("an untyped as destination",
            {.untyped = memory, .node_index = device, .node_depth = 64});
    refused("an empty slot as destination", {.untyped = memory, .root = empty});
    refused("slot 8192", {.untyped = memory, .node_offset = 8192});
    refused("no objects", {.untyped = memory, .num_objects = 0});
    refused("257 objects", {.untyped = memory, .num_objects = 257});
    refused("two objects in the last slot",
            {.untyped = memory, .node_offset = 8191, .num_objects = 2});
    refused("a slot that is not empty",
            {.untyped = memory, .node_offset = seL4_CapInitThreadCNode});
}

void show_refusals(seL4_CPtr memory, seL4_CPtr device) {
    const u64 empty = next_slot + 1;
    print("refused:\n");
    ask_for_the_impossible(memory, empty);
    point_elsewhere(memory, device, empty);
    refused("more than there is", {.untyped = memory});
    refused("a CNode in a device", {.untyped = device, .type = cap_table, .size_bits = 1});
}

} // namespace

int main() {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    const u64 untypeds = info.untyped.end - info.untyped.start;
    const u64 devices = count_devices(info, untypeds);
    next_slot = info.empty.start;

    show("device memory", info.untypedList, devices);
    show("memory", info.untypedList + devices, untypeds - devices);

    const seL4_CPtr memory = next_slot;
    make_first(find_memory(info, devices, untypeds));
    show_object_table(memory);
    exhaust(memory);
    show_refusals(memory, info.untyped.start);
    print("[ch08] OK\n");
    return 0;
}
