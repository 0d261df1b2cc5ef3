/// \file
/// Arm PrimeCell UART (PL011): the kernel's console.
#pragma once

#include "base/types.hpp"

#include <string_view>

namespace k::dev {

/// A serial port, used for output only. Line speed and framing stay as firmware set them.
///
/// "PrimeCell UART (PL011) Technical Reference Manual", "Programmers Model".
class Pl011 {
  public:
    /// \pre The port's registers can be reached at `base`.
    constexpr explicit Pl011(uptr base) noexcept : base_{base} {}

    /// Sends one character, after waiting for room in the transmit FIFO.
    void put(char character) const noexcept;

    /// Sends `text`, with a carriage return before each newline, as terminals want it.
    void write(std::string_view text) const noexcept;

    /// Waits until the last character has left the wire: power may go off right after.
    void flush() const noexcept;

  private:
    uptr base_;
};

} // namespace k::dev
