/// \file
/// What the methods of all kernel objects are given. ABI.md, "Invocations".
#pragma once

#include "world.hpp"

namespace spec {

/// A method: the label of an invocation's message.
enum class Method : Word {
    UntypedRetype = 1,
    ReadRegisters,
    WriteRegisters,
    CopyRegisters,
    Configure,
    SetPriority,
    SetMaxPriority,
    SetSchedParams,
    SetIpcBuffer,
    SetSpace,
    Suspend,
    Resume,
    BindNotification,
    UnbindNotification,
    SetTlsBase,
    SetFlags,
    CNodeRevoke,
    CNodeDelete,
    CNodeCancelBadgedSends,
    CNodeCopy,
    CNodeMint,
    CNodeMove,
    CNodeMutate,
    CNodeRotate,
    CNodeSaveCaller,
    IrqGet,
    IrqAck,
    IrqSetNotification,
    IrqClear,
    DomainSet,
    DomainScheduleConfigure,
    DomainScheduleSetStart,
    VSpaceCleanData,
    VSpaceInvalidateData,
    VSpaceCleanInvalidateData,
    VSpaceUnifyInstruction,
    SmcCall,
    PageTableMap,
    PageTableUnmap,
    PageMap,
    PageUnmap,
    PageCleanData,
    PageInvalidateData,
    PageCleanInvalidateData,
    PageUnifyInstruction,
    PageGetAddress,
    AsidMakePool,
    AsidAssign,
    IrqGetTrigger,
    IrqIssueSgi,
};

/// A capability handed to a call, and the slot where it was found.
struct Argument {
    SlotName slot;
    Capability capability;
};

struct Invocation {
    Name caller;
    SlotName slot; ///< of the invoked capability
    Method method{};
    Words words;
    std::vector<Argument> arguments;

    /// \throws Refusal TruncatedMessage if there are fewer words or capabilities.
    void needs(std::size_t word_count, std::size_t argument_count = 0) const {
        if (words.size() < word_count || arguments.size() < argument_count) {
            throw Refusal{TruncatedMessage};
        }
    }
};

/// \name The methods, by the capability that they are called on
/// \return the words of a successful reply. \throws Refusal otherwise, the world unchanged.
/// \{
Words invoke_untyped(World& world, const Invocation& call, const UntypedCap& untyped);
Words invoke_cnode(World& world, const Invocation& call, const CNodeCap& root);
Words invoke_thread(World& world, const Invocation& call, Name target);
Words invoke_frame(World& world, const Invocation& call, const FrameCap& frame);
Words invoke_page_table(World& world, const Invocation& call, const PageTableCap& table);
Words invoke_vspace(const World& world, const Invocation& call, const VSpaceCap& vspace);
Words invoke_asid_control(World& world, const Invocation& call);
Words invoke_asid_pool(World& world, const Invocation& call, const AsidPoolCap& pool);
Words invoke_irq_control(World& world, const Invocation& call);
Words invoke_irq_handler(World& world, const Invocation& call, Name interrupt);
Words invoke_domain(World& world, const Invocation& call);
/// \}

} // namespace spec
