/// \file
/// \chapter{12}
/// **Idea:** a thread raises its own maximum controlled priority, and then its priority.
///
/// **Gain:** it runs before everybody else, and as long as it likes.
///
/// **Why not:** nobody may give more than the authority's own maximum: `decode_priority`.
#include "attack.hpp"

namespace attack {

namespace {

constinit u64 reached = 0;
constinit u64 main_waits = 0;

void raise(u64 self) {
    const Tcb own{self};
    attempted(own.set_maximum_priority(own, urgent));
    attempted(own.set_priority(own, urgent));
    Endpoint{main_waits}.send(user::message(0, {})); // who is more urgent goes on from here
    ++reached;
}

Gain attempt(World& world) {
    const auto endpoint = world.make<Endpoint>();
    main_waits = endpoint.cptr();
    const auto climber = world.make<Tcb>();
    require(thread(0).start(
        climber,
        {.entry = raise, .argument = climber.cptr(), .priority = idle, .maximum_priority = idle}));
    static_cast<void>(endpoint.receive());
    return reached != 0 ? "a thread has made itself more urgent than it may be" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("mcp-raise", attack::attempt);
}
