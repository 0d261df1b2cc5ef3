/// \file
/// Functions that compilers call by these very names.
#include "base/memory.hpp"

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) noexcept;
void* memmove(void* to, const void* from, std::size_t bytes) noexcept;
void* memset(void* area, int value, std::size_t bytes) noexcept;
int memcmp(const void* a, const void* b, std::size_t bytes) noexcept;
std::size_t strlen(const char* text) noexcept;
void* memchr(const void* area, int value, std::size_t bytes) noexcept;

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) noexcept {
    k::memory::copy(to, from, bytes);
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
