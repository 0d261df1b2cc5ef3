#include "workers.hpp"

#include "lib/message.hpp"

namespace stress {

namespace {

/// What a worker and the program have in common.
struct Shared {
    user::Thread thread;
    u64 cptr = 0;
    Report report;
};

constinit std::array<Shared, threads> shared{};

/// Receives, and answers who wants an answer, for good.
[[noreturn]] void serve(u64 worker) {
    Shared& self = shared[worker];
    const user::Endpoint endpoint{self.cptr};
    for (auto received = endpoint.receive();;) {
        ++self.report.messages;
        self.report.badge = received.badge;
        const auto answer = user::message(answer_label + worker, {user::word(0) + 1});
        received = endpoint.reply_and_receive(answer);
    }
}

} // namespace

user::Status Workers::begin(user::Endpoint faults, u64 first_slot) noexcept {
    faults_ = faults;
    first_slot_ = first_slot;
    for (u64 i = 0; i < threads; ++i) {
        const auto slot = user::own_cspace.slot(first_slot + i);
        K_TRY(slot.mint_from(slot_of(faults), user::all_rights, 1 + i));
    }
    return k::Ok{};
}

user::Status Workers::start(u8 worker, user::Tcb tcb, u64 cptr) noexcept {
    shared[worker].cptr = cptr;
    auto around = user::own_surroundings;
    around.fault_endpoint = first_slot_ + worker;
    return shared[worker].thread.start(tcb, {.entry = serve,
                                             .argument = worker,
                                             .priority = k::abi::max_priority,
                                             .maximum_priority = k::abi::max_priority,
                                             .around = around});
}

Report Workers::report(u64 worker) const noexcept {
    return shared[worker].report;
}

std::bitset<threads> Workers::take_faults() const noexcept {
    std::bitset<threads> found;
    for (u64 badge = faults_.try_receive().badge; badge != 0; badge = faults_.try_receive().badge)
        found[badge - 1] = true;
    return found;
}

} // namespace stress
