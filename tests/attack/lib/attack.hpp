/// \file
/// What attacks share: things to attack with, ways to see what came of it, and how they report.
#pragma once

#include "lib/address_space.hpp"
#include "lib/boot_info.hpp"
#include "lib/endpoint.hpp"
#include "lib/image.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"

#include <optional>

namespace attack {

using k::u32;
using k::u64;
using k::u8;
using k::abi::ObjectType;
using user::all_rights;
using user::CNode;
using user::Endpoint;
using user::Frame;
using user::Notification;
using user::own_cspace;
using user::own_tcb;
using user::own_vspace;
using user::PageTable;
using user::read_only;
using user::read_write;
using user::Status;
using user::Tcb;
using user::Untyped;
using user::write_only;

/// What an attack has won, in words that go on "SUCCEEDED: …"; `nothing` if the kernel held.
using Gain = const char*;
inline constexpr Gain nothing = nullptr;

/// Priorities: who is urgent runs as soon as it can, who is idle when the attack waits.
inline constexpr u64 urgent = 200;
inline constexpr u64 own_priority = 100;
inline constexpr u64 idle = 50;

/// Where attacks map their pages: far away from the program.
inline constexpr u64 here = 0x100'0000'0000;

/// Something that has to work for the attack to be one: otherwise the program fails.
void require(const Status& status) noexcept;

template <class T>
T require(const user::Result<T>& result) noexcept {
    if (!result) require(Status{k::Unexpected{result.error()}});
    return *result;
}

/// A step of the attack itself. What the kernel says to it is not believed: attacks look at what
/// has come of it.
inline void attempted(const Status&) noexcept {}

/// All memory and slots of the machine, to attack with.
class World {
  public:
    World() noexcept : slots_{user::boot_info().empty}, objects_{user::boot_info(), slots_} {}

    template <class Object>
    Object make(u64 size_bits = 0) noexcept {
        return require(objects_.make<Object>(size_bits)).object;
    }

    Untyped memory(u64 size_bits) noexcept { return require(objects_.take(size_bits)); }

    /// An empty slot of the program's own; the first of so many side by side.
    u64 slot(u64 count = 1) noexcept { return must_have(slots_.take(count)); }

    template <class Object>
    Object copy(Object object, user::CapRights rights = all_rights) noexcept {
        const Object made{slot()};
        require(slot_of(made).copy_from(slot_of(object), rights));
        return made;
    }

    template <class Object>
    Object badged(Object object, u64 badge, user::CapRights rights = all_rights) noexcept {
        const Object made{slot()};
        require(slot_of(made).mint_from(slot_of(object), rights, badge));
        return made;
    }

    /// Maps a page of the program's own, with the tables that this takes.
    void map(Frame frame, u64 address, user::CapRights rights = read_write,
             user::VmAttributes attributes = k::abi::default_vm_attributes) noexcept {
        require(user::AddressSpace{own_vspace, objects_}.map(frame, address, rights, attributes));
    }

    user::ObjectAllocator& objects() noexcept { return objects_; }

  private:
    static u64 must_have(std::optional<u64> slot) noexcept;

    user::SlotAllocator slots_;
    user::ObjectAllocator objects_;
};

/// Makes an object of given memory in a free slot.
template <class Object>
Object make_of(World& world, Untyped memory, u64 size_bits = 0) noexcept {
    return require(memory.make<Object>(world.slot(), size_bits));
}

/// A word of the program's memory, whatever is mapped there.
inline volatile u64& word_at(u64 address) noexcept {
    return *reinterpret_cast<volatile u64*>(address);
}

/// Whether a thread of the program's own that runs `entry` comes to its end. If it faults, or is
/// killed, or waits for something, it does not; it is gone afterwards in any case.
[[nodiscard]] bool survives(World& world, void (*entry)(u64), u64 argument = 0) noexcept;

/// What a thread reads at an address; nothing if that is a fault.
[[nodiscard]] std::optional<u64> peek(World& world, u64 address) noexcept;

/// Whether a thread can write to an address.
[[nodiscard]] bool poke(World& world, u64 address, u64 value) noexcept;

/// Where Thread::start takes threads from: an attack has up to four besides its first one,
/// one less with a watcher.
user::Thread& thread(unsigned number) noexcept;

/// Starts thread `number`, which shares all with the program. \returns its capability
Tcb start(World& world, unsigned number, void (*entry)(u64), u64 argument = 0,
          u64 priority = urgent) noexcept;

/// Starts a thread, no more urgent than the attack itself, that looks for how long it does not run.
[[nodiscard]] Tcb start_watcher(World& world) noexcept;

/// Whether the watcher did not run for more than two time slices at once. It stops watching.
[[nodiscard]] bool has_starved(Tcb watcher) noexcept;

/// Maps the program into another address space, at the same addresses, so that its threads can run
/// there.
void map_program(World& world, user::VSpace space) noexcept;

/// What the kernel takes a slot's capability for.
inline bool is_empty(u64 slot) noexcept {
    return user::Capability{slot}.type() == k::abi::CapabilityType::Null;
}

/// The main function of every attack: makes the attempt, reports, and if it was refused, has the
/// kernel do some honest work.
int run(const char* name, Gain (*attempt)(World& world)) noexcept;

/// Says that the attack has won if the kernel prints no more but a panic.
void stake(const char* gain) noexcept;

} // namespace attack
