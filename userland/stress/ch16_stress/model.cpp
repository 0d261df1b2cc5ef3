#include "model.hpp"

#include "rt/panic.hpp"

#include <algorithm>

namespace stress {

namespace {

/// The first place in a CNode.
constexpr u8 first_place(u8 cnode) noexcept {
    return static_cast<u8>(root_places + (u64{cnode} << cnode_radix));
}

constexpr u8 cnode_of(u8 place) noexcept {
    return static_cast<u8>((place - root_places) >> cnode_radix);
}

} // namespace

Cap* Model::at(u8 place) noexcept {
    for (Cap& cap : caps)
        if (cap.used && cap.place == place) return &cap;
    return nullptr;
}

Object* Model::object_at(u8 place, ObjectType type) noexcept {
    const Cap* const cap = at(place);
    if (cap == nullptr || objects[cap->object].type != type) return nullptr;
    return &objects[cap->object];
}

bool Model::exists(u8 place) const noexcept {
    return place < root_places || std::ranges::any_of(objects, [place](const Object& object) {
               return object.alive && object.type == ObjectType::CapTable &&
                      object.number == cnode_of(place);
           });
}

u8 Model::way_to(u8 place) noexcept {
    for (const Cap& cap : caps) {
        const bool leads_there = cap.used && objects[cap.object].type == ObjectType::CapTable &&
                                 objects[cap.object].number == cnode_of(place);
        if (leads_there) return cap.place;
    }
    return none;
}

bool Model::has_room(ObjectType type) const noexcept {
    const bool is_numbered = type == ObjectType::CapTable || type == ObjectType::TCB;
    return !is_numbered || free_number(type) != none;
}

u8 Model::free_number(ObjectType type) const noexcept {
    const u64 limit = type == ObjectType::TCB ? threads : cnodes;
    for (u8 number = 0; number < limit; ++number) {
        const bool taken = std::ranges::any_of(objects, [=](const Object& object) {
            return object.alive && object.type == type && object.number == number;
        });
        if (!taken) return number;
    }
    return none;
}

Cap& Model::held(u8 place) noexcept {
    Cap* const cap = at(place);
    if (cap == nullptr) rt::panic("the model is asked for a capability that it does not have");
    return *cap;
}

bool Model::has_children(u8 untyped) const noexcept {
    return std::ranges::any_of(objects, [untyped](const Object& object) {
        return object.alive && object.untyped == untyped;
    });
}

u8 Model::new_object(ObjectType type, u8 untyped) noexcept {
    const bool is_numbered = type == ObjectType::CapTable || type == ObjectType::TCB;
    const u8 number = is_numbered ? free_number(type) : u8{0};
    Object& made =
        *std::ranges::find_if(objects, [](const Object& object) { return !object.alive; });
    made = {.type = type, .alive = true, .untyped = untyped, .number = number};
    if (type == ObjectType::TCB) workers[number] = {.exists = true};
    return index_of(made);
}

u8 Model::new_cap(u8 object, u8 place) noexcept {
    Cap& made = *std::ranges::find_if(caps, [](const Cap& cap) { return !cap.used; });
    made = {.used = true, .object = object, .place = place};
    return static_cast<u8>(&made - caps.data());
}

Error Model::make(u8 untyped, ObjectType type, u8 place) noexcept {
    const u64 bytes = k::bit(k::abi::size_bits(type, cnode_radix));
    u64& used = used_[untyped];
    if (at(place) != nullptr) return Error::DeleteFirst;
    const u64 begin = has_children(untyped) ? used : 0;
    if ((k::bit(untyped_bits) - begin) / bytes == 0) return Error::NotEnoughMemory;
    used = (begin + bytes - 1) / bytes * bytes + bytes;
    caps[new_cap(new_object(type, untyped), place)].original = true;
    return Error::NoError;
}

Error Model::copy(u8 from, u8 to, std::optional<u64> badge) noexcept {
    if (at(to) != nullptr) return Error::DeleteFirst;
    const Cap* const source = at(from);
    if (source == nullptr) return Error::FailedLookup;
    const ObjectType type = objects[source->object].type;
    const bool has_badge = type == ObjectType::Endpoint || type == ObjectType::Notification;
    const bool minted = badge.has_value() && has_badge;
    if (minted && source->badge != 0) return Error::IllegalOperation;
    Cap& made = caps[new_cap(source->object, to)];
    made.parent = source->original ? static_cast<u8>(source - caps.data()) : source->parent;
    made.badge = minted ? *badge : source->badge;
    made.original = minted && *badge != 0;
    return Error::NoError;
}

Error Model::move(u8 from, u8 to) noexcept {
    if (at(to) != nullptr) return Error::DeleteFirst;
    Cap* const source = at(from);
    if (source == nullptr) return Error::FailedLookup;
    source->place = to;
    return Error::NoError;
}

Error Model::remove(u8 place) noexcept {
    if (Cap* const cap = at(place)) drop(*cap);
    return Error::NoError;
}

Error Model::revoke(u8 place) noexcept {
    const Cap* const parent = at(place);
    if (parent == nullptr) return Error::NoError;
    const auto index = static_cast<u8>(parent - caps.data());
    const auto is_child = [index](const Cap& cap) { return cap.used && cap.parent == index; };
    while (std::ranges::any_of(caps, is_child))
        drop(*std::ranges::find_if(caps, is_child)); // and its children become ours
    return Error::NoError;
}

void Model::revoke_untyped(u8 untyped) noexcept {
    for (Cap& cap : caps)
        if (cap.used && objects[cap.object].untyped == untyped) drop(cap);
}

/// Takes a capability away. What was derived from it goes on as derived from its parent.
void Model::drop(Cap& cap) noexcept {
    const auto index = static_cast<u8>(&cap - caps.data());
    for (Cap& child : caps)
        if (child.used && child.parent == index) child.parent = cap.parent;
    unmap(cap);
    cap.used = false;
    const bool is_last = std::ranges::none_of(
        caps, [&cap](const Cap& other) { return other.used && other.object == cap.object; });
    if (is_last) die(objects[cap.object]);
}

/// The last capability to an object has gone.
void Model::die(Object& object) noexcept {
    consequences.run |= waiting_at(object);
    object.alive = false;
    if (object.type == ObjectType::TCB) workers[object.number] = {};
    if (object.type != ObjectType::CapTable) return;
    for (u64 slot = 0; slot < k::bit(cnode_radix); ++slot)
        static_cast<void>(remove(static_cast<u8>(first_place(object.number) + slot)));
}

Error Model::map(u8 place, u8 page) noexcept {
    Cap& cap = held(place);
    if (cap.page != none && cap.page != page) return Error::InvalidArgument;
    cap.page = page;
    mapped[page] = cap.object;
    return Error::NoError;
}

Error Model::unmap(u8 place) noexcept {
    unmap(held(place));
    return Error::NoError;
}

/// If the page shows another frame by now, it goes on doing so.
void Model::unmap(Cap& cap) noexcept {
    if (cap.page != none && mapped[cap.page] == cap.object) mapped[cap.page] = none;
    cap.page = none;
}

u8 Model::index_of(const Object& object) const noexcept {
    return static_cast<u8>(&object - objects.data());
}

std::bitset<threads> Model::waiting_at(const Object& object) const noexcept {
    std::bitset<threads> found;
    for (u64 i = 0; i < threads; ++i)
        found[i] = workers[i].doing == Doing::Waiting && workers[i].object == index_of(object);
    return found;
}

void Model::receive(u8 worker) noexcept {
    Worker& self = workers[worker];
    Object* const signalled = object_at(self.place, ObjectType::Notification);
    Object* const object =
        signalled != nullptr ? signalled : object_at(self.place, ObjectType::Endpoint);
    consequences.faulted[worker] = object == nullptr;
    self.doing = object == nullptr ? Doing::Faulted : Doing::Waiting;
    if (object == nullptr) return;
    self.object = index_of(*object);
    consequences.signalled[worker] = object->active;
    if (object->active) *object = {object->type, true, object->untyped, object->number};
}

} // namespace stress
