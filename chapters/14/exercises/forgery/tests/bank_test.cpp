// Requests to a bank, honest and forged. All go through the kernel as it is.
#include "bank.hpp"
#include "crowd_model.hpp"

namespace k::test {

/// A payment as GoogleTest shows it.
inline void PrintTo(const Payment& payment, std::ostream* out) {
    *out << payment.amount << " from " << payment.from << " to " << payment.to;
}

namespace {

class Bank : public CrowdTest {
  protected:
    static constexpr usize server = 0;
    static constexpr usize client = 1;

    // CPtrs: clients' capabilities to the bank, each with its account as badge.
    static constexpr u64 alice = free_slot;
    static constexpr u64 bob = free_slot + 1;
    static constexpr u64 carol = free_slot + 2;
    static constexpr u64 forged = free_slot + 3; ///< a client's own endpoint, with Bob's number
    static constexpr u64 to_show = free_slot + 4;
    static constexpr u64 safe = free_slot + 5; ///< where the bank receives things

    static constexpr u64 of_alice = 11;
    static constexpr u64 of_bob = 22;
    static constexpr u64 of_carol = 33;

    void SetUp() override {
        mint(alice, endpoint, of_alice);
        mint(bob, endpoint, of_bob);
        mint(carol, endpoint, of_carol);
        mint(forged, other_endpoint, of_bob);
        ask_for_capability(server, root, safe, 64);
    }

    /// What the bank reads, when a client has sent `letter` through a capability.
    std::optional<Payment> send(u64 through, const Letter& letter) {
        call(client, Syscall::Send, through, letter);
        return receive();
    }

    std::optional<Payment> receive() {
        call(server, Syscall::Recv, endpoint);
        if (!slot(safe).is_empty()) erase(safe);
        Request request{badge(server), info(server), {}, &buffer(server)};
        for (usize i = 0; i < request.words.size(); ++i)
            request.words[i] = thread(server).context.x[2 + i];
        return read_payment(request);
    }

    /// Alice has paid Carol: everything is in the bank's registers and buffer still.
    void have_paid() {
        EXPECT_EQ(send(alice, {pay, {500}, {carol}}), (Payment{of_alice, of_carol, 500}));
    }

    static constexpr std::nullopt_t refused = std::nullopt;
};

TEST_F(Bank, PaysFromWhoAsksToWhoIsShown) {
    EXPECT_EQ(send(alice, {pay, {5}, {bob}}), (Payment{of_alice, of_bob, 5}));
    EXPECT_EQ(send(bob, {pay, {6}, {carol}}), (Payment{of_bob, of_carol, 6}));
    EXPECT_EQ(send(bob, {pay, {7}, {alice, carol}}), (Payment{of_bob, of_alice, 7}));
    EXPECT_EQ(send(carol, {pay, {8}, {alice, forged}}), (Payment{of_carol, of_alice, 8}));
}

TEST_F(Bank, NeedsNoRightsToBeShown) {
    mint(to_show, bob, 0, Rights{});
    EXPECT_EQ(send(alice, {pay, {5}, {to_show}}), (Payment{of_alice, of_bob, 5}));
}

TEST_F(Bank, BelievesNothingThatIsSaid) {
    EXPECT_EQ(send(carol, {pay, {5, of_alice, of_bob}, {bob}}), (Payment{of_carol, of_bob, 5}));
    EXPECT_EQ(send(carol, {pay, {of_bob, of_alice, 5}, {alice}}),
              (Payment{of_carol, of_alice, of_bob}));
    EXPECT_EQ(send(alice, {pay, {5, of_bob, of_carol, 1, 2, 3}, {bob, carol}}),
              (Payment{of_alice, of_bob, 5}));
}

TEST_F(Bank, RefusesWhatIsNotShown) {
    have_paid();
    EXPECT_EQ(send(bob, {pay, {5}}), refused) << "the badge in the buffer is an older one";
    call_with_info(client, Syscall::Send, bob, MessageInfo{});
    (void)receive();
    thread(client).context.x[2] = 5;
    call_with_info(client, Syscall::Send, bob,
                   MessageInfo{}
                       .with(MessageInfo::label, pay)
                       .with(MessageInfo::length, 1)
                       .with(MessageInfo::caps_unwrapped, 1));
    EXPECT_EQ(receive(), refused) << "a sender says that something was unwrapped";
}

TEST_F(Bank, RefusesWhatIsShownToAnother) {
    have_paid();
    EXPECT_EQ(send(alice, {pay, {5}, {forged}}), refused) << "an endpoint of somebody else's";
    EXPECT_EQ(send(alice, {pay, {5}, {notification}}), refused);
    EXPECT_EQ(send(alice, {pay, {5}, {to_show}}), refused) << "an empty slot";
}

TEST_F(Bank, LooksAtTheFirst) {
    have_paid();
    EXPECT_EQ(send(bob, {pay, {5}, {forged, alice}}), refused);
    EXPECT_EQ(send(bob, {pay, {5}, {forged, alice, alice}}), refused);
}

TEST_F(Bank, KnowsNobodyWithoutABadge) {
    EXPECT_EQ(send(endpoint, {pay, {5}, {bob}}), refused) << "nobody pays";
    EXPECT_EQ(send(alice, {pay, {5}, {endpoint}}), refused) << "nobody is paid";
}

TEST_F(Bank, RefusesHalfARequest) {
    have_paid();
    EXPECT_EQ(send(bob, {pay, {}, {alice}}), refused) << "the amount is that of an older request";
    for (const u64 label : std::array<u64, 3>{0, 2, pay + bit(40)})
        EXPECT_EQ(send(bob, {label, {5}, {alice}}), refused);
}

} // namespace
} // namespace k::test
