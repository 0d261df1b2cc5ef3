/// \file
/// A kernel for the library's tests: untyped memory, slots, Retype, Revoke and one address space,
/// as far as an allocator can tell; and it takes note of what is asked of threads.
#pragma once

#include "abi/boot_info.hpp"
#include "abi/errors.hpp"
#include "abi/objects.hpp"

#include <map>
#include <sel4/syscalls.h>
#include <set>
#include <string>
#include <vector>

/// What is in a slot.
struct FakeCapability {
    k::abi::ObjectType type;
    k::u64 size_bits;
    k::u64 used = 0;      ///< of an untyped: bytes, from its start
    seL4_CPtr parent = 0; ///< the untyped that it was made of
};

/// An invocation that the fake kernel has taken note of.
struct FakeCall {
    seL4_CPtr object;
    k::u64 label;
    std::vector<k::u64> words;
    std::vector<seL4_CPtr> caps;
};

/// The kernel that all system calls go to while it exists.
class FakeKernel {
  public:
    FakeKernel();
    ~FakeKernel();
    FakeKernel(const FakeKernel&) = delete;
    FakeKernel& operator=(const FakeKernel&) = delete;

    /// Gives the root task another untyped.
    void add_memory(k::u64 size_bits, bool is_device = false);

    /// What the library reads.
    [[nodiscard]] k::abi::BootInfo& boot_info() { return boot_info_; }

    /// Bytes of all objects that are no untypeds.
    [[nodiscard]] k::u64 bytes_in_use() const;

    seL4_MessageInfo_t call(seL4_CPtr dest, seL4_MessageInfo_t info, std::vector<k::u64>& words);

    std::map<seL4_CPtr, FakeCapability> slots; ///< those that are not empty
    std::set<k::u64> tables;                   ///< that are mapped: address and level, as below
    std::map<k::u64, seL4_CPtr> pages;         ///< that are mapped, by address
    std::vector<FakeCall> tcb_calls;           ///< invocations of threads, in order
    k::abi::ObjectType refused{99};            ///< a type that this kernel does not make yet
    std::string printed;
    void* boot_info_page = &boot_info_; ///< what programs take for BootInfo

  private:
    k::abi::Error retype(seL4_CPtr untyped, const std::vector<k::u64>& words);
    void revoke(seL4_CPtr slot);
    k::abi::Error map_page(seL4_CPtr page, std::vector<k::u64>& words);
    k::abi::Error map_table(k::u64 address);

    k::abi::BootInfo boot_info_{};
    seL4_IPCBuffer buffer_{};
};
