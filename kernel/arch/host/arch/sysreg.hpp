/// \file
/// System registers as types (fake, for tests on the host): a test plays the processor.
#pragma once

#include "base/bitfield.hpp"

#include <string_view>

namespace k::arch {

/// What a test derives its processor from. Registers go by their names in assembly.
class FakeRegisters {
  public:
    virtual ~FakeRegisters() = default;
    virtual u64 read(std::string_view name) = 0;
    virtual void write(std::string_view name, u64 value) = 0;
};

/// Whose registers are accessed; a test's fixture sets it and takes it away again.
inline FakeRegisters* fake_registers = nullptr;

struct Plain : Bits<Plain> {
    using Bits::Bits;
};

} // namespace k::arch

#define K_SYSTEM_REGISTER(Name, reg, Layout)                                                       \
    struct Name {                                                                                  \
        [[nodiscard]] static Layout read() noexcept {                                              \
            return Layout{::k::arch::fake_registers->read(reg)};                                   \
        }                                                                                          \
        static void write(Layout value) noexcept {                                                 \
            ::k::arch::fake_registers->write(reg, value.raw());                                    \
        }                                                                                          \
    }
