/// \file
/// The real kernel on the host, driven by the model's calls and seen as the model's world.
#pragma once

#include "step.hpp"
#include "world_model.hpp"

namespace spec {

/// The kernel's test world, with names from the model.
class HostKernel : public k::test::World {
  public:
    /// What the kernel's memory amounts to: a world that the model's can be compared with, in all
    /// that a chapter without scheduling has: slots, objects, message registers, the IPC buffer.
    spec::World abstraction();

    /// The thread makes a Send, NBSend or Call, again after each interrupt until it is done.
    /// \param points  preemption points between two interrupts, if there are any.
    /// \return whether the kernel took it: if not, it is a capability fault.
    bool perform(const Call& call, std::optional<unsigned> points);

  private:
    k::u64* buffer() { return &thread().ipc_buffer->tag; }
};

} // namespace spec
