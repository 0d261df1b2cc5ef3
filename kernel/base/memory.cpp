#include "base/memory.hpp"

namespace k::memory {

namespace {

/// Eight bytes of anything: a word that may stand for objects of every type.
struct [[gnu::may_alias]] Word {
    u64 bytes;
};

/// Whether both areas are at the same distance from a word boundary.
bool in_step(const void* a, const void* b) noexcept {
    return (reinterpret_cast<uptr>(a) - reinterpret_cast<uptr>(b)) % sizeof(Word) == 0;
}

bool on_boundary(const void* area) noexcept {
    return reinterpret_cast<uptr>(area) % sizeof(Word) == 0;
}

/// The next T of an area, which then begins behind it.
template <class T>
T& next(void*& area) noexcept {
    T& here = *static_cast<T*>(area);
    area = static_cast<T*>(area) + 1;
    return here;
}

template <class T>
const T& next(const void*& area) noexcept {
    const T& here = *static_cast<const T*>(area);
    area = static_cast<const T*>(area) + 1;
    return here;
}

/// Copies from the end, for a target that overlaps the source's end.
void copy_backwards(void* to, const void* from, usize bytes) noexcept {
    for (; bytes != 0; --bytes)
        static_cast<u8*>(to)[bytes - 1] = static_cast<const u8*>(from)[bytes - 1];
}

} // namespace

void copy(void* to, const void* from, usize bytes) noexcept {
    if (in_step(to, from)) {
        for (; bytes != 0 && !on_boundary(to); --bytes)
            next<u8>(to) = next<u8>(from);
        for (; bytes >= sizeof(Word); bytes -= sizeof(Word))
            next<Word>(to) = next<Word>(from);
    }
    for (; bytes != 0; --bytes)
        next<u8>(to) = next<u8>(from);
}

void move(void* to, const void* from, usize bytes) noexcept {
    const bool overwrites_its_source =
        reinterpret_cast<uptr>(to) - reinterpret_cast<uptr>(from) < bytes;
    overwrites_its_source ? copy_backwards(to, from, bytes) : copy(to, from, bytes);
}

void fill(void* area, u8 value, usize bytes) noexcept {
    constexpr u64 ones_in_each_byte = 0x0101'0101'0101'0101;
    for (; bytes != 0 && !on_boundary(area); --bytes)
        next<u8>(area) = value;
    for (; bytes >= sizeof(Word); bytes -= sizeof(Word))
        next<Word>(area) = {ones_in_each_byte * value};
    for (; bytes != 0; --bytes)
        next<u8>(area) = value;
}

int compare(const void* a, const void* b, usize bytes) noexcept {
    for (; bytes != 0; --bytes) {
        const int difference = int{next<u8>(a)} - int{next<u8>(b)};
        if (difference != 0) return difference;
    }
    return 0;
}

} // namespace k::memory
