#include "methods.hpp"

#include <algorithm>
#include <array>

namespace spec {

namespace {

/// The kinds of invocation, and the chapter from which on the kernel has it, ascending. One that
/// stands twice is twice as likely.
struct Known {
    Method method;
    int since;
    const char* name;
};

constexpr std::array methods{
    Known{Method::UntypedRetype, 10, "UntypedRetype"},
    Known{Method::UntypedRetype, 10, "UntypedRetype"},
    Known{Method::CNodeCopy, 10, "CNodeCopy"},
    Known{Method::CNodeMint, 10, "CNodeMint"},
    Known{Method::CNodeMove, 10, "CNodeMove"},
    Known{Method::CNodeMutate, 10, "CNodeMutate"},
    Known{Method::CNodeRotate, 10, "CNodeRotate"},
    Known{Method::CNodeDelete, 10, "CNodeDelete"},
    Known{Method::CNodeRevoke, 10, "CNodeRevoke"},
    Known{Method::CNodeSaveCaller, 10, "CNodeSaveCaller"},
    Known{Method::CNodeCancelBadgedSends, 10, "CNodeCancelBadgedSends"},
    Known{Method::PageTableMap, 11, "PageTableMap"},
    Known{Method::PageTableMap, 11, "PageTableMap"},
    Known{Method::PageTableUnmap, 11, "PageTableUnmap"},
    Known{Method::PageMap, 11, "PageMap"},
    Known{Method::PageMap, 11, "PageMap"},
    Known{Method::PageUnmap, 11, "PageUnmap"},
    Known{Method::PageCleanData, 11, "PageCleanData"},
    Known{Method::PageInvalidateData, 11, "PageInvalidateData"},
    Known{Method::PageCleanInvalidateData, 11, "PageCleanInvalidateData"},
    Known{Method::PageUnifyInstruction, 11, "PageUnifyInstruction"},
    Known{Method::PageGetAddress, 11, "PageGetAddress"},
    Known{Method::VSpaceCleanData, 11, "VSpaceCleanData"},
    Known{Method::VSpaceInvalidateData, 11, "VSpaceInvalidateData"},
    Known{Method::VSpaceCleanInvalidateData, 11, "VSpaceCleanInvalidateData"},
    Known{Method::VSpaceUnifyInstruction, 11, "VSpaceUnifyInstruction"},
    Known{Method::AsidMakePool, 11, "AsidMakePool"},
    Known{Method::AsidAssign, 11, "AsidAssign"},
    Known{Method::ReadRegisters, 12, "ReadRegisters"},
    Known{Method::WriteRegisters, 12, "WriteRegisters"},
    Known{Method::CopyRegisters, 12, "CopyRegisters"},
    Known{Method::Configure, 12, "Configure"},
    Known{Method::SetPriority, 12, "SetPriority"},
    Known{Method::SetPriority, 12, "SetPriority"},
    Known{Method::SetMaxPriority, 12, "SetMaxPriority"},
    Known{Method::SetSchedParams, 12, "SetSchedParams"},
    Known{Method::SetIpcBuffer, 12, "SetIpcBuffer"},
    Known{Method::SetSpace, 12, "SetSpace"},
    Known{Method::Suspend, 12, "Suspend"},
    Known{Method::Resume, 12, "Resume"},
    Known{Method::Resume, 12, "Resume"},
    Known{Method::SetTlsBase, 12, "SetTlsBase"},
    Known{Method::SetFlags, 12, "SetFlags"},
    Known{Method::DomainSet, 12, "DomainSet"},
    Known{Method::DomainScheduleConfigure, 12, "DomainScheduleConfigure"},
    Known{Method::DomainScheduleSetStart, 12, "DomainScheduleSetStart"},
    Known{Method::BindNotification, 15, "BindNotification"},
    Known{Method::BindNotification, 15, "BindNotification"},
    Known{Method::UnbindNotification, 15, "UnbindNotification"},
};

} // namespace

Method chosen_method(Word number) {
    return methods.at(number).method;
}

Word methods_here() {
    const auto later = [](const Known& row) { return row.since > chapter; };
    return static_cast<Word>(std::ranges::find_if(methods, later) - methods.begin());
}

std::vector<Method> methods_chosen() {
    std::vector<Method> chosen;
    for (const Known& known : methods) {
        if (known.since <= chapter) chosen.push_back(known.method);
    }
    return chosen;
}

std::string name_of(Method method) {
    const auto* known =
        std::ranges::find_if(methods, [method](const Known& row) { return row.method == method; });
    return known == methods.end() ? "method " + std::to_string(Word(method)) : known->name;
}
} // namespace spec
