#include "driver.hpp"

#include "lib/message.hpp"
#include "lib/print.hpp"
#include "rt/panic.hpp"

#include <algorithm>

namespace stress {

namespace {

constexpr u64 page_bytes = u64{1} << k::abi::page_bits;
constexpr u64 first_address = 0x2000'0000;

constexpr u64 address_of(u8 page) noexcept {
    return first_address + page * page_bytes;
}

volatile u64& word_in(u8 page) noexcept {
    return *reinterpret_cast<volatile u64*>(address_of(page));
}

constexpr std::array types{ObjectType::Endpoint, ObjectType::Notification, ObjectType::SmallPage,
                           ObjectType::CapTable, ObjectType::TCB};

/// For what the program needs before it begins.
template <class T>
T need(const user::Result<T>& result) noexcept {
    if (result) return *result;
    user::print_refusal(result.error());
    rt::panic("it cannot begin");
}

} // namespace

Driver::Driver(u64 seed, user::ObjectAllocator& objects, user::SlotAllocator& slots) noexcept
    : random_{seed}, first_slot_{*slots.take(root_places)} {
    for (auto& memory : memory_)
        memory = need(objects.take(untyped_bits));
    const auto faults = need(objects.make<user::Endpoint>());
    need(workers_.begin(faults.object, *slots.take(threads)));
    user::AddressSpace space{user::own_vspace, objects}; // whose tables stay
    const auto frame = need(objects.make<user::Frame>());
    need(space.map(frame.object, first_address));
    need(objects.destroy(frame));
}

void Driver::step() noexcept {
    using Operation = void (Driver::*)() noexcept;
    // How often one stands here is how likely it is.
    constexpr std::array operations{
        &Driver::make,   &Driver::make,   &Driver::make,   &Driver::make,    &Driver::copy,
        &Driver::copy,   &Driver::copy,   &Driver::move,   &Driver::move,    &Driver::remove,
        &Driver::remove, &Driver::remove, &Driver::revoke, &Driver::map,     &Driver::map,
        &Driver::unmap,  &Driver::touch,  &Driver::touch,  &Driver::start,   &Driver::start,
        &Driver::start,  &Driver::resume, &Driver::read,   &Driver::suspend, &Driver::signal,
        &Driver::signal, &Driver::poll,   &Driver::send,   &Driver::call,    &Driver::call};
    constexpr u64 rarely = 500;
    const Operation operation = random_.below(rarely) == 0
                                    ? &Driver::revoke_untyped
                                    : operations[random_.below(operations.size())];
    model_.consequences = {};
    (this->*operation)();
    settle();
    ++done_;
}

// --- What it chooses from -----------------------------------------------------------------------

u8 Driver::root_place() noexcept {
    return static_cast<u8>(random_.below(root_places));
}

u8 Driver::any_place() noexcept {
    const auto place = static_cast<u8>(random_.below(places));
    return model_.exists(place) ? place : root_place();
}

u8 Driver::place_of(ObjectType type) noexcept {
    const u64 start = random_.below(root_places);
    for (u64 i = 0; i < root_places; ++i) {
        const auto place = static_cast<u8>((start + i) % root_places);
        if (model_.object_at(place, type) != nullptr) return place;
    }
    return none;
}

user::Slot Driver::slot(u8 place) noexcept {
    if (place < root_places) return user::own_cspace.slot(cptr(place));
    const user::CNode cnode{cptr(model_.way_to(place))};
    return cnode.slot((place - root_places) % k::bit(cnode_radix), cnode_radix);
}

/// CNodes stay out of CNodes: what is in one must be within reach.
bool Driver::fits(u8 from, u8 to) noexcept {
    return to < root_places || model_.object_at(from, ObjectType::CapTable) == nullptr;
}

u8 Driver::worker_at(u8 place) noexcept {
    return model_.object_at(place, ObjectType::TCB)->number;
}

// --- Comparison ---------------------------------------------------------------------------------

void Driver::check(const char* what, bool holds) noexcept {
    if (holds) return;
    user::print("operation {}: ", done_);
    rt::panic(what);
}

void Driver::expect(const char* what, const user::Status& status, Error expected) noexcept {
    const Error error = status ? Error::NoError : status.error().error;
    refused_ += u64{error != Error::NoError};
    if (error == expected) return;
    user::print("the kernel says {}, the model {}\n", name(error), name(expected));
    check(what, false);
}

/// How many messages and signals workers have reported since we asked last.
u64 Driver::take_reports() noexcept {
    u64 news = 0;
    for (u64 i = 0; i < threads; ++i) {
        const u64 now = workers_.report(i).messages;
        if (now != messages_[i]) reporter_ = static_cast<u8>(i);
        news += now - messages_[i];
        messages_[i] = now;
    }
    delivered_ += news;
    return news;
}

/// Lets workers do what the operation makes them do, and looks whether they do that and no more.
void Driver::settle() noexcept {
    Consequences& now = model_.consequences;
    for (u8 i = 0; i < threads; ++i)
        if (now.run[i] && model_.workers[i].exists) model_.receive(i);
    Workers::let_run();
    check("as many signals as there were", take_reports() == now.signalled.count());
    const auto faulted = workers_.take_faults();
    faults_ += faulted.count();
    check("those fault that find nothing", faulted == now.faulted);
}

/// A message or signal has been sent: one of the candidates has it, and receives anew.
void Driver::delivered_to_one_of(std::bitset<threads> candidates, u64 badge) noexcept {
    Workers::let_run();
    const u64 news = take_reports();
    check("somebody has it", news != 0);
    check("one that waited has it", candidates[reporter_]);
    model_.receive(reporter_);
    const bool more = model_.consequences.signalled[reporter_];
    check("it has come once", news == 1 + u64{more});
    check("with its badge", more || workers_.report(reporter_).badge == badge);
    model_.consequences.signalled.reset(); // they have been counted
}

// --- Capabilities -------------------------------------------------------------------------------

void Driver::make() noexcept {
    const auto untyped = static_cast<u8>(random_.below(untypeds));
    const ObjectType type = types[random_.below(types.size())];
    const u8 place = root_place();
    if (!model_.has_room(type)) return;
    const auto status = memory_[untyped].retype(type, cnode_radix, {user::own_cspace, cptr(place)});
    expect("make", status, model_.make(untyped, type, place));
}

void Driver::copy() noexcept {
    const u8 from = any_place();
    const u8 to = any_place();
    if (!fits(from, to)) return;
    const bool can_have_badge = model_.object_at(from, ObjectType::Endpoint) != nullptr ||
                                model_.object_at(from, ObjectType::Notification) != nullptr;
    const user::Slot target = slot(to);
    if (can_have_badge && random_.below(2) == 0) {
        const auto status = target.mint_from(slot(from), user::all_rights, ++badges_);
        return expect("mint", status, model_.copy(from, to, badges_));
    }
    expect("copy", target.copy_from(slot(from)), model_.copy(from, to, {}));
}

void Driver::move() noexcept {
    const u8 from = any_place();
    const u8 to = any_place();
    if (fits(from, to)) expect("move", slot(to).move_from(slot(from)), model_.move(from, to));
}

void Driver::remove() noexcept {
    const u8 place = any_place();
    expect("delete", slot(place).remove(), model_.remove(place));
}

void Driver::revoke() noexcept {
    const u8 place = any_place();
    expect("revoke", slot(place).revoke(), model_.revoke(place));
}

void Driver::revoke_untyped() noexcept {
    const auto untyped = static_cast<u8>(random_.below(untypeds));
    expect("revoke an untyped", slot_of(memory_[untyped]).revoke(), Error::NoError);
    model_.revoke_untyped(untyped);
}

// --- Memory -------------------------------------------------------------------------------------

void Driver::map() noexcept {
    const u8 place = place_of(ObjectType::SmallPage);
    const auto page = static_cast<u8>(random_.below(pages));
    if (place == none) return;
    const auto status = user::Frame{cptr(place)}.map(user::own_vspace, address_of(page));
    expect("map", status, model_.map(place, page));
}

void Driver::unmap() noexcept {
    const u8 place = place_of(ObjectType::SmallPage);
    if (place == none) return;
    expect("unmap", user::Frame{cptr(place)}.unmap(), model_.unmap(place));
}

/// Whatever page a frame is seen at, it holds what was written last.
void Driver::touch() noexcept {
    const auto page = static_cast<u8>(random_.below(pages));
    if (model_.mapped[page] == none) return;
    Object& frame = model_.objects[model_.mapped[page]];
    check("a frame holds what was written", word_in(page) == frame.word);
    word_in(page) = frame.word = random_.next();
}

// --- Threads ------------------------------------------------------------------------------------

void Driver::start() noexcept {
    const u8 place = place_of(ObjectType::TCB);
    if (place == none) return;
    const u8 worker = worker_at(place);
    const u8 end =
        place_of(random_.below(2) == 0 ? ObjectType::Endpoint : ObjectType::Notification);
    model_.workers[worker] = {.exists = true, .place = end == none ? root_place() : end};
    const u64 source = cptr(model_.workers[worker].place);
    expect("start", workers_.start(worker, user::Tcb{cptr(place)}, source), Error::NoError);
    model_.consequences.run[worker] = true;
}

void Driver::suspend() noexcept {
    const u8 place = place_of(ObjectType::TCB);
    if (place == none) return;
    expect("suspend", user::Tcb{cptr(place)}.suspend(), Error::NoError);
    model_.workers[worker_at(place)].doing = Doing::Nothing;
}

/// Whatever a thread waits for, it begins to wait anew.
void Driver::resume() noexcept {
    const u8 place = place_of(ObjectType::TCB);
    if (place == none || model_.workers[worker_at(place)].place == none) return;
    expect("resume", user::Tcb{cptr(place)}.resume(), Error::NoError);
    model_.consequences.run[worker_at(place)] = true;
}

void Driver::read() noexcept {
    const u8 place = place_of(ObjectType::TCB);
    if (place == none) return;
    const Worker& worker = model_.workers[worker_at(place)];
    seL4_UserContext registers{};
    constexpr u64 up_to_x0 = 4;
    expect("read", user::Tcb{cptr(place)}.read(registers, up_to_x0), Error::NoError);
    const bool is_receiving = worker.doing != Doing::Nothing;
    check("x0 is what it receives through", !is_receiving || registers.x0 == cptr(worker.place));
}

// --- Messages -----------------------------------------------------------------------------------

void Driver::signal() noexcept {
    const u8 place = place_of(ObjectType::Notification);
    if (place == none) return;
    Object& object = *model_.object_at(place, ObjectType::Notification);
    const u64 badge = model_.at(place)->badge;
    const auto waiting = model_.waiting_at(object);
    user::Notification{cptr(place)}.signal();
    if (waiting.any()) return delivered_to_one_of(waiting, badge);
    object.active = true;
    object.word |= badge;
}

void Driver::poll() noexcept {
    const u8 place = place_of(ObjectType::Notification);
    if (place == none) return;
    Object& object = *model_.object_at(place, ObjectType::Notification);
    check("what has been signalled", user::Notification{cptr(place)}.poll() == object.word);
    object.active = false;
    object.word = 0;
}

void Driver::send() noexcept {
    const u8 place = place_of(ObjectType::Endpoint);
    if (place == none) return;
    const auto waiting = model_.waiting_at(*model_.object_at(place, ObjectType::Endpoint));
    user::Endpoint{cptr(place)}.try_send(user::message(1, {done_}));
    if (waiting.any()) delivered_to_one_of(waiting, model_.at(place)->badge);
}

void Driver::call() noexcept {
    const u8 place = place_of(ObjectType::Endpoint);
    if (place == none) return;
    const auto waiting = model_.waiting_at(*model_.object_at(place, ObjectType::Endpoint));
    if (waiting.none()) return;
    const auto answer = user::Endpoint{cptr(place)}.call(user::message(1, {done_}));
    check("the answer belongs to the call", answer.length() == 1 && user::word(0) == done_ + 1);
    delivered_to_one_of(waiting, model_.at(place)->badge);
    check("who has it answers", answer.label() == answer_label + reporter_);
}

void Driver::finish() noexcept {
    model_.consequences = {};
    for (u8 i = 0; i < untypeds; ++i) {
        expect("revoke all", slot_of(memory_[i]).revoke(), Error::NoError);
        model_.revoke_untyped(i);
    }
    settle();
    for (const auto& memory : memory_) {
        const user::Window window{user::own_cspace, first_slot_};
        expect("all memory is free", memory.retype(ObjectType::Untyped, untyped_bits, window),
               Error::NoError);
        expect("and again", user::own_cspace.slot(first_slot_).remove(), Error::NoError);
    }
}

} // namespace stress
