#include "syscall/registers.hpp"

#include <utility>

namespace k {

namespace {

/// Which of x0 to x30 the words from the fourth to the last but two are.
constexpr std::array<u8, 31> general{0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9, 10,
                                     11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28};
constexpr usize first_general = 3;

static_assert(offsetof(abi::UserContext, x0) == first_general * sizeof(u64) &&
              offsetof(abi::UserContext, x30) == (frame_words - 1) * sizeof(u64) &&
              offsetof(abi::UserContext, tpidr_el0) ==
                  (first_general + general.size()) * sizeof(u64));

/// Calls `visit(word, n)` for every word and the number n of the general register that it is. All
/// of it is known when the kernel is compiled, so no loop is left of it.
template <class Visit>
void for_each_general(Visit visit) noexcept {
    [&]<usize... I>(std::index_sequence<I...>) {
        (visit(first_general + I, general[I]), ...);
    }
    (std::make_index_sequence<general.size()>{});
}

} // namespace

RegisterWords words_of(const arch::UserContext& context) noexcept {
    RegisterWords words; // NOLINT(*-member-init): each is set below
    words[pc_word] = context.pc;
    words[1] = context.sp;
    words[2] = context.pstate.raw();
    for_each_general([&](usize word, usize n) { words[word] = context.x[n]; });
    words[words.size() - 2] = context.tls;
    words[words.size() - 1] = context.tls_ro;
    return words;
}

void set_words(arch::UserContext& context, const RegisterWords& words) noexcept {
    context.pc = words[pc_word];
    context.sp = words[1];
    context.pstate = arch::Spsr::of_user(words[2]);
    for_each_general([&](usize word, usize n) { context.x[n] = words[word]; });
    context.tls = words[words.size() - 2];
    context.tls_ro = words[words.size() - 1];
}

} // namespace k
