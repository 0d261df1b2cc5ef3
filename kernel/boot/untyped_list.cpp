#include "boot/untyped_list.hpp"

#include <bit>

namespace k {

namespace {

/// log2 of bytes of the largest untyped that begins where `range` does and lies within.
u64 largest_piece(PhysRange range) noexcept {
    const auto aligned = static_cast<u64>(std::countr_zero(range.begin.raw()));
    const u64 fits = std::bit_width(range.bytes()) - 1;
    return std::min(aligned, fits);
}

/// A list in memory of somebody else's.
class List {
  public:
    explicit List(std::span<abi::UntypedDescription> room) noexcept : room_{room} {}

    void add(PhysRange range, bool is_device) noexcept {
        while (!range.empty() && count_ < room_.size()) {
            const u64 bits = largest_piece(range);
            room_[count_++] = {range.begin.raw(), static_cast<u8>(bits), is_device, {}};
            range.begin = range.begin + bit(bits);
        }
    }

    [[nodiscard]] std::span<abi::UntypedDescription> items() const noexcept {
        return room_.first(count_);
    }

  private:
    std::span<abi::UntypedDescription> room_;
    usize count_ = 0;
};

/// Whether a program may have it. Nobody needs the root task's file any more.
bool is_free(const Region& region) noexcept {
    return region.use == Use::Free || region.use == Use::Initrd;
}

void add_free(List& list, const MemoryMap& map, bool is_device) noexcept {
    for (const Region& region : map.regions())
        if (is_free(region)) list.add(region.range, is_device);
}

} // namespace

TreeResult<Ok> find_devices(const MemoryMap& memory, const Gic& gic, MemoryMap& devices) noexcept {
    K_TRY(devices.add_ram({PhysAddr{}, untyped_end}));
    for (const Region& region : memory.regions())
        K_TRY(devices.claim(region.range, Use::Reserved));
    K_TRY(devices.claim(gic.distributor, Use::Reserved));
    for (const PhysRange& registers : gic.per_core.items())
        K_TRY(devices.claim(registers, Use::Reserved));
    return Ok{};
}

std::span<abi::UntypedDescription> list_untypeds(const MemoryMap& memory, const MemoryMap& devices,
                                                 std::span<abi::UntypedDescription> room) noexcept {
    List list{room};
    add_free(list, devices, true);
    add_free(list, memory, false);
    return list.items();
}

} // namespace k
