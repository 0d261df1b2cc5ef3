/// \file
/// \chapter{14}
/// **Idea:** copy the right to answer a caller, and use the copy when the caller has gone on to
/// call somebody else.
///
/// **Gain:** one server answers in another one's place.
///
/// **Why not:** `derived` makes no copies of reply capabilities.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 forged = 0xbad;
constinit u64 second = 0;
constinit u64 answer = 0;

void call_both(u64 first) {
    static_cast<void>(Endpoint{first}.call(user::message(0, {})));
    static_cast<void>(Endpoint{second}.call(user::message(0, {})));
    answer = user::word(0);
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    const auto other = world.make<Endpoint>();
    second = other.cptr();
    start(world, 0, call_both, server.cptr());
    static_cast<void>(server.receive());
    const Endpoint right{world.slot()};
    const Endpoint copy{world.slot()};
    require(slot_of(right).save_caller());
    attempted(slot_of(copy).copy_from(slot_of(right)));
    right.send(user::message(0, {0}));
    static_cast<void>(other.receive());
    seL4_NBSend(copy.cptr(), user::message(0, {forged}));
    return answer == forged ? "a caller takes one server's answer for another one's" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("answer-twice", attack::attempt);
}
