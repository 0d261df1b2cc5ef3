/// \file
/// Does at random what the model knows, and compares what the kernel says with what the model says.
#pragma once

#include "lib/address_space.hpp"
#include "lib/slot_allocator.hpp"
#include "model.hpp"
#include "random.hpp"
#include "workers.hpp"

namespace stress {

class Driver {
  public:
    Driver(u64 seed, user::ObjectAllocator& objects, user::SlotAllocator& slots) noexcept;

    /// One operation. The program ends when the kernel does other than the model.
    void step() noexcept;

    /// Revokes everything; all memory must be there again.
    void finish() noexcept;

    [[nodiscard]] u64 done() const noexcept { return done_; }
    [[nodiscard]] u64 refused() const noexcept { return refused_; }
    [[nodiscard]] u64 delivered() const noexcept { return delivered_; }
    [[nodiscard]] u64 faults() const noexcept { return faults_; }

  private:
    void make() noexcept;
    void copy() noexcept;
    void move() noexcept;
    void remove() noexcept;
    void revoke() noexcept;
    void revoke_untyped() noexcept;
    void map() noexcept;
    void unmap() noexcept;
    void touch() noexcept;
    void start() noexcept;
    void suspend() noexcept;
    void resume() noexcept;
    void read() noexcept;
    void signal() noexcept;
    void poll() noexcept;
    void send() noexcept;
    void call() noexcept;

    [[nodiscard]] u8 any_place() noexcept;
    [[nodiscard]] u8 root_place() noexcept;
    /// A place in the root CNode with a capability to such an object, or none.
    [[nodiscard]] u8 place_of(ObjectType type) noexcept;
    [[nodiscard]] u64 cptr(u8 place) const noexcept { return first_slot_ + place; }
    [[nodiscard]] user::Slot slot(u8 place) noexcept;
    [[nodiscard]] bool fits(u8 from, u8 to) noexcept;
    [[nodiscard]] u8 worker_at(u8 place) noexcept;

    void expect(const char* what, const user::Status& status, Error expected) noexcept;
    void check(const char* what, bool holds) noexcept;
    void settle() noexcept;
    void delivered_to_one_of(std::bitset<threads> candidates, u64 badge) noexcept;
    [[nodiscard]] u64 take_reports() noexcept;

    Random random_;
    Model model_{};
    Workers workers_{};
    u64 first_slot_ = 0;
    std::array<user::Untyped, untypeds> memory_{user::Untyped{0}, user::Untyped{0},
                                                user::Untyped{0}, user::Untyped{0},
                                                user::Untyped{0}, user::Untyped{0}};
    std::array<u64, threads> messages_{}; ///< that each worker had reported before
    u8 reporter_ = none;                  ///< who has reported last
    u64 badges_ = 0;                      ///< so many have been given
    u64 done_ = 0;
    u64 refused_ = 0;
    u64 delivered_ = 0;
    u64 faults_ = 0;
};

} // namespace stress
