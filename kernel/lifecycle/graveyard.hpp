/// \file
/// Deleting capabilities, and what dies with the last of them.
///
/// When the last capability to a CNode goes, so do those in its slots, and if one of these is the
/// last to another CNode, so do those in there. A kernel with one small stack cannot recurse, and
/// one that lets interrupts in has to be able to stop anywhere. So there is no recursion and no
/// "anywhere": deleting is a loop of steps, each of which is short and leaves everything in order.
///
/// A CNode that dies leaves a *zombie* in the slot that held its last capability. Each step looks
/// at the one slot that the zombie says is next:
///
/// - It is empty: the zombie moves on to the slot before. That was the first one: the zombie goes.
/// - It holds the last capability to another CNode: that one dies, too. It is *buried*: its zombie
///   goes into its own first slot, and what was there comes out into the slot at hand (to be looked
///   at in the next step). A buried CNode hangs on nothing but itself, so there is nothing to come
///   back to, however deep CNodes are nested. The graves form a stack, linked through themselves.
/// - It holds a zombie, left there by a deletion that was interrupted, or put there by this one
///   since the CNode contains the slot from which it is being deleted: that one is buried, too.
/// - It holds anything else: that is deleted on the spot.
///
/// Steps go to the newest grave first. The zombie that a deletion began with stays where it is, so
/// it is there to be found when the system call is made again after an interrupt: Delete finds it
/// by its CPtr, Revoke by its place in the tree. It goes last, after all graves that have been dug
/// since; it remembers how many there were before (or fewer, when others have filled some of those
/// in meanwhile). So one thread's short deletion does not have to
/// finish the long one of another that was interrupted. Whoever needs a grave gone that lies deeper
/// (it is a descendant of what is being revoked) works off those above it first.
///
/// What holds after each step:
///
/// 1. A dying object has one capability, its zombie, in the place in the tree of the last one to
///    it. So nothing but deletion reaches its slots, and its untyped has children until all of them
///    are empty.
/// 2. The slots of a dying object behind the next one are empty.
/// 3. The graves are exactly those zombies that lie in the first slots of their own objects.
///
/// Why it ends: each step deletes a capability, or makes a zombie out of a CNode capability, or
/// buries a zombie that was not buried, or moves one on towards its end; nothing undoes any of it.
/// Nothing is lost: a capability leaves a dying CNode by being deleted or, to make room for a
/// grave, into the next slot of another one.
#pragma once

#include "lifecycle/preemption.hpp"
#include "object/slot.hpp"

namespace k {

struct KernelObjects;

class Graveyard {
  public:
    /// Empties a slot, and with it all the slots of what dies with its capability.
    /// \pre it is not a grave: no CPtr leads to one
    /// \param kernel  whose graveyard this is: what dies is removed from all of it
    Progress erase(Slot& slot, KernelObjects& kernel) noexcept;

    /// Deletes all that is derived from the capability in a slot. When the slot itself is emptied
    /// on the way, with a CNode that is one of the descendants, that CNode is the last to go.
    Progress revoke(Slot& slot, KernelObjects& kernel) noexcept;

    /// How many graves there are.
    [[nodiscard]] u64 depth() const noexcept { return depth_; }

    /// The newest grave; nullptr if there is none.
    [[nodiscard]] const Slot* newest() const noexcept { return newest_; }

  private:
    void step(Slot& slot, KernelObjects& kernel) noexcept;
    void kill(Slot& slot, KernelObjects& kernel) noexcept;
    void reduce(Slot& slot, KernelObjects& kernel) noexcept;
    void bury(Slot& slot) noexcept;
    void push(Slot& grave) noexcept;
    void finish(Slot& slot) noexcept;

    Slot* newest_ = nullptr;
    u64 depth_ = 0;
};

/// Panics with the name of the first invariant that does not hold. They look at the newest grave
/// only: the others were that once.
void check_every_invariant(const Graveyard& graveyard) noexcept;

} // namespace k
