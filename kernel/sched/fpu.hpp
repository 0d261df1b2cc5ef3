/// \file
/// Whose numbers are in the floating-point and SIMD registers.
#pragma once

#include "arch/fpu.hpp"
#include "object/tcb.hpp"

namespace k {

/// Five hundred bytes to store and as many to load would be most of the cost of a thread switch,
/// and most threads never use them. So the registers stay with the thread that used them last, and
/// whoever else tries to gets an exception; only then they change hands.
class Fpu {
  public:
    /// `thread` runs from now on: with these registers if they are its own, and without otherwise.
    void admit(const Tcb& thread) const noexcept {
        arch::permit_user_fpu(&thread == owner_ && !is_denied(thread));
    }

    /// The running thread has tried to use them: they become its own.
    /// \return whether it may; if not, this was a fault
    [[nodiscard]] bool claim(Tcb& thread) noexcept {
        if (is_denied(thread)) return false;
        if (owner_ != nullptr) arch::fpu_save(&owner_->fpu);
        arch::fpu_load(&thread.fpu);
        owner_ = &thread;
        admit(thread);
        return true;
    }

    /// A thread dies, and there will be others at its address.
    void forget(const Tcb& thread) noexcept {
        if (owner_ == &thread) owner_ = nullptr;
    }

    [[nodiscard]] const Tcb* owner() const noexcept { return owner_; }

  private:
    static bool is_denied(const Tcb& thread) noexcept {
        return thread.flags[abi::TcbFlags::fpu_disabled];
    }

    Tcb* owner_ = nullptr;
};

} // namespace k
