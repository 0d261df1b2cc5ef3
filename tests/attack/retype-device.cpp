/// \file
/// \chapter{08}
/// **Idea:** make a kernel object of a device's memory.
///
/// **Gain:** the kernel keeps its data where a device, or whoever else maps it, reads and writes
/// them: in a CNode there, capabilities can be made from numbers.
///
/// **Why not:** `decode_retype` makes nothing of device memory but pages and smaller untypeds.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 slots_bits = 7;

u64 device_memory() {
    const auto& info = user::boot_info();
    u64 i = 0;
    while (info.untypeds[i].is_device == 0 || info.untypeds[i].size_bits < k::abi::page_bits)
        ++i;
    return info.untyped.begin + i;
}

Gain attempt(World& world) {
    const u64 objects = world.slot(3);
    const Untyped memory{device_memory()};
    attempted(memory.retype(ObjectType::CapTable, slots_bits, {own_cspace, objects}));
    attempted(memory.retype(ObjectType::PageTable, 0, {own_cspace, objects + 1}));
    attempted(memory.retype(ObjectType::Endpoint, 0, {own_cspace, objects + 2}));
    for (u64 i = 0; i < 3; ++i)
        if (!is_empty(objects + i)) return "an object of the kernel's in a device's memory";
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("retype-device", attack::attempt);
}
