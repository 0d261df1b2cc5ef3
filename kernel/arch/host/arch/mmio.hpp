/// \file
/// Access to device registers (fake, for tests on the host): a test plays the device.
#pragma once

#include "base/types.hpp"

namespace k::arch {

/// What a test derives its device from.
class FakeDevice {
  public:
    virtual ~FakeDevice() = default;
    virtual u32 read(uptr address) = 0;
    virtual void write(uptr address, u32 value) = 0;
};

/// The device that answers all accesses; a test's fixture sets it and takes it away again.
inline FakeDevice* fake_device = nullptr;

[[nodiscard]] inline u32 mmio_read32(uptr address) noexcept {
    return fake_device->read(address);
}

inline void mmio_write32(uptr address, u32 value) noexcept {
    fake_device->write(address, value);
}

} // namespace k::arch
