// Signals that were kept while their thread was busy, and what its next call makes of them.
#include "crowd_model.hpp"
#include "ipc/notification.hpp"
#include "object/notification.hpp"

namespace k::test {
namespace {

class Kept : public CrowdTest {
  protected:
    static constexpr usize worker = 0;
    static constexpr usize client = 1;
    static constexpr u64 bell = free_slot;

    void SetUp() override {
        mint(bell, notification, 5);
        bind(thread(worker), slot(notification).cap.as<Notification>()->object());
    }

    void ring() { call(client, Syscall::Send, bell); }

    void expect_heard() {
        EXPECT_EQ(state(worker), ThreadState::Running) << "it sleeps, and the bell has been rung";
        EXPECT_EQ(badge(worker), 5u);
    }
};

TEST_F(Kept, IsHeardByTheNextRecv) {
    ring();
    call(worker, Syscall::Recv, endpoint);
    expect_heard();
}

TEST_F(Kept, IsHeardByTheNextNBRecv) {
    ring();
    call(worker, Syscall::NBRecv, endpoint);
    expect_heard();
    call(worker, Syscall::NBRecv, endpoint);
    EXPECT_EQ(badge(worker), 0u) << "once";
}

TEST_F(Kept, IsHeardByTheNextReplyRecv) {
    call(client, Syscall::Call, endpoint);
    call(worker, Syscall::Recv, endpoint);
    call(2, Syscall::Send, bell);
    call(worker, Syscall::ReplyRecv, endpoint);
    EXPECT_EQ(state(client), ThreadState::Running);
    expect_heard();
}

TEST_F(Kept, ThenTheNextOneWakesAgain) {
    ring();
    call(worker, Syscall::Recv, endpoint);
    call(worker, Syscall::Recv, endpoint);
    EXPECT_EQ(state(worker), ThreadState::BlockedOnReceive);
    ring();
    expect_heard();
}

} // namespace
} // namespace k::test
