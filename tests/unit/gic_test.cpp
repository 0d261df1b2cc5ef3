// Both interrupt controllers, driven through one interface against one model.
#include "gic_model.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

using dev::GicVersion;
using dev::Interrupt;
using test::GicModel;

constexpr u32 own = 27;
constexpr u32 shared = 40;

class Gic : public testing::TestWithParam<GicVersion> {
  protected:
    Gic() { gic_.start(); }

    GicModel model_{GetParam()};
    dev::Gic gic_ = model_.driver();
};

INSTANTIATE_TEST_SUITE_P(Versions, Gic, testing::Values(GicVersion::V2, GicVersion::V3),
                         [](const auto& version) {
                             return version.param == GicVersion::V2 ? "V2" : "V3";
                         });

TEST_P(Gic, StartsWithEverythingMasked) {
    for (u32 id = 0; id < GicModel::interrupts; ++id) {
        EXPECT_FALSE(model_.enabled(id)) << id;
        model_.raise(id);
    }
    EXPECT_FALSE(model_.signals());
}

TEST_P(Gic, HandsOverWhatIsUnmasked) {
    for (const u32 id : {0u, own, 31u, 32u, shared, GicModel::interrupts - 1}) {
        gic_.unmask(id);
        EXPECT_FALSE(model_.signals()) << "before it is raised";
        model_.raise(id);
        ASSERT_TRUE(model_.signals());
        const auto interrupt = gic_.acknowledge();
        ASSERT_TRUE(interrupt);
        EXPECT_EQ((*interrupt)[Interrupt::id], id);
        model_.lower(id);
        gic_.end(*interrupt);
        EXPECT_EQ(model_.active(), GicModel::spurious);
        EXPECT_FALSE(model_.signals());
    }
}

TEST_P(Gic, HandsOverNothingElseUntilTheEnd) {
    gic_.unmask(own);
    gic_.unmask(shared);
    model_.raise(own);
    model_.raise(shared);
    const auto first = gic_.acknowledge();
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)[Interrupt::id], own);
    EXPECT_FALSE(gic_.acknowledge()) << "all interrupts are equally urgent";
    model_.lower(own);
    gic_.end(*first);
    EXPECT_TRUE(model_.signals());
}

TEST_P(Gic, ComesAgainWhileItsSourceAsks) {
    gic_.unmask(own);
    model_.raise(own);
    gic_.end(*gic_.acknowledge());
    EXPECT_TRUE(model_.signals()) << "ended too early";
}

TEST_P(Gic, SaysNothingWhenTheInterruptHasGone) {
    gic_.unmask(own);
    model_.raise(own);
    model_.lower(own);
    EXPECT_FALSE(gic_.acknowledge());
    EXPECT_EQ(model_.active(), GicModel::spurious);
}

TEST_P(Gic, MasksOneAndLeavesTheOthers) {
    gic_.unmask(own);
    gic_.unmask(own + 1);
    model_.raise(own);
    gic_.mask(own);
    EXPECT_FALSE(model_.signals());
    EXPECT_TRUE(model_.enabled(own + 1));
    gic_.unmask(own);
    EXPECT_TRUE(model_.signals()) << "raised while it was masked, and not forgotten";
}

TEST_P(Gic, RaisesAnInterruptOnRequest) {
    for (const u32 id : {own, shared}) {
        gic_.unmask(id);
        gic_.pend(id);
        const auto interrupt = gic_.acknowledge();
        ASSERT_TRUE(interrupt);
        EXPECT_EQ((*interrupt)[Interrupt::id], id);
        gic_.end(*interrupt);
        EXPECT_FALSE(model_.signals()) << "once is enough";
    }
}

TEST(GicV2, HearsWhoSentTheInterruptThatEnds) {
    GicModel model{GicVersion::V2};
    const dev::Gic gic = model.driver();
    gic.start();
    gic.unmask(5);
    model.send(5, 3);
    const auto interrupt = gic.acknowledge();
    ASSERT_TRUE(interrupt);
    EXPECT_EQ((*interrupt)[Interrupt::id], 5u);
    EXPECT_EQ((*interrupt)[Interrupt::sender], 3u);
    gic.end(*interrupt); // the model compares the whole word
}

/// A region of redistributors, each said to belong to a core, and a core that looks for its own.
class Redistributors final : public arch::FakeDevice, public arch::FakeRegisters {
  public:
    static constexpr uptr base = 0x080a'0000;

    struct Redistributor {
        u32 affinity;
        bool virtual_lpis = false;
    };

    Redistributors(std::vector<Redistributor> all, u64 mpidr) : mpidr_{mpidr} {
        uptr at = base;
        for (usize i = 0; i < all.size(); ++i) {
            const u32 last = i + 1 == all.size() ? 1u << 4 : 0u;
            words_[at + 0x08] = last | (all[i].virtual_lpis ? 1u << 1 : 0u);
            words_[at + 0x0c] = all[i].affinity;
            at += all[i].virtual_lpis ? 0x4'0000u : 0x2'0000u;
        }
        arch::fake_device = this;
        arch::fake_registers = this;
    }
    Redistributors(const Redistributors&) = delete;
    Redistributors& operator=(const Redistributors&) = delete;
    ~Redistributors() override {
        arch::fake_device = nullptr;
        arch::fake_registers = nullptr;
    }

    u32 read(uptr address) override { return words_.at(address); }
    void write(uptr, u32) override { ADD_FAILURE() << "looking changes nothing"; }
    u64 read(std::string_view name) override {
        EXPECT_EQ(name, "mpidr_el1");
        return mpidr_;
    }
    void write(std::string_view, u64) override { ADD_FAILURE() << "looking changes nothing"; }

  private:
    std::map<uptr, u32> words_;
    u64 mpidr_;
};

constexpr u64 plenty = 0x100'0000;

TEST(FindRedistributor, GoesByAffinity) {
    const Redistributors region{{{0}, {1}, {0x100}}, 0x8000'0100};
    EXPECT_EQ(dev::find_redistributor(region.base, plenty), region.base + uptr{2} * 0x2'0000);
}

TEST(FindRedistributor, ComparesAllFourLevels) {
    const Redistributors region{{{0x0000'0001}, {0x0200'0001}}, u64{2} << 32 | 0x8000'0001};
    EXPECT_EQ(dev::find_redistributor(region.base, plenty), region.base + 0x2'0000);
}

TEST(FindRedistributor, StepsOverTheFramesOfVirtualInterrupts) {
    const Redistributors region{{{0, true}, {1}}, 1};
    EXPECT_EQ(dev::find_redistributor(region.base, plenty), region.base + 0x4'0000);
}

TEST(FindRedistributor, StopsBehindTheLast) {
    const Redistributors region{{{0}, {1}}, 2};
    EXPECT_EQ(dev::find_redistributor(region.base, plenty), std::nullopt);
}

TEST(FindRedistributor, StopsAtTheEndOfTheRegion) {
    const Redistributors region{{{0}, {1}, {2}}, 2};
    EXPECT_EQ(dev::find_redistributor(region.base, u64{2} * 0x2'0000), std::nullopt);
}

} // namespace
} // namespace k
