/// \file
/// \chapter{10}
/// **Idea:** revoke a mere copy of a capability, and with it those of others.
///
/// **Gain:** a client takes its server's capabilities away.
///
/// **Why not:** only originals are parents: `is_parent` looks at that first.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const auto original = world.make<Endpoint>();
    const Endpoint others = world.copy(original);
    const Endpoint own = world.copy(original);
    attempted(slot_of(own).revoke());
    attempted(slot_of(others).revoke());
    const bool lost = is_empty(original.cptr()) || is_empty(others.cptr()) || is_empty(own.cptr());
    return lost ? "others have lost their capabilities" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("revoke-by-copy", attack::attempt);
}
