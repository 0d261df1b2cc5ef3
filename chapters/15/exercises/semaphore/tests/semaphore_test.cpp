// A semaphore between threads of which another one may go on after every step, in as many orders as
// there are seeds. Its notification is the kernel's.
#include "base/random.hpp"
#include "crowd_model.hpp"
#include "semaphore.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace k::test {
namespace {

constexpr u64 seeds = 2'000;

/// Threads of a program, of which one at a time has its turn. Each is a thread of the crowd as
/// well, which is how it waits and signals.
class Play : public Program {
  public:
    using Role = std::function<void()>;

    explicit Play(u64 seed) : random_{seed} {}

    /// Plays all roles to their ends, or to where all wait who have not come to theirs.
    /// \return whether all have come to their ends
    bool run(const std::vector<Role>& roles) {
        finished_.assign(roles.size(), false);
        std::vector<std::thread> threads;
        for (usize i = 0; i < roles.size(); ++i)
            threads.emplace_back([this, i, role = roles[i]] { play(i, role); });
        std::unique_lock lock{mutex_};
        pass_on();
        changed_.wait(lock, [this] { return turn_ == nobody; });
        const bool all = std::ranges::count(finished_, false) == 0;
        lock.unlock();
        for (std::thread& thread : threads) // who waits for ever keeps what he has, and this play
            all ? thread.join() : thread.detach();
        return all;
    }

    void step() override {
        std::unique_lock lock{mutex_};
        const usize me = turn_;
        pass_on();
        await_turn(lock, me);
    }

    void signal() override { call(Syscall::Send); }

    void wait() override { call(Syscall::Recv); }

    [[nodiscard]] usize calls() const { return calls_; }

  private:
    static constexpr usize nobody = ~usize{0};

    void play(usize who, const Role& role) {
        {
            std::unique_lock lock{mutex_};
            await_turn(lock, who);
        }
        role();
        const std::scoped_lock lock{mutex_};
        finished_[who] = true;
        pass_on();
    }

    void call(Syscall what) {
        step();
        std::unique_lock lock{mutex_};
        ++calls_;
        const usize me = turn_;
        crowd_.call(me, what, Crowd::notification);
        if (crowd_.state(me) == ThreadState::Running) return;
        pass_on();
        await_turn(lock, me);
    }

    void await_turn(std::unique_lock<std::mutex>& lock, usize who) {
        changed_.wait(lock, [&] { return turn_ == who; });
    }

    /// Decides who goes on, among those who can.
    void pass_on() {
        std::vector<usize> able;
        for (usize i = 0; i < finished_.size(); ++i)
            if (!finished_[i] && crowd_.state(i) == ThreadState::Running) able.push_back(i);
        turn_ = able.empty() ? nobody : able[random_.next() % able.size()];
        changed_.notify_all();
    }

    Crowd crowd_;
    Random random_;
    std::mutex mutex_;
    std::condition_variable changed_;
    usize turn_ = nobody;
    std::vector<bool> finished_;
    usize calls_ = 0;
};

/// A semaphore in a play. Every role holds on to its stage, since a thread that waits for ever
/// waits there.
struct Stage {
    Stage(u64 seed, i64 count) : play{seed}, semaphore{play, count} {}

    Play play;
    Semaphore semaphore;
    int inside = 0;
    int most = 0;

    /// Goes in and out, and notes how many are inside.
    void visit() {
        semaphore.down();
        most = std::max(most, ++inside);
        play.step();
        --inside;
        semaphore.up();
    }
};

std::shared_ptr<Stage> open_stage(u64 seed, i64 count) {
    return std::make_shared<Stage>(seed, count);
}

class SemaphoreTest : public testing::Test {};

TEST_F(SemaphoreTest, EntersTheKernelOnlyWhenItMust) {
    const auto stage = open_stage(1, 2);
    EXPECT_TRUE(stage->play.run({[stage] {
        for (int i = 0; i < 3; ++i) {
            stage->semaphore.down();
            stage->semaphore.down();
            stage->semaphore.up();
            stage->semaphore.up();
        }
    }}));
    EXPECT_EQ(stage->play.calls(), 0u);
}

TEST_F(SemaphoreTest, MakesOneWait) {
    const auto stage = open_stage(1, 2);
    const bool all = stage->play.run({[stage] {
        for (int i = 0; i < 3; ++i)
            stage->semaphore.down();
    }});
    EXPECT_FALSE(all) << "there are two places, and three went in";
    EXPECT_EQ(stage->play.calls(), 1u);
}

TEST_F(SemaphoreTest, LetsInNoMoreThanThereIsRoomFor) {
    for (u64 seed = 0; seed < seeds; ++seed) {
        const int count = 1 + static_cast<int>(seed % 2);
        const auto stage = open_stage(seed, count);
        const auto twice = [stage] {
            stage->visit();
            stage->visit();
        };
        (void)stage->play.run({twice, twice, twice, twice});
        ASSERT_LE(stage->most, count) << "with seed " << seed;
    }
}

TEST_F(SemaphoreTest, LosesNobodyWhoGoesInAndOut) {
    for (u64 seed = 0; seed < seeds; ++seed) {
        const auto stage = open_stage(seed, 1);
        const auto visit = [stage] { stage->visit(); };
        ASSERT_TRUE(stage->play.run({visit, visit, visit, visit})) << "with seed " << seed;
        ASSERT_EQ(stage->most, 1) << "with seed " << seed;
    }
}

TEST_F(SemaphoreTest, LosesNobodyWhoWaitsForOthers) {
    for (u64 seed = 0; seed < seeds; ++seed) {
        const auto stage = open_stage(seed, 0);
        const auto down = [stage] { stage->semaphore.down(); };
        const auto up = [stage] { stage->semaphore.up(); };
        ASSERT_TRUE(stage->play.run({down, down, up, up})) << "with seed " << seed;
    }
}

} // namespace
} // namespace k::test
