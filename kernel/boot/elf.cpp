#include "boot/elf.hpp"

#include "abi/limits.hpp"
#include "base/memory.hpp"

#include <bit>

namespace k {

namespace {

constexpr u64 user_end = abi::user_top + 1;

/// "ELF Header": the file begins with it.
struct FileHeader {
    u32 magic;
    u8 file_class;
    u8 data;
    std::array<u8, 10> other_identification;
    u16 type;
    u16 machine;
    u32 version;
    u64 entry;
    u64 program_headers; ///< where they are in the file
    u64 section_headers;
    u32 flags;
    u16 header_bytes;
    u16 program_header_bytes;
    u16 program_header_count;
    std::array<u16, 3> of_sections;
};

static_assert(sizeof(FileHeader) == 64);

/// "Program Header": what a part of the file is for.
struct ProgramHeader {
    u32 type;
    u32 flags;
    u64 offset;
    u64 address;
    u64 physical_address;
    u64 file_bytes;
    u64 memory_bytes;
    u64 alignment;
};

static_assert(sizeof(ProgramHeader) == 56);

constexpr u32 magic = 0x464c'457f; // "\x7fELF"
constexpr u8 class_64 = 2;
constexpr u8 little_endian = 1;
constexpr u16 executable_file = 2;
constexpr u16 aarch64 = 183;
constexpr u32 current_version = 1;
constexpr u32 loadable = 1;
constexpr u32 flag_execute = 1;
constexpr u32 flag_write = 2;

/// Whether `bytes` bytes at `offset` are within `size`, however large the numbers are.
constexpr bool fits(u64 offset, u64 bytes, u64 size) noexcept {
    return offset <= size && bytes <= size - offset;
}

/// A copy of what is at `offset`, since a file need not be aligned. \pre it fits
template <class T>
T read_at(std::span<const u8> file, u64 offset) noexcept {
    T value;
    memory::copy(&value, &file[offset], sizeof value);
    return value;
}

OrRefusal<FileHeader> read_header(std::span<const u8> file) noexcept {
    if (file.size() < sizeof(FileHeader))
        return refuse("the root task has {} bytes, not even an ELF header", file.size());
    const auto header = read_at<FileHeader>(file, 0);
    if (header.magic != magic)
        return refuse("the root task is no ELF file: it begins with {:#010x}", header.magic);
    if (header.file_class != class_64)
        return refuse("the root task is of ELF class {}, not for 64 bits (2)", header.file_class);
    if (header.data != little_endian)
        return refuse("the root task's data are of kind {}, not little-endian (1)", header.data);
    if (header.version != current_version)
        return refuse("the root task is of ELF version {}, not 1", header.version);
    if (header.type != executable_file)
        return refuse("the root task is an ELF file of type {}, not executable (2)", header.type);
    if (header.machine != aarch64)
        return refuse("the root task is for machine {}, not AArch64 (183)", header.machine);
    if (header.program_header_bytes != sizeof(ProgramHeader))
        return refuse("the root task has program headers of {} bytes, not {}",
                      header.program_header_bytes, sizeof(ProgramHeader));
    const u64 table_bytes = u64{header.program_header_count} * sizeof(ProgramHeader);
    if (!fits(header.program_headers, table_bytes, file.size()))
        return refuse("the root task is cut short: {} program headers at {:#x} in {:#x} bytes",
                      header.program_header_count, header.program_headers, file.size());
    return header;
}

/// Where a segment is in the file, if it has anything there, and where it is to be.
OrRefusal<Ok> check_place(usize index, const ProgramHeader& header, usize file_bytes) noexcept {
    if (header.file_bytes != 0 && !fits(header.offset, header.file_bytes, file_bytes))
        return refuse("the root task is cut short: segment {} has {:#x} bytes at {:#x} in {:#x}",
                      index, header.file_bytes, header.offset, file_bytes);
    if (header.file_bytes > header.memory_bytes)
        return refuse("segment {} of the root task has {:#x} bytes, but memory for {:#x}", index,
                      header.file_bytes, header.memory_bytes);
    if (header.address >= user_end)
        return refuse("segment {} of the root task is at {:#x}, where no user address is", index,
                      header.address);
    if (header.memory_bytes > ~header.address)
        return refuse("segment {} of the root task wraps around: {:#x} bytes at {:#x}", index,
                      header.memory_bytes, header.address);
    if (!fits(header.address, header.memory_bytes, user_end))
        return refuse("segment {} of the root task ends at {:#x}, after the last user address",
                      index, header.address + header.memory_bytes);
    return Ok{};
}

/// A file that is to be loaded as it lies, page by page, has both places alike within a page.
OrRefusal<Ok> check_alignment(usize index, const ProgramHeader& header) noexcept {
    if (header.alignment == 0) return Ok{};
    if (std::bit_floor(header.alignment) != header.alignment)
        return refuse("segment {} of the root task is aligned to {:#x}, no power of two", index,
                      header.alignment);
    if (header.file_bytes != 0 && (header.address - header.offset) % header.alignment != 0)
        return refuse("segment {} of the root task is misaligned: {:#x} from {:#x}, modulo {:#x}",
                      index, header.address, header.offset, header.alignment);
    return Ok{};
}

OrRefusal<Ok> check_overlap(const ElfImage& image, const ElfSegment& added) noexcept {
    for (const ElfSegment& other : image.segments.items())
        if (other.range().overlaps(added.range()))
            return refuse(
                "segments of the root task overlap: {:#x} bytes at {:#x}, and one at {:#x}",
                other.bytes, other.begin, added.begin);
    return Ok{};
}

OrRefusal<Ok> add_segment(ElfImage& image, usize index, const ProgramHeader& header,
                          std::span<const u8> file) noexcept {
    if (header.file_bytes == 0 && header.memory_bytes == 0) return Ok{};
    K_TRY(check_place(index, header, file.size()));
    K_TRY(check_alignment(index, header));
    const ElfSegment segment{.begin = VirtAddr{header.address},
                             .bytes = header.memory_bytes,
                             .from_file = header.file_bytes == 0
                                              ? std::span<const u8>{}
                                              : file.subspan(header.offset, header.file_bytes),
                             .writable = (header.flags & flag_write) != 0,
                             .executable = (header.flags & flag_execute) != 0};
    K_TRY(check_overlap(image, segment));
    if (!image.segments.push_back(segment))
        return refuse("the root task has more than {} segments", ElfImage::most_segments);
    return Ok{};
}

OrRefusal<Ok> check_entry(const ElfImage& image) noexcept {
    if (image.segments.size() == 0) return refuse("the root task has no segment to load");
    if (!image.entry.aligned(2))
        return refuse("the root task's entry {:#x} is misaligned", image.entry);
    const bool inside = std::ranges::any_of(image.segments.items(), [&](const ElfSegment& segment) {
        return segment.executable && segment.range().contains(image.entry);
    });
    if (!inside)
        return refuse("the root task's entry {:#x} is in no executable segment", image.entry);
    return Ok{};
}

} // namespace

VirtRange ElfImage::pages() const noexcept {
    VirtRange all = segments.items()[0].range();
    for (const ElfSegment& segment : segments.items())
        all = {std::min(all.begin, segment.range().begin), std::max(all.end, segment.range().end)};
    return {all.begin.align_down(page_bits), all.end.align_up(page_bits)};
}

arch::Protection ElfImage::protection(VirtAddr page) const noexcept {
    bool write = false;
    bool execute = false;
    for (const ElfSegment& segment : segments.items()) {
        if (!segment.range().overlaps({page, page + page_bytes})) continue;
        write |= segment.writable;
        execute |= segment.executable;
    }
    return arch::protection(write, execute);
}

OrRefusal<Ok> read_elf(std::span<const u8> file, ElfImage& image) noexcept {
    const FileHeader header = K_TRY(read_header(file));
    image = {.entry = VirtAddr{header.entry}};
    for (usize i = 0; i < header.program_header_count; ++i) {
        const u64 at = header.program_headers + i * sizeof(ProgramHeader);
        const auto program_header = read_at<ProgramHeader>(file, at);
        if (program_header.type == loadable) K_TRY(add_segment(image, i, program_header, file));
    }
    return check_entry(image);
}

} // namespace k
