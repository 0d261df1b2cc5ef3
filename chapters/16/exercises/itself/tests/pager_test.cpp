// A patient that walks through its memory, and its pager. Their threads and what they say to each
// other are the kernel's; frames and disk are made up.
#include "abi/faults.hpp"
#include "arch/esr.hpp"
#include "base/random.hpp"
#include "crowd_model.hpp"
#include "pager.hpp"
#include "syscall/handle_fault.hpp"

#include <algorithm>

namespace k::test {
namespace {

class PagerTest : public CrowdTest, public Machine {
  protected:
    static constexpr usize pager = 0;
    static constexpr usize patient = 1;
    static constexpr u64 own_frame = 0; ///< where the pager's page is to begin with

    void SetUp() override {
        for (const usize who : {pager, patient}) {
            mint(handlers + who, endpoint, 100 + who);
            thread(who).fault_handler = handlers + who;
        }
        in_.fill(nothing);
        table_.page.fill(nothing);
        in_[own_frame] = table_.page[own_frame] = table_page;
        call(pager, Syscall::Recv, endpoint);
    }

    /// The patient touches a page, and its pager helps it if need be.
    /// \return whether the patient runs in the end
    bool touch(u64 page) {
        if (access(patient, page)) return true;
        ++faults_;
        EXPECT_EQ(badge(pager), 100u + patient);
        const u64 address = received(pager).words[abi::fault::VMFault::address];
        if (!program_.bring(address / page_bytes)) return false;
        call(pager, Syscall::ReplyRecv, endpoint);
        return access(patient, page);
    }

    /// All frames are in use when page `page` is touched, and the hand is at `hand`.
    bool touch_with_all_used(u64 page, usize hand) {
        table_.hand = hand;
        used_.fill(true);
        return touch(page);
    }

    /// A timer takes all marks now and then, so that "used" means "used lately".
    void forget_use() { used_.fill(false); }

    [[nodiscard]] bool is_in(u64 page) const { return std::ranges::count(in_, page) != 0; }

    /// What can be said when nothing moves any more.
    std::string epitaph() {
        const auto text = [this](usize who) {
            return state(who) == ThreadState::BlockedOnSend    ? "waits to be heard"
                   : state(who) == ThreadState::BlockedOnReply ? "waits for an answer"
                                                               : "does something else";
        };
        return std::string{"after "} + std::to_string(faults_) + " faults: the last message is a " +
               "VMFault, badge " + std::to_string(last_badge_) + ", page " +
               std::to_string(last_page_) + "\n  the pager (badge 100) " + text(pager) +
               "\n  the patient (badge 101) " + text(patient);
    }

  private:
    static constexpr u64 handlers = free_slot;

    /// A thread touches a page. \return whether that was no fault
    bool access(usize who, u64 page) {
        const auto frame = std::ranges::find(in_, page);
        if (frame == in_.end()) {
            raise(who, page);
            return false;
        }
        used_[static_cast<usize>(frame - in_.begin())] = true;
        return true;
    }

    void raise(usize who, u64 page) {
        constexpr arch::Esr read_fault{0x9200'0007};
        turn_to(who);
        thread(who).fault = VmFault{page * page_bytes, false, read_fault};
        last_badge_ = 100 + who;
        last_page_ = page;
        handle_fault(scheduler(), thread(who), svc);
        scheduler().next();
        check();
    }

    Table* table() override { return access(pager, table_page) ? &table_ : nullptr; }

    bool take_used(usize frame) override { return std::exchange(used_[frame], false); }

    void put_away(usize frame) override { in_[frame] = nothing; }

    void bring_in(usize frame, u64 page) override {
        EXPECT_EQ(in_[frame], nothing) << "frame " << frame << " is not empty";
        in_[frame] = page;
    }

    Table table_;
    std::array<u64, frames> in_{};
    std::array<bool, frames> used_{};
    u64 faults_ = 0;
    u64 last_badge_ = 0;
    u64 last_page_ = nothing;
    Pager program_{*this};
};

TEST_F(PagerTest, WorksForHours) {
    Random random{8};
    u64 near = 0; // most of what it touches is where it was
    for (int i = 0; i < 100'000; ++i) {
        if (i % 4 == 0) forget_use();
        if (random.next() % 64 == 0) near = random.next() % patient_pages;
        const u64 page = (near + random.next() % 2) % patient_pages;
        ASSERT_TRUE(touch(page)) << epitaph();
    }
}

TEST_F(PagerTest, KeepsItsOwnPageWhereverTheHandIs) {
    for (u64 page = 0; page < frames - 1; ++page)
        ASSERT_TRUE(touch(page));
    for (u64 page = frames - 1; page < patient_pages; ++page) {
        ASSERT_TRUE(touch_with_all_used(page, page % frames)) << epitaph();
        ASSERT_TRUE(is_in(table_page));
        ASSERT_TRUE(is_in(page));
    }
}

TEST_F(PagerTest, BringsPages) {
    for (u64 page = 0; page < 2; ++page) {
        EXPECT_TRUE(touch(page));
        EXPECT_TRUE(is_in(page));
        EXPECT_EQ(state(patient), ThreadState::Running);
    }
}

TEST_F(PagerTest, SparesWhatHasBeenUsed) {
    for (u64 page = 0; page < frames - 1; ++page)
        ASSERT_TRUE(touch(page));
    ASSERT_TRUE(touch_with_all_used(frames - 1, 1)); // takes all marks
    ASSERT_TRUE(touch(1));
    ASSERT_TRUE(touch(frames));
    EXPECT_TRUE(is_in(1)) << "it has been used";
    EXPECT_FALSE(is_in(2)) << "it has not";
}

} // namespace
} // namespace k::test
