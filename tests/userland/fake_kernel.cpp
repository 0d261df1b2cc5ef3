#include "fake_kernel.hpp"

#include "abi/invocations.hpp"

#include <algorithm>

using k::u64;
namespace abi = k::abi;

namespace {

FakeKernel* running = nullptr;

constexpr u64 first_slot = 20;
constexpr u64 last_slot = u64{1} << abi::root_cnode_bits;

} // namespace

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
                                    std::vector<u64> words) {
    switch (seL4_MessageInfo_get_label(info)) {
    case abi::label::UntypedRetype:
        return seL4_MessageInfo_new(static_cast<u64>(retype(dest, words)), 0, 0, 0);
    case abi::label::CNodeRevoke: revoke(words[0]); return seL4_MessageInfo_new(0, 0, 0, 0);
    default: return seL4_MessageInfo_new(seL4_IllegalOperation, 0, 0, 0);
    }
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
    for (int i = 4; i < 8; ++i)
        words.push_back(seL4_GetMR(i));
    return running->call(dest, info, words);
}

void seL4_DebugPutChar(char character) {
    running->printed += character;
}
