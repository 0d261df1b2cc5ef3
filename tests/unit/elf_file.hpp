/// \file
/// ELF files for tests: a sound one to begin with, every field of which can be spoilt.
#pragma once

#include "base/types.hpp"

#include <array>
#include <cstring>
#include <vector>

namespace k::test {

/// A program header, and what it leads to.
struct ElfPart {
    u32 type = 1; // PT_LOAD
    u32 flags = 5;
    u64 offset = 0x1000;
    u64 address = 0x40'0000;
    u64 physical_address = 0;
    u64 file_bytes = 0x234;
    u64 memory_bytes = 0x234;
    u64 alignment = 0x1000;
};

/// An executable with code at 0x400000 and data behind it.
struct ElfFile {
    static constexpr u32 read = 4;
    static constexpr u32 write = 2;
    static constexpr u32 execute = 1;

    struct Header {
        std::array<u8, 16> identification{0x7f, 'E', 'L', 'F', 2, 1, 1};
        u16 type = 2;
        u16 machine = 183;
        u32 version = 1;
        u64 entry = 0x40'0004;
        u64 program_headers = 64;
        u64 section_headers = 0;
        u32 flags = 0;
        u16 header_bytes = 64;
        u16 program_header_bytes = 56;
        u16 program_header_count = 0;
        std::array<u16, 3> of_sections{};
    } header;

    std::vector<ElfPart> parts{
        {.flags = read | execute},
        {.flags = read | write,
         .offset = 0x2000,
         .address = 0x40'1000,
         .file_bytes = 0x100,
         .memory_bytes = 0x1800},
    };
    usize size = 0x2100;

    /// The file: program headers where the header says if that is possible, and each other byte's
    /// place in the file modulo 251.
    [[nodiscard]] std::vector<u8> bytes() const {
        std::vector<u8> file(size);
        for (usize i = 0; i < size; ++i)
            file[i] = static_cast<u8>(i % 251);
        Header completed = header;
        if (header.program_header_count == 0)
            completed.program_header_count = static_cast<u16>(parts.size());
        put(file, 0, &completed, sizeof completed);
        put(file, header.program_headers, parts.data(), parts.size() * sizeof(ElfPart));
        return file;
    }

  private:
    static void put(std::vector<u8>& file, usize at, const void* what, usize bytes) {
        if (at <= file.size() && bytes <= file.size() - at)
            std::memcpy(file.data() + at, what, bytes);
    }
};

} // namespace k::test
