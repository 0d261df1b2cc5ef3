// Who is served first at an endpoint that looks at priorities.
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"

namespace k::test {
namespace {

using abi::Error;
using Order = std::vector<u64>;

class ByPriority : public CrowdTest {
  protected:
    static constexpr usize server = 0;

    // More than the server's, so that who is to wait runs at once, and waits.
    static constexpr u8 low = priority + 10;
    static constexpr u8 middle = priority + 20;
    static constexpr u8 high = priority + 30;
    static constexpr u8 highest = priority + 40;

    void SetUp() override { thread(server).mcp = highest; }

    void set_priority(usize who, u8 to) {
        EXPECT_EQ(invoke(server, tcbs + who, abi::label::TCBSetPriority, {to}, {tcbs + server}),
                  Error::NoError);
    }

    /// Threads 1, 2 and so on come with these priorities, in this order, and wait.
    void wait(Syscall what, std::initializer_list<u8> priorities) {
        usize who = 0;
        for (const u8 its : priorities) {
            set_priority(++who, its);
            call(who, what, endpoint, {who});
        }
    }

    /// Who is served, one after the other, until nobody waits any more.
    Order served_senders() {
        Order order;
        while (!queue(endpoint).empty()) {
            call(server, Syscall::Recv, endpoint);
            order.push_back(received(server).label);
            stop(order.back());
        }
        return order;
    }

    Order served_receivers() {
        Order order;
        for (u64 letter = 1000; !queue(endpoint).empty(); ++letter) {
            call(server, Syscall::Send, endpoint, {letter});
            for (usize who = 1; who < size; ++who)
                if (received(who).label == letter) order.push_back(who);
            stop(order.back());
        }
        return order;
    }

  private:
    /// It has what it waited for, and would run from now on.
    void stop(u64 who) {
        suspend(thread(who), kernel());
        scheduler().next();
    }
};

TEST_F(ByPriority, SendersAreServed) {
    wait(Syscall::Send, {middle, highest, low, high});
    EXPECT_EQ(served_senders(), (Order{2, 4, 1, 3}));
}

TEST_F(ByPriority, ReceiversAreServed) {
    wait(Syscall::Recv, {middle, highest, low, high});
    EXPECT_EQ(served_receivers(), (Order{2, 4, 1, 3}));
}

TEST_F(ByPriority, EqualsAreServedInTheOrderOfTheirArrival) {
    wait(Syscall::Send, {low, high, low, high});
    EXPECT_EQ(served_senders(), (Order{2, 4, 1, 3}));
}

TEST_F(ByPriority, AChangeUpwardsCounts) {
    wait(Syscall::Send, {low, middle, high});
    set_priority(1, highest);
    EXPECT_EQ(served_senders(), (Order{1, 3, 2}));
}

TEST_F(ByPriority, AChangeDownwardsCounts) {
    wait(Syscall::Send, {middle, low, high, highest});
    set_priority(4, low);
    set_priority(3, priority + 5);
    EXPECT_EQ(served_senders(), (Order{1, 2, 4, 3}));
}

TEST_F(ByPriority, AChangeCountsForReceiversToo) {
    wait(Syscall::Recv, {high, middle, low});
    set_priority(3, highest);
    EXPECT_EQ(served_receivers(), (Order{3, 1, 2}));
}

TEST_F(ByPriority, AChangeOfAllSchedulingParametersCounts) {
    wait(Syscall::Send, {low, high});
    EXPECT_EQ(
        invoke(server, tcbs + 1, abi::label::TCBSetSchedParams, {0, highest}, {tcbs + server}),
        Error::NoError);
    EXPECT_EQ(served_senders(), (Order{1, 2}));
}

} // namespace
} // namespace k::test
