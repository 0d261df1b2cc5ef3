// Turns whose length is a thread's own.
#include "threads.hpp"

namespace k::test {
namespace {

class Turns : public ThreadsTest {
  protected:
    /// Who runs in each of the next `count` ticks, and after them.
    std::string ticks(int count) {
        std::string names;
        for (; count != 0; --count) {
            names += decide();
            scheduler_.tick();
        }
        decide();
        return names;
    }
};

TEST_F(Turns, AreFiveTicksForWhoWasGivenNone) {
    running('a', 5);
    ready('b', 5);
    EXPECT_EQ(ticks(12), "aaaaabbbbbaa");
}

TEST_F(Turns, HaveTheLengthTheyWereGiven) {
    scheduler_.set_turn(running('a', 5), 2);
    scheduler_.set_turn(ready('b', 5), 1);
    ready('c', 5);
    EXPECT_EQ(ticks(16), "aabcccccaabccccc");
}

TEST_F(Turns, AreCutAtOnce) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.set_turn(a, 200);
    EXPECT_EQ(ticks(15), "aaaaabbbbbaaaaa");
    scheduler_.set_turn(a, 2);
    EXPECT_EQ(ticks(9), "aabbbbbaa");
}

TEST_F(Turns, GrowFromTheNextOneOn) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    EXPECT_EQ(ticks(3), "aaa");
    scheduler_.set_turn(a, 8);
    EXPECT_EQ(ticks(16), "aabbbbbaaaaaaaab");
}

TEST_F(Turns, CannotBeHadAnewByAskingForThem) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    std::string names;
    for (int tick = 0; tick < 6; ++tick) {
        scheduler_.set_turn(a, 5);
        names += ticks(1);
    }
    EXPECT_EQ(names, "aaaaab");
}

TEST_F(Turns, WithoutEndGoOn) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.set_turn(a, 0);
    EXPECT_EQ(ticks(600), std::string(600, 'a'));
    scheduler_.yield();
    EXPECT_EQ(ticks(7), "bbbbbaa");
}

TEST_F(Turns, WithoutEndGiveWayToTheMoreUrgent) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.set_turn(a, 0);
    Tcb& high = thread('h', 9);
    scheduler_.wake(high);
    EXPECT_EQ(ticks(2), "hh");
    scheduler_.suspend(high);
    EXPECT_EQ(ticks(8), "aaaaaaaa");
}

TEST_F(Turns, WithoutEndCanBeGivenOne) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.set_turn(a, 0);
    EXPECT_EQ(ticks(7), "aaaaaaa");
    scheduler_.set_turn(a, 3);
    EXPECT_EQ(ticks(11), "aaabbbbbaaa");
}

} // namespace
} // namespace k::test
