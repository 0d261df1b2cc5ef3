/// \file
/// \chapter{14}
/// **Idea:** keep the right to answer a caller who is then suspended, and answer when it has been
/// resumed and asks again.
///
/// **Gain:** an answer to a question that nobody has received yet: the kernel's queue holds a
/// thread that runs.
///
/// **Why not:** `cancel_wait` voids the right to answer when the caller no longer waits.
#include "attack.hpp"

namespace attack {

namespace {

constinit u64 answers = 0;

void call(u64 server) {
    static_cast<void>(Endpoint{server}.call(user::message(0, {})));
    ++answers;
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    const Tcb client = start(world, 0, call, server.cptr());
    static_cast<void>(server.receive());
    const Endpoint right{world.slot()};
    require(slot_of(right).save_caller());
    require(client.suspend());
    require(client.resume());
    seL4_NBSend(right.cptr(), user::message(0, {}));
    return answers != 0 ? "an answer arrives before its question has been received" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("answer-too-late", attack::attempt);
}
