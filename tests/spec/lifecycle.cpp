#include "lifecycle.hpp"

#include "derivation.hpp"
#include "endpoint.hpp"
#include "notification.hpp"
#include "thread.hpp"
#include "vspace.hpp"

namespace spec {

namespace {

/// The occupied slots inside an object, ascending.
std::vector<SlotName> slots_in(const World& world, Name object) {
    std::vector<SlotName> found;
    const auto end = world.slots.upper_bound({object, ~Word{0}});
    for (auto slot = world.slots.lower_bound({object, 0}); slot != end; ++slot) {
        found.push_back(slot->first);
    }
    return found;
}

/// Ends the object of a capability that was the last one to it. The capabilities in its slots
/// remain, for the caller to delete. "The object dies with its last capability …".
void destroy(World& world, Name object, const Capability& last) {
    switch (object.kind) {
    case Kind::CNode: world.cnodes.erase(object); break;
    case Kind::Thread: destroy_thread(world, object); break;
    case Kind::Endpoint: destroy_endpoint(world, object); break;
    case Kind::Notification: destroy_notification(world, object); break;
    case Kind::PageTable: unmap_table(world, std::get<PageTableCap>(last)); break;
    case Kind::VSpace: destroy_vspace(world, std::get<VSpaceCap>(last)); break;
    case Kind::AsidPool: destroy_pool(world, std::get<AsidPoolCap>(last)); break;
    case Kind::Interrupt: world.interrupts.erase(object); break; // masked, and free for Get
    }
}

} // namespace

void delete_capability(World& world, SlotName slot) {
    std::deque<SlotName> doomed{slot};
    while (!doomed.empty()) {
        const SlotName next = doomed.front();
        doomed.pop_front();
        if (!occupied(world, next)) continue;
        const Capability gone = take_capability(world, next);
        if (const auto* frame = std::get_if<FrameCap>(&gone)) unmap_page(world, *frame);
        const auto object = object_of(gone);
        if (!object || holders(world, *object) != 0) continue;
        destroy(world, *object, gone);
        const auto inside = slots_in(world, *object);
        doomed.insert(doomed.begin(), inside.begin(), inside.end());
    }
}

void revoke(World& world, SlotName slot) {
    while (has_children(world, slot)) { // none either once the slot itself has been emptied
        delete_capability(world, descendants(world, slot).front());
    }
}

} // namespace spec
