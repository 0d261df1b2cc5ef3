#include "gic_model.hpp"

#include <gtest/gtest.h>

namespace k::test {

namespace {

constexpr u32 pending_write = 1u << 31;
constexpr u32 routing = 1u << 4;
constexpr u32 groups = 0b11;

} // namespace

GicModel::GicModel(dev::GicVersion version) : version_{version} {
    arch::fake_device = this;
    arch::fake_registers = this;
}

GicModel::~GicModel() {
    arch::fake_device = nullptr;
    arch::fake_registers = nullptr;
}

dev::Gic GicModel::driver() const {
    return {version_, distributor, v3() ? redistributors : interface};
}

void GicModel::send(u32 id, u32 from_core) {
    sources_[id].pended = true;
    sources_[id].sender = from_core;
}

bool GicModel::forwards(const Source& source) const {
    if (!source.enabled || !source.pending() || source.active) return false;
    if (!interface_on_ || source.priority >= priority_mask_) return false;
    if (!v3()) return (control_ & 1) != 0;
    return (control_ & routing) != 0 && (control_ & 2) != 0 && source.group1 && !asleep_;
}

u32 GicModel::most_urgent() const {
    u32 best = spurious;
    u32 limit = running_.empty() ? 0x100 : sources_[running_.back()].priority;
    for (u32 id = 0; id < interrupts; ++id) {
        if (!forwards(sources_[id]) || sources_[id].priority >= limit) continue;
        best = id;
        limit = sources_[id].priority;
    }
    return best;
}

u32 GicModel::acknowledge() {
    const u32 id = most_urgent();
    if (id == spurious) return spurious;
    Source& source = sources_[id];
    source.active = true;
    source.pended = false;
    running_.push_back(id);
    return id | source.sender << 10;
}

void GicModel::end(u32 value) {
    ASSERT_FALSE(running_.empty()) << "the end of an interrupt while none is active";
    const u32 id = running_.back();
    ASSERT_EQ(value, id | sources_[id].sender << 10) << "not the interrupt that was handed over";
    sources_[id].active = false;
    running_.pop_back();
    ended_in_time_ = ended_in_time_ && !forwards(sources_[id]);
}

void GicModel::apply(uptr offset, u32 value, u32 first) {
    for (u32 bit = 0; bit < 32; ++bit) {
        Source& source = sources_[first + bit];
        const bool one = (value >> bit & 1) != 0;
        if (offset == 0x080) source.group1 = one;
        if (offset == 0x100 && one) source.enabled = true;
        if (offset == 0x180 && one) source.enabled = false;
        if (offset == 0x200 && one) source.pended = true;
        if (offset == 0x280 && one) source.pended = false;
        if (offset == 0x380 && one) source.active = false;
    }
}

/// The registers that speak of interrupts `first` to `last`, at the distributor's offsets.
void GicModel::write_block(uptr offset, u32 value, u32 first, u32 last) {
    if (offset >= 0x400 && offset < 0x800) {
        const auto four = static_cast<u32>(offset - 0x400);
        ASSERT_TRUE(first <= four && four < last) << "priority of an interrupt that is not here";
        for (u32 i = 0; i < 4; ++i)
            sources_[four + i].priority = value >> (8 * i) & 0xff;
        return;
    }
    const uptr kind = offset & ~uptr{0x7f};
    const auto word = static_cast<u32>(offset & 0x7f) / 4;
    ASSERT_TRUE((kind >= 0x100 && kind <= 0x380 && kind != 0x300) || (v3() && kind == 0x080))
        << "write to offset " << offset;
    ASSERT_TRUE(first <= word * 32 && word * 32 < last) << "interrupt that is not here";
    apply(kind, value, word * 32);
}

u32 GicModel::read_distributor(uptr offset) {
    if (offset == 0x004) return interrupts / 32 - 1;
    EXPECT_EQ(offset, 0u) << "read of the distributor";
    if (control_pending_ == 0) return control_;
    --control_pending_;
    return control_ | pending_write;
}

void GicModel::write_control(u32 value) {
    EXPECT_EQ(control_pending_, 0u) << "GICD_CTLR is not done with the write before";
    const bool routing_changes = ((control_ ^ value) & routing) != 0;
    EXPECT_FALSE(routing_changes && ((control_ | value) & groups) != 0)
        << "routing changes while a group is enabled";
    control_ = value;
    control_pending_ = v3() ? 3 : 0;
}

void GicModel::write_distributor(uptr offset, u32 value) {
    if (offset == 0) return write_control(value);
    write_block(offset, value, v3() ? 32 : 0, interrupts);
}

u32 GicModel::read_redistributor(uptr offset) {
    EXPECT_EQ(offset, 0x14u) << "read of the redistributor";
    if (waking_ > 0 && --waking_ == 0) asleep_ = false;
    return (asleep_ ? 1u << 2 : 0u) | (asleep_ && waking_ == 0 ? 1u << 1 : 0u);
}

void GicModel::write_redistributor(uptr offset, u32 value) {
    if (offset == 0x14) {
        if ((value & 1u << 1) == 0 && asleep_) waking_ = 3;
        return;
    }
    ASSERT_GE(offset, frames) << "write to the redistributor's first frame";
    EXPECT_FALSE(asleep_) << "the redistributor is asleep";
    write_block(offset - frames, value, 0, 32);
}

void GicModel::write_interface(uptr offset, u32 value) {
    if (offset == 0x00)
        interface_on_ = (value & 1) != 0;
    else if (offset == 0x04)
        priority_mask_ = value;
    else if (offset == 0x10)
        end(value);
    else
        ADD_FAILURE() << "write to the CPU interface at " << offset;
}

u32 GicModel::read(uptr address) {
    if (address >= distributor && address < distributor + frames)
        return read_distributor(address - distributor);
    if (v3() && address >= redistributors) return read_redistributor(address - redistributors);
    EXPECT_TRUE(!v3() && address == interface + 0x0c) << "read of " << address;
    return acknowledge();
}

void GicModel::write(uptr address, u32 value) {
    if (address >= distributor && address < distributor + frames)
        return write_distributor(address - distributor, value);
    if (v3() && address >= redistributors)
        return write_redistributor(address - redistributors, value);
    ASSERT_TRUE(!v3() && address >= interface && address < interface + frames)
        << "write to " << address;
    write_interface(address - interface, value);
}

u64 GicModel::read(std::string_view name) {
    EXPECT_EQ(name, "icc_iar1_el1");
    EXPECT_TRUE(v3() && system_registers_) << "undefined on this core as it is set";
    return acknowledge();
}

void GicModel::write(std::string_view name, u64 value) {
    EXPECT_TRUE(v3()) << "GICv2 has no system registers";
    if (name == "icc_sre_el1") {
        system_registers_ = (value & 1) != 0;
        return;
    }
    EXPECT_TRUE(system_registers_) << name << " is undefined before ICC_SRE_EL1.SRE is set";
    if (name == "icc_pmr_el1")
        priority_mask_ = static_cast<u32>(value);
    else if (name == "icc_igrpen1_el1")
        interface_on_ = (value & 1) != 0;
    else if (name == "icc_eoir1_el1")
        end(static_cast<u32>(value));
    else
        EXPECT_TRUE(name == "icc_ctlr_el1" && value == 0) << name;
}

} // namespace k::test
