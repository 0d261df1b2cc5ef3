#include "boot.hpp"

#include "derivation.hpp"
#include "thread.hpp"

namespace spec {

namespace {

constexpr Word root_asid = 1;

/// Fills the initial CNode, slot by slot.
class Builder {
  public:
    explicit Builder(const Machine& machine) : machine_{machine} {}

    World build() {
        add_objects();
        add_fixed_capabilities();
        add_listed_capabilities();
        start_thread();
        return std::move(world_);
    }

  private:
    void put(Word slot, const Capability& capability) {
        insert_original(world_, {cnode_, slot}, capability, std::nullopt);
    }

    /// Maps a boot frame. \return its capability.
    Capability mapped(const Machine::Frame& frame) {
        world_.vspaces[vspace_].pages[frame.mapped_at] = {frame.address, 12, frame.access, true,
                                                          frame.executable};
        return FrameCap{frame.address, 12, false, Access::ReadWrite,
                        Mapping{root_asid, frame.mapped_at}};
    }

    Capability mapped(const Machine::Table& table) {
        const Name name{Kind::PageTable, table.address};
        world_.vspaces[vspace_].tables[{table.bits, table.mapped_at}] = name;
        return PageTableCap{name, Mapping{root_asid, table.mapped_at}};
    }

    void add_objects() {
        world_.cnodes[cnode_] = {machine_.cnode_bits};
        world_.vspaces[vspace_] = {};
        world_.pools[pool_].vspaces[root_asid] = vspace_;
        world_.pool_at[0] = pool_;
        world_.threads[thread_] = {};
    }

    /// "The root CNode's guard is 0 with 64 − 13 = 51 bits; its capability is in slot 2 like this
    /// too."
    void add_fixed_capabilities() {
        put(boot_slot::thread, ThreadCap{thread_});
        put(boot_slot::cnode, CNodeCap{cnode_, 0, 64 - machine_.cnode_bits});
        put(boot_slot::vspace, VSpaceCap{vspace_, root_asid});
        put(boot_slot::irq_control, IrqControlCap{});
        put(boot_slot::asid_control, AsidControlCap{});
        put(boot_slot::asid_pool, AsidPoolCap{pool_, 0});
        put(boot_slot::boot_info, mapped(machine_.boot_info));
        put(boot_slot::buffer, mapped(machine_.buffer));
        put(boot_slot::domain, DomainCap{});
    }

    void add_listed_capabilities() {
        Word slot = boot_slot::first_listed;
        for (const auto& table : machine_.tables) {
            put(slot++, mapped(table));
        }
        for (const auto& frame : machine_.extra_boot_info) {
            put(slot++, mapped(frame));
        }
        for (const auto& frame : machine_.image) {
            put(slot++, mapped(frame));
        }
        for (const auto& [address, bits, device] : machine_.untypeds) {
            put(slot++, UntypedCap{address, bits, device, 0});
        }
    }

    void hold(ThreadSlot slot, Word source) {
        const SlotName from{cnode_, source};
        insert_copy(world_, from, slot_of(thread_, slot), capability_in(world_, from));
    }

    /// "x0 = address of BootInfo; every other register 0; priority and MCP 255, no fault handler."
    void start_thread() {
        hold(ThreadSlot::CSpace, boot_slot::cnode);
        hold(ThreadSlot::VSpace, boot_slot::vspace);
        hold(ThreadSlot::Buffer, boot_slot::buffer);
        Thread& thread = world_.threads.at(thread_);
        thread.state = Runnable{};
        thread.priority = thread.max_priority = 255;
        thread.buffer_address = machine_.buffer.mapped_at;
        thread.registers[reg::pc] = thread.next_pc = machine_.entry;
        thread.registers[reg::x(0)] = machine_.boot_info.mapped_at;
        world_.scheduler.running = thread_;
        world_.user_space = VSpaceCap{vspace_, root_asid};
    }

    const Machine& machine_;
    Name thread_{Kind::Thread, machine_.thread};
    Name cnode_{Kind::CNode, machine_.cnode};
    Name vspace_{Kind::VSpace, machine_.vspace};
    Name pool_{Kind::AsidPool, machine_.pool};
    World world_;
};

} // namespace

World boot(const Machine& machine) {
    return Builder{machine}.build();
}

} // namespace spec
