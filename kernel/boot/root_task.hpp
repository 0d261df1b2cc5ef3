/// \file
/// The first program: from the file that firmware loaded to a thread that can run.
#pragma once

#include "boot/initial_cspace.hpp"
#include "object/asid.hpp"
#include "object/tcb.hpp"

namespace k {

/// Where the first program's pages are: one range of addresses, which leads to one range of memory.
/// seL4 manual, "Initial Thread's Environment".
struct UserLayout {
    VirtRange image;     ///< from the lowest segment to the highest
    VirtAddr ipc_buffer; ///< a page, like each of those that follow
    VirtAddr boot_info;
    VirtRange extra_pages; ///< what else there is to know, in chunks

    [[nodiscard]] VirtRange all() const noexcept { return {image.begin, extra_pages.end}; }
};

/// How the pages follow one another. \param extra_bytes  of all chunks
[[nodiscard]] OrRefusal<UserLayout> lay_out(VirtRange image, u64 extra_bytes) noexcept;

/// The first program, ready to run.
struct RootTask {
    UserLayout layout;
    PhysRange memory;   ///< of all its pages
    AddressSpace space; ///< in which all of them are mapped
    InitialCSpace cspace;
    Tcb* thread;
};

/// Makes the root task out of the initrd, in memory of the boot allocator's.
/// \param asids  in which its address space gets an identifier
[[nodiscard]] OrRefusal<RootTask> make_root_task(BootState& boot, AsidTable& asids) noexcept;

} // namespace k
