#include "dev/ticker.hpp"

#include "dev/timer.hpp"

namespace k::dev {

void Ticker::start(u64 period) noexcept {
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
    timer::set_alarm(due_ + (jitter_ ? jitter_->below(period_ / 2) : 0));
}

} // namespace k::dev
