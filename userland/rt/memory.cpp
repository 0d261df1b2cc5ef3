/// \file
/// Functions that compilers call by these very names.
#include "base/memory.hpp"

namespace {

/// Four words that may stand for anything.
struct [[gnu::may_alias]] Block {
    k::u64 a, b, c, d;
};

/// Copies as many whole blocks as there are, if both areas begin at words: messages and registers
/// do, and are most of what programs copy. \returns bytes
std::size_t copy_blocks(void* __restrict to, const void* __restrict from,
                        std::size_t bytes) noexcept {
    const auto places = reinterpret_cast<k::uptr>(to) | reinterpret_cast<k::uptr>(from);
    if (places % alignof(Block) != 0) return 0;
    const std::size_t blocks = bytes / sizeof(Block);
    for (std::size_t i = 0; i < blocks; ++i) {
        const auto [a, b, c, d] = static_cast<const Block*>(from)[i];
        static_cast<Block*>(to)[i] = {a, b, c, d};
    }
    return blocks * sizeof(Block);
}

} // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) noexcept;
void* memmove(void* to, const void* from, std::size_t bytes) noexcept;
void* memset(void* area, int value, std::size_t bytes) noexcept;
int memcmp(const void* a, const void* b, std::size_t bytes) noexcept;
std::size_t strlen(const char* text) noexcept;
void* memchr(const void* area, int value, std::size_t bytes) noexcept;

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) noexcept {
    const std::size_t in_blocks = copy_blocks(to, from, bytes);
    k::memory::copy(static_cast<char*>(to) + in_blocks, static_cast<const char*>(from) + in_blocks,
                    bytes - in_blocks);
    return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) noexcept {
    k::memory::move(to, from, bytes);
    return to;
}

void* memset(void* area, int value, std::size_t bytes) noexcept {
    k::memory::fill(area, static_cast<k::u8>(value), bytes);
    return area;
}

int memcmp(const void* a, const void* b, std::size_t bytes) noexcept {
    return k::memory::compare(a, b, bytes);
}

std::size_t strlen(const char* text) noexcept {
    std::size_t length = 0;
    while (text[length] != '\0')
        ++length;
    return length;
}

void* memchr(const void* area, int value, std::size_t bytes) noexcept {
    const auto* const begin = static_cast<const unsigned char*>(area);
    for (std::size_t i = 0; i < bytes; ++i)
        if (begin[i] == static_cast<unsigned char>(value))
            return const_cast<unsigned char*>(begin + i); // NOLINT(*-const-cast): as C has it
    return nullptr;
}

} // extern "C"
