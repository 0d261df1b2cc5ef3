/// \file
/// \chapter{15}
/// **Idea:** change turns that lie behind the end of the domains' schedule, and schedule domains
/// that there are not.
///
/// **Gain:** the turns there are other memory of the kernel, and a turn is two words of the
/// program's choice.
///
/// **Why not:** `invoke_configure_turn` and `invoke_set_start` look at the index first, and at the
/// domain.
#include "attack.hpp"
#include "lib/domain.hpp"

namespace attack {

namespace {

constexpr u64 turns = k::abi::domain_schedule;
constexpr u64 ticks = 1;

/// The methods of the capability to domains, tried on one that is to something else.
void try_without_capability() {
    const user::Domain not_one{own_tcb.cptr()};
    attempted(not_one.put(own_tcb, 1));
    attempted(not_one.configure(0, 1, ticks));
    attempted(not_one.set_start(1));
}

Gain attempt(World&) {
    stake("the kernel changes turns that are not in its schedule");
    try_without_capability();
    for (const u64 domain : {k::abi::domains, u64{0xff}}) {
        attempted(user::own_domain.put(own_tcb, static_cast<u8>(domain)));
        attempted(user::own_domain.configure(0, static_cast<u8>(domain), ticks));
    }
    for (const u64 index : {turns, u64{1} << 32, ~u64{0} / 16}) {
        attempted(user::own_domain.configure(index, 0, ticks));
        attempted(user::own_domain.set_start(index));
    }
    seL4_Yield();
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("domain-beyond-schedule", attack::attempt);
}
