// Which registers does a call change? Exactly those into which it puts its result: all of them are
// filled with patterns, then the call is made, and they are compared with what they should be.
// Chapter 7's program of this name does the same with the calls that have no result.
#include "abi/invocations.hpp"
#include "attack/lib/cycles.hpp"
#include "attack/lib/registers.hpp"
#include "lib/capability.hpp"
#include "lib/message.hpp"
#include "lib/print.hpp"
#include "lib/untyped.hpp"
#include "rt/panic.hpp"

#include <algorithm>
#include <initializer_list>
#include <sel4/sel4.h>

namespace {

using k::u64;
using k::abi::CapabilityType;
using k::abi::Error;
using k::abi::LookupFailureType;
using k::abi::ObjectType;
using user::MessageInfo;
using user::own_cspace;
using user::Untyped;

namespace label = k::abi::label;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 empty = 0x1f00;
constexpr u64 memory = 0x1f01;
constexpr u64 endpoint = 0x1f02;
constexpr u64 victim = 0x1f03;
constexpr u64 many = 0x1f04;
constexpr u64 large = 0x1f05;

constexpr u64 own_root = seL4_CapInitThreadCNode;
constexpr u64 nowhere = k::bit(63); // no guard of ours begins so
constexpr u64 too_deep = 65;
constexpr u64 memory_bits = 26;
constexpr u64 many_bits = 16;

constinit Registers before{};
constinit Registers after{};
constinit unsigned mistakes = 0;

/// A message to a capability.
struct Sent {
    u64 cptr;
    u64 label;
    std::initializer_list<u64> words;
    u64 caps = 0;
};

bool is_empty(u64 slot) {
    return user::Capability{slot}.type() == CapabilityType::Null;
}

/// Puts words into the registers from x2 on, as far as there are any for words.
void put_words(Registers& registers, std::initializer_list<u64> words) {
    const k::usize count = std::min(words.size(), k::abi::message_registers);
    std::copy_n(words.begin(), count, &registers.x[2]);
}

/// Fills all registers with patterns but those that make a call.
void prepare(k::i64 call, u64 cptr) {
    fill_with_patterns(before, cptr);
    before.sp = reinterpret_cast<u64>(&after);
    before.x[0] = cptr;
    before.x[7] = static_cast<u64>(call);
}

void prepare(k::i64 call, const Sent& sent) {
    prepare(call, sent.cptr);
    before.x[1] = user::message(sent.label, sent.words, sent.caps).words[0];
    put_words(before, sent.words);
}

void probe(std::string_view when, const Registers& expected) {
    probe_call(&before, &after);
    mistakes += compare(when, after, expected);
}

/// Sends a message to which there is no answer, so nothing may change.
void tell(std::string_view when, k::i64 call, const Sent& sent) {
    prepare(call, sent);
    probe(when, before);
}

/// Makes a Call. Its answer is a message of the kernel's, and nothing else may change.
void ask(std::string_view when, const Sent& sent, Error error, std::initializer_list<u64> words) {
    prepare(seL4_SysCall, sent);
    Registers expected = before;
    expected.x[0] = 0;
    expected.x[1] = MessageInfo{}
                        .with(MessageInfo::label, static_cast<u64>(error))
                        .with(MessageInfo::length, words.size())
                        .raw();
    put_words(expected, words);
    probe(when, expected);
}

/// A Call that takes so long that ticks come, every 2 ms, and it has to be made again after each.
void ask_at_length(std::string_view when, const Sent& sent) {
    constexpr u64 three_ticks = 6'000'000;
    const u64 begin = cycles();
    ask(when, sent, Error::NoError, {});
    if (cycles() - begin < three_ticks) rt::panic("that was over before three ticks had come");
}

void identify(std::string_view when, u64 cptr, CapabilityType type) {
    prepare(seL4_SysDebugCapIdentify, cptr);
    Registers expected = before;
    expected.x[0] = static_cast<u64>(type);
    probe(when, expected);
}

/// Tells a CNode to delete a capability, and looks whether it has.
void tell_to_delete(std::string_view when, k::i64 call) {
    must(own_cspace.slot(victim).copy_from(own_cspace.slot(endpoint)));
    tell(when, call, {own_root, label::CNodeDelete, {victim, 64}});
    if (!is_empty(victim)) rt::panic("nothing has been deleted");
}

void call() {
    ask("a Call that is obeyed", {own_root, label::CNodeDelete, {empty, 64}}, Error::NoError, {});
    ask("a Call that is refused without words", {own_root, k::bit(40), {empty, 64}},
        Error::IllegalOperation, {});
    ask("a Call that is refused with one word", {empty, label::CNodeDelete, {empty, 64}},
        Error::InvalidCapability, {0});
    ask("a Call that is refused with two words", {own_root, label::CNodeDelete, {empty, too_deep}},
        Error::RangeError, {1, 64});
    constexpr u64 guard_bits = 64 - k::abi::root_cnode_bits;
    ask("a Call that is refused with five words", {own_root, label::CNodeDelete, {nowhere, 64}},
        Error::FailedLookup,
        {0, static_cast<u64>(LookupFailureType::GuardMismatch), 64, 0, guard_bits});
}

void send() {
    tell_to_delete("a Send that is obeyed", seL4_SysSend);
    tell("a Send that is refused", seL4_SysSend, {own_root, label::CNodeDelete, {empty, too_deep}});
    tell_to_delete("an NBSend that is obeyed", seL4_SysNBSend);
    tell("an NBSend that is refused", seL4_SysNBSend,
         {own_root, label::CNodeDelete, {nowhere, 64}});
    tell("an NBSend to nowhere", seL4_SysNBSend, {nowhere, label::CNodeDelete, {empty, 64}});
    tell("an NBSend for which nobody waits", seL4_SysNBSend, {endpoint, 0, {1, 2, 3, 4}});
}

void identify() {
    identify("DebugCapIdentify of a CNode", own_root, CapabilityType::CNode);
    identify("DebugCapIdentify of an empty slot", empty, CapabilityType::Null);
    identify("DebugCapIdentify of nowhere", nowhere, CapabilityType::Null);
}

/// Revokes memory that a large CNode full of endpoints was made of.
void revoke_at_length() {
    for (u64 slot = 0; slot < k::bit(many_bits); slot += k::abi::retype_fan_out)
        must(Untyped{memory}.retype(ObjectType::Endpoint, 0,
                                    {user::CNode{many}, slot, k::abi::retype_fan_out}));
    ask_at_length("a Revoke that ticks interrupt", {own_root, label::CNodeRevoke, {memory, 64}});
}

/// Makes something of memory that has been used, so it has to be cleared.
void retype_at_length() {
    must(Untyped{memory}.retype(ObjectType::Untyped, memory_bits, {own_cspace, large}));
    must(own_cspace.slot(large).remove());
    seL4_SetCap(0, own_root);
    constexpr auto type = static_cast<u64>(ObjectType::Endpoint);
    ask_at_length("a Retype that ticks interrupt",
                  {memory, label::UntypedRetype, {type, 0, 0, 0, victim, 1}, 1});
    if (is_empty(victim)) rt::panic("nothing has been made");
}

/// All that is needed, from what boot gave us.
void take_memory() {
    const seL4_BootInfo& info = *seL4_GetBootInfo();
    u64 i = 0;
    while (info.untypedList[i].isDevice != 0 || info.untypedList[i].sizeBits <= memory_bits)
        ++i;
    const Untyped untyped{info.untyped.start + i};
    must(untyped.retype(ObjectType::Untyped, memory_bits, {own_cspace, memory}));
    must(untyped.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint}));
    must(untyped.retype(ObjectType::CapTable, many_bits, {own_cspace, many}));
}

} // namespace

int main() {
    take_memory();
    call();
    send();
    identify();
    revoke_at_length();
    retype_at_length();
    if (mistakes != 0) rt::panic("a call changed what it should not, or did not what it should");
    user::print("every call changed what it should, and nothing else\n");
    user::print("[ch10] OK\n");
    return 0;
}
