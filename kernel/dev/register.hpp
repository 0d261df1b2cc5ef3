/// \file
/// Device registers as types.
#pragma once

#include "arch/mmio.hpp"
#include "base/bitfield.hpp"

namespace k::dev {

/// A 32-bit register that holds a `Word`.
template <class Word>
class Register {
  public:
    constexpr explicit Register(uptr address) noexcept : address_{address} {}

    [[nodiscard]] Word read() const noexcept { return Word{arch::mmio_read32(address_)}; }

    void write(Word value) const noexcept {
        arch::mmio_write32(address_, static_cast<u32>(value.raw()));
    }

  private:
    uptr address_;
};

} // namespace k::dev
