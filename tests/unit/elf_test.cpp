// The root task's file: what is read from a sound one, and that nothing else gets through.
#include "boot/elf.hpp"
#include "elf_file.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace k {
namespace {

using arch::Protection;
using test::ElfFile;
using test::ElfPart;

constexpr u64 huge = ~u64{0};

/// What read_elf() says of a sound file with something spoilt; "" when it is content.
std::string refusal(const std::function<void(ElfFile&)>& spoil) {
    ElfFile file;
    spoil(file);
    const auto bytes = file.bytes();
    ElfImage image;
    const auto outcome = read_elf(bytes, image);
    if (outcome) return "";
    TextTarget target;
    outcome.error().describe(TextOut{target});
    return target.text;
}

TEST(Elf, IsReadWithItsSegments) {
    const auto bytes = ElfFile{}.bytes();
    ElfImage image;
    ASSERT_TRUE(read_elf(bytes, image));
    EXPECT_EQ(image.entry, VirtAddr{0x40'0004});
    EXPECT_EQ(image.pages(), (VirtRange{VirtAddr{0x40'0000}, VirtAddr{0x40'3000}}));
    const auto segments = image.segments.items();
    ASSERT_EQ(segments.size(), 2u);
    EXPECT_EQ(segments[0].range(), (VirtRange{VirtAddr{0x40'0000}, VirtAddr{0x40'0234}}));
    EXPECT_EQ(segments[0].from_file.data(), bytes.data() + 0x1000);
    EXPECT_EQ(segments[0].from_file.size(), 0x234u);
    EXPECT_TRUE(segments[0].executable && !segments[0].writable);
    EXPECT_EQ(segments[1].bytes, 0x1800u);
    EXPECT_EQ(segments[1].from_file.size(), 0x100u);
    EXPECT_TRUE(segments[1].writable && !segments[1].executable);
}

TEST(Elf, MayHaveASingleSegmentOfOneByte) {
    ElfFile file;
    file.parts = {{.address = 0x40'0ffc, .file_bytes = 0, .memory_bytes = 1}};
    file.header.entry = 0x40'0ffc;
    ElfImage image;
    ASSERT_TRUE(read_elf(file.bytes(), image));
    EXPECT_EQ(image.pages(), (VirtRange{VirtAddr{0x40'0000}, VirtAddr{0x40'1000}}));
    EXPECT_EQ(image.segments.items()[0].bytes, 1u);
    EXPECT_TRUE(image.segments.items()[0].from_file.empty());
}

TEST(Elf, GivesAPageWhatAllItsSegmentsPermit) {
    ElfFile file;
    file.parts = {
        {.flags = ElfFile::execute, .memory_bytes = 0x1800},
        {.flags = ElfFile::write, .offset = 0x1800, .address = 0x40'1800},
        {.flags = ElfFile::read, .offset = 0x2000, .address = 0x40'4000, .file_bytes = 8}};
    const auto bytes = file.bytes();
    ElfImage image;
    ASSERT_TRUE(read_elf(bytes, image));
    EXPECT_EQ(image.protection(VirtAddr{0x40'0000}), Protection::ReadExecute);
    EXPECT_EQ(image.protection(VirtAddr{0x40'1000}), Protection::ReadWriteExecute) << "both";
    EXPECT_EQ(image.protection(VirtAddr{0x40'2000}), Protection::Read) << "a gap";
    EXPECT_EQ(image.protection(VirtAddr{0x40'4000}), Protection::Read);
    file.parts[1].address = 0x40'2800;
    ASSERT_TRUE(read_elf(file.bytes(), image));
    EXPECT_EQ(image.protection(VirtAddr{0x40'2000}), Protection::ReadWrite);
}

TEST(Elf, MayBeUnusualAsLongAsItIsSound) {
    EXPECT_EQ(refusal([](ElfFile&) {}), "");
    EXPECT_EQ(refusal([](ElfFile& file) { std::swap(file.parts[0], file.parts[1]); }), "");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts[0].alignment = 0; }), "");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts[0].alignment = 1; }), "");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts[0].flags = 7; }), "") << "W+X";
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.program_headers = 0x2001; }), "")
        << "headers at an odd place";
    for (const u64 nowhere : {u64{0x123}, u64{0x2100}, u64{0x2101}, huge})
        EXPECT_EQ(refusal([&](ElfFile& file) { // nothing but zeros
                      file.parts[1].file_bytes = 0;
                      file.parts[1].offset = nowhere;
                  }),
                  "");
    EXPECT_EQ(refusal([](ElfFile& file) { // a segment of no bytes, where none can be
                  file.parts.push_back({.offset = huge,
                                        .address = huge,
                                        .file_bytes = 0,
                                        .memory_bytes = 0,
                                        .alignment = 3});
              }),
              "");
    EXPECT_EQ(refusal([](ElfFile& file) { // both places alike within a page, not at its beginning
                  file.parts[1].offset = 0x2010;
                  file.parts[1].file_bytes = 0x20;
                  file.parts[1].address = 0x40'1010;
              }),
              "");
    EXPECT_EQ(refusal([](ElfFile& file) { // what is not to be loaded may be anything
                  file.parts.push_back({.type = 4, .offset = huge, .memory_bytes = huge});
              }),
              "");
    EXPECT_EQ(refusal([](ElfFile& file) { // up to the last user address
                  file.parts[1].address = 0x7fff'ffff'e000;
                  file.parts[1].memory_bytes = 0x2000;
              }),
              "");
}

TEST(Elf, IsRefusedWithoutASoundHeader) {
    EXPECT_EQ(refusal([](ElfFile& file) { file.size = 0; }),
              "the root task has 0 bytes, not even an ELF header");
    EXPECT_EQ(refusal([](ElfFile& file) { file.size = 63; }),
              "the root task has 63 bytes, not even an ELF header");
    EXPECT_EQ(refusal([](ElfFile& file) { file.size = 64; }),
              "the root task is cut short: 2 program headers at 0x40 in 0x40 bytes");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.identification[3] = 'f'; }),
              "the root task is no ELF file: it begins with 0x664c457f");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.identification[4] = 1; }),
              "the root task is of ELF class 1, not for 64 bits (2)");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.identification[5] = 2; }),
              "the root task's data are of kind 2, not little-endian (1)");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.version = 0; }),
              "the root task is of ELF version 0, not 1");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.type = 3; }),
              "the root task is an ELF file of type 3, not executable (2)");
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.machine = 62; }),
              "the root task is for machine 62, not AArch64 (183)");
}

TEST(Elf, IsRefusedWithoutSoundProgramHeaders) {
    EXPECT_EQ(refusal([](ElfFile& file) { file.header.program_header_bytes = 32; }),
              "the root task has program headers of 32 bytes, not 56");
    const auto cut = [](u64 at, u16 count) {
        return refusal([&](ElfFile& file) {
            file.header.program_headers = at;
            file.header.program_header_count = count;
        });
    };
    EXPECT_EQ(cut(0x20c8, 1), "the root task has no segment to load") << "these just fit";
    EXPECT_EQ(cut(0x20c9, 1),
              "the root task is cut short: 1 program headers at 0x20c9 in 0x2100 bytes");
    EXPECT_EQ(cut(huge - 55, 1), "the root task is cut short: 1 program headers at "
                                 "0xffffffffffffffc8 in 0x2100 bytes");
    EXPECT_EQ(cut(64, 0xffff),
              "the root task is cut short: 65535 program headers at 0x40 in 0x2100 bytes");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts = {}; }),
              "the root task has no segment to load");
    EXPECT_EQ(refusal([](ElfFile& file) {
                  for (auto& part : file.parts)
                      part.type = 0;
              }),
              "the root task has no segment to load");
}

/// What becomes of a sound file whose second segment is spoilt.
std::string refused_segment(const std::function<void(ElfPart&)>& spoil) {
    return refusal([&](ElfFile& file) { spoil(file.parts[1]); });
}

TEST(Elf, IsRefusedWhenASegmentIsCutShort) {
    EXPECT_EQ(refusal([](ElfFile& file) { file.size = 0x20ff; }),
              "the root task is cut short: segment 1 has 0x100 bytes at 0x2000 in 0x20ff");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.offset = huge - 0xfff; }),
              "the root task is cut short: segment 1 has 0x100 bytes at 0xfffffffffffff000 in "
              "0x2100");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.file_bytes = huge; }),
              "the root task is cut short: segment 1 has 0xffffffffffffffff bytes at 0x2000 in "
              "0x2100");
}

TEST(Elf, IsRefusedWhenASegmentHasNoPlace) {
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.memory_bytes = 0xff; }),
              "segment 1 of the root task has 0x100 bytes, but memory for 0xff");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.address = 0xffff'0000'4000'0000; }),
              "segment 1 of the root task is at 0xffff000040000000, where no user address is");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.address = 0x8000'0000'0000; }),
              "segment 1 of the root task is at 0x800000000000, where no user address is");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.memory_bytes = huge - 0x40'1000; }),
              "segment 1 of the root task ends at 0xffffffffffffffff, after the last user address")
        << "the last address that there is";
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.memory_bytes = huge - 0x40'0fff; }),
              "segment 1 of the root task wraps around: 0xffffffffffbff000 bytes at 0x401000");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.memory_bytes = huge; }),
              "segment 1 of the root task wraps around: 0xffffffffffffffff bytes at 0x401000");
    EXPECT_EQ(refused_segment([](ElfPart& part) {
                  part.address = 0x7fff'ffff'f000;
                  part.memory_bytes = 0x1001;
              }),
              "segment 1 of the root task ends at 0x800000000001, after the last user address");
}

TEST(Elf, IsRefusedWhenASegmentIsMisaligned) {
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.alignment = 0x1800; }),
              "segment 1 of the root task is aligned to 0x1800, no power of two");
    EXPECT_EQ(refused_segment([](ElfPart& part) {
                  part.address += 1;
                  part.alignment = 2;
              }),
              "segment 1 of the root task is misaligned: 0x401001 from 0x2000, modulo 0x2");
    EXPECT_EQ(refused_segment([](ElfPart& part) { part.address += 4; }),
              "segment 1 of the root task is misaligned: 0x401004 from 0x2000, modulo 0x1000");
}

TEST(Elf, IsRefusedWhenSegmentsOverlap) {
    for (const u64 address : {u64{0x40'0000}, u64{0x3f'f000}})
        EXPECT_NE(refused_segment([&](ElfPart& part) { part.address = address; }), "");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts[0].memory_bytes = 0x1001; }),
              "segments of the root task overlap: 0x1001 bytes at 0x400000, and one at 0x401000");
    EXPECT_EQ(refusal([](ElfFile& file) { file.parts[0].memory_bytes = 0x1000; }), "");
    EXPECT_EQ(refusal([](ElfFile& file) {
                  std::swap(file.parts[0], file.parts[1]);
                  file.parts[1].memory_bytes = 0x1001;
              }),
              "segments of the root task overlap: 0x1800 bytes at 0x401000, and one at 0x400000");
}

TEST(Elf, IsRefusedWithTooManySegments) {
    const auto with = [](usize count) {
        return refusal([&](ElfFile& file) {
            while (file.parts.size() < count)
                file.parts.push_back({.address = 0x100'0000 * file.parts.size()});
        });
    };
    EXPECT_EQ(with(16), "");
    EXPECT_EQ(with(17), "the root task has more than 16 segments");
}

TEST(Elf, IsRefusedWithoutAnEntryIntoItsCode) {
    const auto entry = [](u64 address) {
        return refusal([&](ElfFile& file) { file.header.entry = address; });
    };
    EXPECT_EQ(entry(0x40'0230), "") << "the last instruction";
    EXPECT_EQ(entry(0x40'0234), "the root task's entry 0x400234 is in no executable segment");
    EXPECT_EQ(entry(0x3f'fffc), "the root task's entry 0x3ffffc is in no executable segment");
    EXPECT_EQ(entry(0x40'1000), "the root task's entry 0x401000 is in no executable segment");
    EXPECT_EQ(entry(0xffff'ffff'8000'0000),
              "the root task's entry 0xffffffff80000000 is in no executable segment");
    EXPECT_EQ(entry(0x40'0002), "the root task's entry 0x400002 is misaligned");
}

} // namespace
} // namespace k
