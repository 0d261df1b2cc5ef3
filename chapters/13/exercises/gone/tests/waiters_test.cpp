// An endpoint goes while threads wait there, and its memory becomes something else.
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"

#include <algorithm>
#include <cstring>

namespace k::test {
namespace {

class Waiters : public CrowdTest {
  protected:
    static constexpr u64 badged = free_slot;
    static constexpr u64 other_badged = free_slot + 1;
    static constexpr u8 accounts = 0x5a;

    void SetUp() override {
        memory_ = &slot(endpoint).cap.as<Endpoint>()->object();
        mint(badged, endpoint, 7);
    }

    /// The endpoint's memory is part of a page now, with numbers in it.
    void reuse_memory() { std::memset(static_cast<void*>(memory_), accounts, sizeof(Endpoint)); }

    /// How many bytes of it are not what they were.
    [[nodiscard]] auto changed_bytes() const {
        std::array<u8, sizeof(Endpoint)> bytes{};
        std::memcpy(bytes.data(), memory_, sizeof bytes);
        return std::ranges::count_if(bytes, [](u8 byte) { return byte != accounts; });
    }

  private:
    Endpoint* memory_ = nullptr;
};

TEST_F(Waiters, LeaveMemoryAloneWhenTheyAreSuspended) {
    call(1, Syscall::Send, badged);
    erase(endpoint);
    erase(badged);
    reuse_memory();
    suspend(thread(1), kernel());
    EXPECT_EQ(changed_bytes(), 0) << "of memory that is somebody else's";
}

TEST_F(Waiters, LeaveMemoryAloneWhenTheyAreDeleted) {
    call(1, Syscall::Recv, badged);
    erase(endpoint);
    erase(badged);
    reuse_memory();
    EXPECT_EQ(kernel().graveyard.erase(slot(tcbs + 1), kernel()), Progress::Done);
    EXPECT_EQ(changed_bytes(), 0) << "of memory that is somebody else's";
}

TEST_F(Waiters, AreSentAwayWithTheLastOfSeveralBadges) {
    mint(other_badged, endpoint, 8);
    for (const usize who : {usize{1}, usize{2}})
        call(who, Syscall::Send, badged);
    erase(endpoint);
    erase(badged);
    EXPECT_EQ(queue(other_badged), (std::vector<usize>{1, 2})) << "there is another capability";
    erase(other_badged);
    for (const usize who : {usize{1}, usize{2}})
        EXPECT_EQ(state(who), ThreadState::Running) << "thread " << who;
}

TEST_F(Waiters, AreSentAwayWithTheLastCapabilityWithoutABadge) {
    call(1, Syscall::Send, badged);
    erase(badged);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{1}));
    erase(endpoint);
    EXPECT_EQ(state(1), ThreadState::Running);
}

} // namespace
} // namespace k::test
