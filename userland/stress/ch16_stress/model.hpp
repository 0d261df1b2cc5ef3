/// \file
/// What must be true: the capabilities that the program has, the objects that they are to, and what
/// its threads are doing. The model does what the kernel does, in plain tables, and says beforehand
/// how each call ends.
#pragma once

#include "abi/errors.hpp"
#include "abi/objects.hpp"

#include <array>
#include <bitset>
#include <optional>

namespace stress {

using k::u64;
using k::u8;
using k::abi::Error;
using k::abi::ObjectType;

inline constexpr u64 root_places = 64; ///< slots of the root CNode
inline constexpr u64 cnodes = 8;       ///< at most so many at a time
inline constexpr u64 cnode_radix = 2;
inline constexpr u64 places = root_places + (cnodes << cnode_radix);
inline constexpr u64 threads = 12; ///< at most so many at a time
inline constexpr u64 pages = 16;   ///< addresses at which frames are mapped
inline constexpr u64 untypeds = 6;
inline constexpr u64 untyped_bits = 15;
inline constexpr u8 none = 0xff;

/// An object of the program's.
struct Object {
    ObjectType type{};
    bool alive = false;
    u8 untyped = 0;      ///< what it was made of
    u8 number = 0;       ///< which CNode, or which thread
    bool active = false; ///< a notification that has been signalled, with:
    u64 word = 0;        ///< the badges; of a frame, what has been written to it
};

/// A capability. Its parent is what it was derived from, as long as that is there.
struct Cap {
    bool used = false;
    bool original = false; ///< its copies are its children; those of other copies are siblings
    u8 object = none;
    u8 place = none;
    u8 parent = none; ///< an index of `caps`
    u8 page = none;   ///< where this capability has mapped its frame
    u64 badge = 0;
};

enum class Doing : u8 { Nothing, Waiting, Faulted };

/// A thread of the program's: it waits for messages and signals, and answers.
struct Worker {
    bool exists = false;
    Doing doing = Doing::Nothing;
    u8 place = none;  ///< the slot that it receives through
    u8 object = none; ///< what it waits at
};

/// What an operation makes threads do.
struct Consequences {
    std::bitset<threads> run;       ///< these go back to their place, and receive anew
    std::bitset<threads> faulted;   ///< of those: the ones that find nothing there
    std::bitset<threads> signalled; ///< of those: the ones that find a signal there
};

class Model {
  public:
    /// Each does what the call of its name does, and says how that ends. \pre places are below
    /// `places`, pages below `pages`
    Error make(u8 untyped, ObjectType type, u8 place) noexcept;
    Error copy(u8 from, u8 to, std::optional<u64> badge) noexcept;
    Error move(u8 from, u8 to) noexcept;
    Error remove(u8 place) noexcept;
    Error revoke(u8 place) noexcept;
    void revoke_untyped(u8 untyped) noexcept;
    Error map(u8 place, u8 page) noexcept;
    Error unmap(u8 place) noexcept;

    /// The capability at a place.
    [[nodiscard]] Cap* at(u8 place) noexcept;
    /// The same. \pre there is one
    [[nodiscard]] Cap& held(u8 place) noexcept;
    /// The object of the capability at a place, if it is of this type.
    [[nodiscard]] Object* object_at(u8 place, ObjectType type) noexcept;
    /// Whether a place is in a CNode that there is, or in the root CNode.
    [[nodiscard]] bool exists(u8 place) const noexcept;
    /// A place in the root CNode with a capability to the CNode that `place` is in.
    [[nodiscard]] u8 way_to(u8 place) noexcept;
    /// Whether there could be another CNode, or thread.
    [[nodiscard]] bool has_room(ObjectType type) const noexcept;

    /// The workers that wait at an object.
    [[nodiscard]] std::bitset<threads> waiting_at(const Object& object) const noexcept;
    /// A worker goes to its place to receive there.
    void receive(u8 worker) noexcept;

    std::array<Object, places> objects{};
    std::array<Cap, places> caps{};
    std::array<Worker, threads> workers{};
    std::array<u8, pages> mapped = filled<pages>(); ///< the objects that pages show
    Consequences consequences{};                    ///< of what has been done since they were taken

  private:
    template <std::size_t Size>
    [[nodiscard]] static constexpr std::array<u8, Size> filled() noexcept {
        std::array<u8, Size> all{};
        all.fill(none);
        return all;
    }

    [[nodiscard]] u8 new_cap(u8 object, u8 place) noexcept;
    [[nodiscard]] u8 new_object(ObjectType type, u8 untyped) noexcept;
    [[nodiscard]] u8 free_number(ObjectType type) const noexcept;
    [[nodiscard]] bool has_children(u8 untyped) const noexcept;
    [[nodiscard]] u8 index_of(const Object& object) const noexcept;
    void drop(Cap& cap) noexcept;
    void die(Object& object) noexcept;
    void unmap(Cap& cap) noexcept;

    std::array<u64, untypeds> used_{}; ///< bytes
};

} // namespace stress
