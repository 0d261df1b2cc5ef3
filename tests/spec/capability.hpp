/// \file
/// The kinds of capability and what changes one: rights, Mint's data, derivation.
#pragma once

#include "names.hpp"

#include <optional>
#include <variant>

namespace spec {

struct World;

/// seL4 manual, "Capability Rights"; the bits are in ABI.md, "Rights and capability data".
struct Rights {
    bool write = true;
    bool read = true;
    bool grant = true;
    bool grant_reply = true;

    static Rights from_word(Word word);
    bool operator==(const Rights&) const = default;
};

/// What EL0 may do with the data of a frame, ordered: each allows what the ones before it allow.
enum class Access { None, ReadOnly, ReadWrite };

/// Where a frame or page table is mapped, as its capability remembers it. The address of a page
/// table is the first that it translates.
struct Mapping {
    Word asid = 0;
    Word address = 0;

    bool operator==(const Mapping&) const = default;
};

struct NullCap : std::monostate {};

/// Memory from which objects are made: 2^bits bytes, used up to the watermark (bytes from the
/// start). An untyped capability without children has watermark 0.
struct UntypedCap {
    Word address = 0;
    Word bits = 0;
    bool device = false;
    Word watermark = 0;

    bool operator==(const UntypedCap&) const = default;
};

struct CNodeCap {
    Name cnode;
    Word guard = 0;
    Word guard_bits = 0;

    bool operator==(const CNodeCap&) const = default;
};

struct ThreadCap {
    Name thread;
    bool operator==(const ThreadCap&) const = default;
};

struct EndpointCap {
    Name endpoint;
    Word badge = 0;
    Rights rights;
    bool operator==(const EndpointCap&) const = default;
};

/// Of the rights only read and write count.
struct NotificationCap {
    Name notification;
    Word badge = 0;
    Rights rights;
    bool operator==(const NotificationCap&) const = default;
};

/// The right to answer one blocked thread, once. It is outside the derivation tree.
struct ReplyCap {
    Name caller;
    bool grant = false;
    bool operator==(const ReplyCap&) const = default;
};

struct FrameCap {
    Word address = 0;
    Word bits = 12;
    bool device = false;
    Access access = Access::ReadWrite;
    std::optional<Mapping> mapping;
    bool operator==(const FrameCap&) const = default;
};

struct PageTableCap {
    Name table;
    std::optional<Mapping> mapping;
    bool operator==(const PageTableCap&) const = default;
};

struct VSpaceCap {
    Name vspace;
    std::optional<Word> asid;
    bool operator==(const VSpaceCap&) const = default;
};

/// The pool of the 512 ASIDs that begin with \p index.
struct AsidPoolCap {
    Name pool;
    Word index = 0;
    bool operator==(const AsidPoolCap&) const = default;
};

struct AsidControlCap : std::monostate {};
struct IrqControlCap : std::monostate {};
struct DomainCap : std::monostate {};

struct IrqHandlerCap {
    Name interrupt;
    bool operator==(const IrqHandlerCap&) const = default;
};

/// Any Send on it raises a software generated interrupt on the target core.
struct SgiCap {
    Word irq = 0;
    Word target = 0;
    bool operator==(const SgiCap&) const = default;
};

using Capability =
    std::variant<NullCap, UntypedCap, CNodeCap, ThreadCap, EndpointCap, NotificationCap, ReplyCap,
                 FrameCap, PageTableCap, VSpaceCap, AsidPoolCap, AsidControlCap, IrqControlCap,
                 IrqHandlerCap, SgiCap, DomainCap>;

template <typename Type>
bool is(const Capability& capability) {
    return std::holds_alternative<Type>(capability);
}

/// The object that a capability keeps alive. A reply capability keeps none.
std::optional<Name> object_of(const Capability& capability);

/// The capability with fewer rights. SEMANTICS 4: "Rights masks affect …".
Capability masked(Capability capability, Rights rights);

/// A frame's access under a mask: also the access that a mapping gets.
Access masked(Access access, Rights rights);

/// The capability with Mint's data applied. SEMANTICS 4: "Mint data".
/// \throws Refusal IllegalOperation.
Capability with_data(const World& world, Capability capability, Word data);

/// The badge of an endpoint or notification capability, else 0.
Word badge_of(const Capability& capability);

/// What a copy of \p capability, found in \p source, holds. SEMANTICS 4: "What Copy and Mint do by
/// type". \throws Refusal IllegalOperation if it cannot be copied, RevokeFirst for untyped memory
/// in use.
Capability derived(const World& world, SlotName source, Capability capability);

/// DebugCapIdentify's answer. ABI.md, "Registers at svc #0".
Word type_number(const Capability& capability);

} // namespace spec
