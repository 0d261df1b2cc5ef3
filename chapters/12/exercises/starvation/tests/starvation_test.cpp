// Two equals, and a third thread that is more urgent and never runs for long.
#include "threads.hpp"

#include <algorithm>

namespace k::test {
namespace {

class Starvation : public ThreadsTest {
  protected:
    /// How many of 100 ticks found 'a' and how many 'b', when something more urgent runs every
    /// `period` ticks.
    std::pair<int, int> shares(int period) {
        start_over();
        running('a', 5);
        ready('b', 5);
        Tcb& urgent = thread('u', 9);
        std::string names;
        for (int tick = 1; tick <= 100; ++tick) {
            names += decide();
            scheduler_.tick();
            decide();
            if (tick % period == 0) look_at_the_sensor(urgent);
        }
        return {std::ranges::count(names, 'a'), std::ranges::count(names, 'b')};
    }

    void look_at_the_sensor(Tcb& urgent) {
        scheduler_.wake(urgent);
        EXPECT_EQ(decide(), 'u');
        scheduler_.suspend(urgent);
        decide();
    }
};

TEST_F(Starvation, HalfOfTheTimeIsForEachOfTwo) {
    for (const int period : {1, 2, 3, 4, 5, 10})
        EXPECT_EQ(shares(period), (std::pair{50, 50}))
            << "somebody urgent every " << period << " ticks";
}

} // namespace
} // namespace k::test
