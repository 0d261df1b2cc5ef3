// Feeds arbitrary bytes to the reader of the root task's file. Refusing them is right; a read
// outside of them, an endless loop, or an image that is not what its promise says is a finding.
//
//     ./tessera fuzz elf --minutes 10

#include "boot/elf.hpp"

#include "abi/limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace k {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

struct Text {
    std::string text;
    void write(std::string_view more) { text += more; }
};

/// A refusal is a sentence with all of its numbers.
void check_refusal(const Refusal& refusal) {
    Text said;
    refusal.describe(TextOut{said});
    require(said.text.find("root task") != std::string::npos);
    require(said.text.find('{') == std::string::npos);
}

/// What the kernel relies on when it loads an image.
void check_image(const ElfImage& image, std::span<const u8> file) {
    const VirtRange pages = image.pages();
    require(pages.begin.aligned(page_bits) && pages.end.aligned(page_bits));
    require(pages.begin < pages.end && pages.end.raw() <= abi::user_top + 1);
    bool entered = false;
    u64 sum = 0; // a byte that is not in the file is a finding of the sanitizer's
    for (const ElfSegment& segment : image.segments.items()) {
        const VirtRange range = segment.range();
        require(range.begin < range.end);
        require(pages.begin <= range.begin && range.end <= pages.end);
        require(segment.from_file.size() <= segment.bytes);
        require(segment.from_file.size() <= file.size());
        for (const u8 byte : segment.from_file)
            sum += byte;
        for (const ElfSegment& other : image.segments.items())
            require(&other == &segment || !other.range().overlaps(range));
        const arch::Protection protection = image.protection(range.begin.align_down(page_bits));
        require(!segment.writable || arch::permits_writing(protection));
        require(!segment.executable || arch::permits_executing(protection));
        entered |= segment.executable && range.contains(image.entry);
    }
    require(entered && sum <= file.size() * u64{0xff} * ElfImage::most_segments);
}

} // namespace
} // namespace k

extern "C" int LLVMFuzzerTestOneInput(const k::u8* data, k::usize size);

int LLVMFuzzerTestOneInput(const k::u8* data, k::usize size) {
    const std::vector<k::u8> file{data, data + size}; // of just that size, for the sanitizer
    k::ElfImage image;
    if (const auto read = k::read_elf(file, image))
        k::check_image(image, file);
    else
        k::check_refusal(read.error());
    return 0;
}
