#include "translate.hpp"

#include "object/cnode.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "object/untyped.hpp"
#if SPEC_CHAPTER >= 11
    #include "object/frame.hpp"
    #include "object/page_table.hpp"
    #include "object/vspace.hpp"
#endif
#if SPEC_CHAPTER >= 12
    #include "object/domain.hpp"
    #include "object/tcb.hpp"
#endif
#if SPEC_CHAPTER >= 14
    #include "object/reply.hpp"
#endif

#include <stdexcept>
#include <string>

namespace spec {

Word address_of(const void* object) {
    return k::arch::window.phys(object).raw();
}

Rights rights_of(const k::Capability& cap) {
    return Rights::from_word(cap.rights().raw());
}

namespace {

template <typename Object>
Name name(Kind kind, const k::Cap<Object>& cap) {
    return {kind, cap.address().raw()};
}

#if SPEC_CHAPTER >= 11

std::optional<Mapping> mapping(k::MappedAt at) {
    if (!at.somewhere()) return std::nullopt;
    return Mapping{asid_of(at[k::MappedAt::asid]), at.va().raw()};
}

Access access(Rights rights) {
    if (!rights.read) return Access::None;
    return rights.write ? Access::ReadWrite : Access::ReadOnly;
}

/// Of memory and address spaces; the null capability if it is another.
Capability translated_memory(const k::Capability& cap) {
    if (const auto frame = cap.as<k::Frame>()) {
        const Word bits = k::arch::span_bits(k::arch::level_of(frame->size()));
        return FrameCap{frame->address().raw(), bits, frame->is_device(), access(rights_of(cap)),
                        mapping(frame->mapped())};
    }
    if (const auto table = cap.as<k::PageTable>()) {
        return PageTableCap{name(Kind::PageTable, *table), mapping(table->mapped())};
    }
    if (const auto vspace = cap.as<k::VSpace>()) {
        std::optional<Word> asid;
        if (vspace->has_asid()) asid = asid_of(vspace->asid());
        return VSpaceCap{name(Kind::VSpace, *vspace), asid};
    }
    if (const auto pool = cap.as<k::AsidPool>()) {
        return AsidPoolCap{name(Kind::AsidPool, *pool), pool->index()};
    }
    if (cap.as<k::AsidControl>()) return AsidControlCap{};
    return NullCap{};
}

#else

Capability translated_memory(const k::Capability&) {
    return NullCap{};
}

#endif

Capability translated_thread(const k::Capability& cap) {
#if SPEC_CHAPTER >= 12
    if (const auto thread = cap.as<k::Tcb>()) return ThreadCap{name(Kind::Thread, *thread)};
    if (cap.as<k::Domain>()) return DomainCap{};
#endif
#if SPEC_CHAPTER >= 14
    if (const auto reply = cap.as<k::Reply>()) {
        return ReplyCap{name(Kind::Thread, *reply), rights_of(cap).grant};
    }
#endif
    (void)cap;
    return NullCap{};
}

} // namespace

Capability translated(const k::Capability& cap) {
    if (cap.is_null()) return NullCap{};
    if (const auto untyped = cap.as<k::Untyped>()) {
        return UntypedCap{untyped->address().raw(), untyped->size_bits(), untyped->is_device(),
                          untyped->watermark()};
    }
    if (const auto cnode = cap.as<k::CNode>()) {
        return CNodeCap{name(Kind::CNode, *cnode), cnode->guard(), cnode->guard_size()};
    }
    if (const auto endpoint = cap.as<k::Endpoint>()) {
        return EndpointCap{name(Kind::Endpoint, *endpoint), endpoint->badge(), rights_of(cap)};
    }
    if (const auto signal = cap.as<k::Notification>()) {
        const Rights rights = rights_of(cap);
        return NotificationCap{name(Kind::Notification, *signal),
                               signal->badge(),
                               {.write = rights.write, .read = rights.read}};
    }
    if (const auto memory = translated_memory(cap); !is<NullCap>(memory)) return memory;
    if (const auto thread = translated_thread(cap); !is<NullCap>(thread)) return thread;
    throw std::logic_error("a capability that the model does not know, of type " +
                           std::to_string(static_cast<Word>(cap.type())));
}

#if SPEC_CHAPTER >= 11

namespace {

/// A leaf, in the model's words.
Page page(k::arch::Descriptor leaf, k::arch::Level level) {
    using k::arch::Descriptor;
    const bool readable = leaf[Descriptor::user];
    return {.frame = leaf.target().raw(),
            .bits = k::arch::span_bits(level),
            .access = access({.write = !leaf[Descriptor::read_only], .read = readable}),
            .cacheable = leaf[Descriptor::memory] == k::arch::MemoryType::Normal,
            .executable = !leaf[Descriptor::user_execute_never]};
}

} // namespace

void walk(k::PhysAddr table, k::arch::Level level, Word first, VSpace& vspace) {
    const auto& entries = k::arch::window.at<const k::arch::Table>(table)->entries;
    const Word bits = k::arch::span_bits(level);
    for (Word i = 0; i < entries.size(); ++i) {
        const auto entry = k::arch::load_descriptor(entries[i]);
        if (entry.raw() == 0) continue;
        const Word address = first + (i << bits);
        if (entry.is_leaf(level)) vspace.pages[address] = page(entry, level);
        if (!entry.is_table(level)) continue;
        vspace.tables[{bits, address}] = Name{Kind::PageTable, entry.target().raw()};
        walk(entry.target(), below(level), address, vspace);
    }
}

#endif

} // namespace spec
