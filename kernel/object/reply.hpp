/// \file
/// Reply capabilities: the right to answer a thread, once. seL4 manual, "Calling and Replying".
#pragma once

#include "object/tcb.hpp"

namespace k {

/// An answer that a thread waits for. There is nothing to it but the thread.
struct Reply;

template <>
inline constexpr CapType cap_type_of<Reply> = CapType::Reply;

template <>
class Cap<Reply> : public CapBase<Reply> {
  public:
    /// \param may_grant  whether capabilities may come with the answer
    [[nodiscard]] static Capability make(const Tcb& caller, bool may_grant) noexcept {
        return CapBase::make(arch::window.phys(&caller), 0, 0,
                             Rights{}.with(Rights::grant, may_grant));
    }

    [[nodiscard]] Tcb& caller() const noexcept { return *arch::window.at<Tcb>(address()); }

  private:
    friend class Capability;
    using CapBase::CapBase;
};

} // namespace k
