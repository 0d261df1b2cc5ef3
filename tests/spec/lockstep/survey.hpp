/// \file
/// The kernel's memory as a world of the model's.
#pragma once

#include "host_machine.hpp"

#include <set>

namespace spec {

/// Finds every slot that is in use, and its name: through the CNodes and threads that capabilities
/// name, and along the lists of the derivation tree, which lead to CNodes that hold each other and
/// nobody else does.
class Survey {
  public:
    explicit Survey(const HostMachine& machine);

    World world();

    /// All that there are.
    std::vector<k::Tcb*> threads() const;

  private:
    void add(const k::Slot& slot, SlotName name);
    void add_holder(const k::Capability& cap);
    void add_cnode(Name cnode, std::span<const k::Slot> slots);
    void add_thread(k::Tcb& thread);
    void describe(const k::Slot& slot, SlotName name);
    void describe_object(const Capability& cap);
    void describe_endpoint(Name name);
    void describe_notification(Name name);
    void describe_vspace(const VSpaceCap& cap);
    void describe_user_space();
    void describe_pool(const AsidPoolCap& cap);
    void describe_memory(Word address, Word bytes);
    void describe_thread(Name name, const k::Tcb& thread);
    void describe_registers(Name name, const k::Tcb& thread);
    const k::arch::FpuState& fpu_of(const k::Tcb& thread) const;
    void describe_scheduler();
    void list_children(const k::Slot* first);

    const HostMachine& machine_;
    Name root_;
    std::map<const k::Slot*, SlotName> names_;
    std::set<const k::Slot*> lists_; ///< of capabilities, by the first in each
    std::map<Name, k::Tcb*> threads_;
    std::set<Word> frames_; ///< that have been described: several capabilities may name one
    World world_;
};

} // namespace spec
