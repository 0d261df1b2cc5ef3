// An interrupt controller that knows what it may be asked, and when; GICv2 or GICv3.
#pragma once

#include "arch/mmio.hpp"
#include "arch/sysreg.hpp"
#include "dev/gic.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace k::test {

class GicModel : public arch::FakeDevice, public arch::FakeRegisters {
  public:
    static constexpr uptr distributor = 0x0800'0000;
    static constexpr uptr interface = 0x0801'0000;      // v2
    static constexpr uptr redistributors = 0x080a'0000; // v3
    static constexpr uptr frames = 0x1'0000;
    static constexpr u32 interrupts = 96;
    static constexpr u32 spurious = 1023;

    /// What firmware may leave: everything enabled, pending and active, at the lowest priority.
    explicit GicModel(dev::GicVersion version);
    GicModel(const GicModel&) = delete;
    GicModel& operator=(const GicModel&) = delete;
    ~GicModel() override;

    [[nodiscard]] dev::Gic driver() const;

    /// The line from a source to the controller: an interrupt for as long as it is raised.
    void raise(u32 id) { sources_[id].line = true; }
    void lower(u32 id) { sources_[id].line = false; }
    /// GICv2: another core sends interrupt `id`.
    void send(u32 id, u32 from_core);

    [[nodiscard]] bool enabled(u32 id) const { return sources_[id].enabled; }
    /// Whether the core would take an interrupt now, if it had them unmasked.
    [[nodiscard]] bool signals() const { return most_urgent() != spurious; }
    /// Whether every interrupt so far asked no more when it was ended.
    [[nodiscard]] bool ended_in_time() const { return ended_in_time_; }
    [[nodiscard]] u32 active() const { return running_.empty() ? spurious : running_.back(); }
    void set_priority(u32 id, u32 priority) { sources_[id].priority = priority; }

    u32 read(uptr address) override;
    void write(uptr address, u32 value) override;
    u64 read(std::string_view name) override;
    void write(std::string_view name, u64 value) override;

  private:
    struct Source {
        bool enabled = true;
        bool line = false;
        bool pended = true;
        bool active = true;
        bool group1 = false;
        u32 priority = 0xff;
        u32 sender = 0;

        [[nodiscard]] bool pending() const { return line || pended; }
    };

    [[nodiscard]] bool v3() const { return version_ == dev::GicVersion::V3; }
    [[nodiscard]] bool forwards(const Source& source) const;
    [[nodiscard]] u32 most_urgent() const;
    u32 acknowledge();
    void end(u32 value);
    u32 read_distributor(uptr offset);
    void write_distributor(uptr offset, u32 value);
    void write_control(u32 value);
    u32 read_redistributor(uptr offset);
    void write_redistributor(uptr offset, u32 value);
    void write_block(uptr offset, u32 value, u32 first, u32 last);
    void write_interface(uptr offset, u32 value);
    void apply(uptr offset, u32 value, u32 first);

    dev::GicVersion version_;
    std::array<Source, interrupts> sources_{};
    std::vector<u32> running_;
    u32 control_ = 0;
    unsigned control_pending_ = 0;
    bool ended_in_time_ = true;
    bool asleep_ = true;
    unsigned waking_ = 0;
    bool system_registers_ = false;
    bool interface_on_ = false;
    u32 priority_mask_ = 0;
};

} // namespace k::test
