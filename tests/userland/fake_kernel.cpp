#include "fake_kernel.hpp"

#include "abi/invocations.hpp"
#include "lib/image.hpp"
#include "rt/start.hpp"

#include <algorithm>

using k::u64;
namespace abi = k::abi;

namespace {

FakeKernel* running = nullptr;

constexpr u64 first_slot = 20;
constexpr u64 last_slot = u64{1} << abi::root_cnode_bits;

} // namespace

// What start-up and the linker have in programs.
extern const char __executable_start[1] =
    {}; // NOLINT(bugprone-reserved-identifier, *-avoid-c-arrays)

seL4_Word rt::ThreadStorage::prepare() noexcept {
    return reinterpret_cast<k::uptr>(this);
}

seL4_BootInfo* seL4_GetBootInfo() {
    return static_cast<seL4_BootInfo*>(running->boot_info_page);
}

LIBSEL4_THREAD_LOCAL seL4_IPCBuffer* __sel4_ipc_buffer; // NOLINT(readability-identifier-naming)

FakeKernel::FakeKernel() {
    running = this;
    seL4_SetIPCBuffer(&buffer_);
    boot_info_.untyped = {first_slot, first_slot};
    boot_info_.empty = {first_slot, last_slot};
}

FakeKernel::~FakeKernel() {
    running = nullptr;
}

void FakeKernel::add_memory(u64 size_bits, bool is_device) {
    const u64 slot = boot_info_.untyped.end++;
    boot_info_.untypeds[slot - first_slot] = {0, static_cast<k::u8>(size_bits), is_device, {}};
    boot_info_.empty.begin = boot_info_.untyped.end;
    slots[slot] = {abi::ObjectType::Untyped, size_bits};
}

u64 FakeKernel::bytes_in_use() const {
    u64 bytes = 0;
    for (const auto& [slot, cap] : slots)
        if (cap.type != abi::ObjectType::Untyped)
            bytes += k::bit(static_cast<unsigned>(cap.size_bits));
    return bytes;
}

seL4_MessageInfo_t FakeKernel::call(seL4_CPtr dest, seL4_MessageInfo_t info,
                                    std::vector<u64>& words) {
    const u64 label = seL4_MessageInfo_get_label(info);
    auto error = abi::Error::NoError;
    switch (label) {
    case abi::label::UntypedRetype: error = retype(dest, words); break;
    case abi::label::CNodeRevoke: revoke(words[0]); break;
    case abi::label::PageMap: error = map_page(dest, words); break;
    case abi::label::PageTableMap: error = map_table(words[0]); break;
    case abi::label::ASIDPoolAssign: break;
    case abi::label::TCBConfigure:
    case abi::label::TCBSetSchedParams:
    case abi::label::TCBWriteRegisters:
    case abi::label::TCBResume:
        tcb_calls.push_back({dest, label, words, {seL4_GetCap(0), seL4_GetCap(1), seL4_GetCap(2)}});
        break;
    default: error = abi::Error::IllegalOperation;
    }
    return seL4_MessageInfo_new(static_cast<u64>(error), 0, 0, 0);
}

abi::Error FakeKernel::map_table(u64 address) {
    for (const u64 bits : {39U, 30U, 21U})
        if (tables.insert(address >> bits << bits | bits).second) return abi::Error::NoError;
    return abi::Error::DeleteFirst;
}

abi::Error FakeKernel::map_page(seL4_CPtr page, std::vector<u64>& words) {
    const u64 address = words[0];
    const u64 page_bits = slots.at(page).size_bits;
    for (const u64 bits : {39U, 30U, 21U}) {
        const bool there = tables.contains(address >> bits << bits | bits);
        if (there != (bits <= page_bits)) continue; // as it must be
        words = {0, static_cast<u64>(abi::LookupFailureType::MissingCapability),
                 there ? bits - 9 : bits, 0};
        return abi::Error::FailedLookup;
    }
    pages[address] = page;
    return abi::Error::NoError;
}

abi::Error FakeKernel::retype(seL4_CPtr untyped, const std::vector<u64>& words) {
    const auto type = static_cast<abi::ObjectType>(words[0]);
    const u64 size_bits = abi::size_bits(type, words[1]);
    const u64 bytes = u64{1} << size_bits;
    const u64 first = words[4];
    const u64 count = words[5];
    auto& memory = slots.at(untyped);
    if (type == refused) return abi::Error::InvalidArgument;
    for (u64 slot = first; slot < first + count; ++slot)
        if (slots.contains(slot) || slot >= last_slot) return abi::Error::DeleteFirst;
    const u64 start = (memory.used + bytes - 1) / bytes * bytes;
    if (start + count * bytes > u64{1} << memory.size_bits) return abi::Error::NotEnoughMemory;
    memory.used = start + count * bytes;
    for (u64 slot = first; slot < first + count; ++slot)
        slots[slot] = {type, size_bits, 0, untyped};
    return abi::Error::NoError;
}

void FakeKernel::revoke(seL4_CPtr slot) {
    for (auto child = slots.begin(); child != slots.end();) {
        if (child->second.parent != slot) {
            ++child;
            continue;
        }
        revoke(child->first);
        slots.erase(child);
        child = slots.begin();
    }
    slots.at(slot).used = 0;
}

seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word* mr0,
                                    seL4_Word* mr1, seL4_Word* mr2, seL4_Word* mr3) {
    std::vector<u64> words{*mr0, *mr1, *mr2, *mr3};
    for (int i = 4; i < 40; ++i)
        words.push_back(seL4_GetMR(i));
    const auto answer = running->call(dest, info, words);
    *mr0 = words[0];
    *mr1 = words[1];
    *mr2 = words[2];
    *mr3 = words[3];
    return answer;
}

void seL4_DebugPutChar(char character) {
    running->printed += character;
}
