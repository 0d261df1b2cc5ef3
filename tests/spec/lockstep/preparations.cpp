#include "preparations.hpp"

#include "calls.hpp"
#include "host_machine.hpp"

namespace spec {

namespace {

Call badge(Word from, Word to, Word badge) {
    return invoke(place::root, Method::CNodeMint, {to, 64, from, 64, 15, badge}, {place::root});
}

/// A thread as the root task is one, that begins at once, and its IPC buffer.
void prepare_thread(std::vector<Call>& calls, Word tcb, Word vspace) {
    calls.push_back(make(place::untyped, 1, 0, tcb, 1));
    calls.push_back(make(place::untyped, 7, 0, tcb + 1, 1));
    calls.push_back(invoke(tcb, Method::Configure, {fault_handler, 0, 0, 0x400},
                           {place::root, vspace, tcb + 1}));
    calls.push_back(invoke(tcb, Method::SetSchedParams, {255, 255}, {place::thread}));
    calls.push_back(invoke(tcb, Method::Resume, {}));
}

/// Tables for small pages in an address space, and a page.
void prepare_space(std::vector<Call>& calls, Word vspace, Word tables, Word frame) {
    for (const Word table : {tables, tables + 1, tables + 2}) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_region, 3}, {vspace}));
    }
    calls.push_back(invoke(frame, Method::PageMap, {mapped_region + 0x3000, 3, 3}, {vspace}));
}

/// The CNodes: in the first, an endpoint capability, and the CNodes themselves.
void prepare_cnodes(std::vector<Call>& calls) {
    calls.push_back(make(place::untyped, 4, 2, prepared::cnodes, 2));
    Word index = 0;
    for (const Word from : {prepared::endpoint, prepared::cnodes, prepared::cnodes + 1}) {
        calls.push_back(
            invoke(prepared::cnodes, Method::CNodeCopy, {index++, 2, from, 64, 15}, {place::root}));
    }
}

void prepare_memory(std::vector<Call>& calls) {
    calls.push_back(make(place::untyped, 9, 0, prepared::tables, 10));
    calls.push_back(make(place::untyped, 7, 0, prepared::frames, 3));
    calls.push_back(make(place::untyped, 6, 0, prepared::vspaces, 2));
    calls.push_back(make(place::untyped, 0, 12, prepared::pools, 3));
    calls.push_back(invoke(place::asid_control, Method::AsidMakePool, {prepared::pool, 64},
                           {prepared::pools + 2, place::root}));
    calls.push_back(invoke(prepared::pool, Method::AsidAssign, {}, {prepared::vspaces}));
    prepare_space(calls, place::vspace, prepared::tables, prepared::frames);
    prepare_space(calls, prepared::vspaces, prepared::tables + 3, prepared::frames + 1);
}

} // namespace

std::vector<Call> preparations() {
    std::vector<Call> calls;
    if (chapter < 11) return calls;
    calls.push_back(make(place::untyped, 2, 0, prepared::endpoint, 1));
    calls.push_back(badge(prepared::endpoint, prepared::badged, 5));
    calls.push_back(make(place::untyped, 3, 0, prepared::notification, 1));
    calls.push_back(badge(prepared::notification, prepared::signal, 6));
    prepare_memory(calls);
    prepare_cnodes(calls);
    if (chapter < 12) return calls;
    prepare_thread(calls, prepared::threads, place::vspace);
    prepare_thread(calls, prepared::threads + 2, prepared::vspaces);
    prepare_thread(calls, prepared::threads + 4, prepared::vspaces);
    return calls;
}
} // namespace spec
