#include "dev/ticker.hpp"

#include "base/assert.hpp"
#include "dev/timer.hpp"

#include <algorithm>

namespace k::dev {

void Ticker::start(u64 period) noexcept {
    K_ASSERT(period > 0); // or one tick would follow the other for ever
    period_ = period;
    due_ = timer::now() + period;
    set_alarm();
}

void Ticker::stop() const noexcept {
    timer::cancel_alarm();
}

void Ticker::ring() noexcept {
    ++count_;
    // A period after it was due, not after now: a tick that is handled late does not delay all that
    // follow. If the next one is past already, its alarm rings at once, and no tick is lost.
    due_ += period_;
    set_alarm();
}

void Ticker::set_alarm() noexcept {
    timer::set_alarm(due_ + (jitter_ ? jitter_->below(std::max<u64>(period_ / 2, 1)) : 0));
}

} // namespace k::dev
