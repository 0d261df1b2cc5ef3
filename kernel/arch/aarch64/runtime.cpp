/// \file
/// Functions that compilers and the standard library's headers call by these very names.
#include "base/assert.hpp"
#include "base/memory.hpp"
#include "base/panic.hpp"

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) noexcept;
void* memmove(void* to, const void* from, std::size_t bytes) noexcept;
void* memset(void* area, int value, std::size_t bytes) noexcept;
int memcmp(const void* a, const void* b, std::size_t bytes) noexcept;
std::size_t strlen(const char* text) noexcept;
std::size_t strnlen(const char* text, std::size_t limit) noexcept;
char* strrchr(const char* text, int character) noexcept;
void* memchr(const void* area, int value, std::size_t bytes) noexcept;
[[noreturn]] void __stack_chk_fail() noexcept; // NOLINT(readability-identifier-naming)

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

// These only libfdt calls.

std::size_t strnlen(const char* text, std::size_t limit) noexcept {
    std::size_t length = 0;
    while (length < limit && text[length] != '\0')
        ++length;
    return length;
}

char* strrchr(const char* text, int character) noexcept {
    std::size_t at = strlen(text) + 1; // the final NUL can be looked for, too
    while (at != 0 && text[at - 1] != static_cast<char>(character))
        --at;
    return at == 0 ? nullptr : const_cast<char*>(text + at - 1); // NOLINT: as C has it
}

void* memchr(const void* area, int value, std::size_t bytes) noexcept {
    const auto* const begin = static_cast<const k::u8*>(area);
    for (std::size_t i = 0; i < bytes; ++i)
        if (begin[i] == static_cast<k::u8>(value))
            return const_cast<k::u8*>(begin + i); // NOLINT: as C has it
    return nullptr;
}

// It comes compiled with stack protection: each function keeps this word behind its variables and
// looks at the end whether it is still there. With a NUL in it, no string can be made to forge it.

extern const k::u64 __stack_chk_guard; // NOLINT(readability-identifier-naming)
const k::u64 __stack_chk_guard = 0x9d3a'71e5'c48f'0062;

void __stack_chk_fail() noexcept {
    k::panic("libfdt wrote past the end of a variable");
}

} // extern "C"

#ifdef _GLIBCXX_ASSERTIONS
/// Debug builds come here when an index into an array, a span or a string view is out of bounds.
void std::__glibcxx_assert_fail(const char* file, int line, const char*,
                                const char* condition) noexcept {
    k::assertion_failed(condition, {file, line});
}
#endif
