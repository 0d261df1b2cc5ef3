#include "shrink.hpp"

namespace spec {

Played play(Pair& pair, std::span<const Act> acts) {
    pair.prepare();
    Played played;
    for (const Act& act : acts) {
        if (!pair.alive()) break;
        ++played.acts;
        played.wrong = pair.play(act);
        if (!played.wrong.empty()) return played;
    }
    played.wrong = pair.broken_invariants();
    return played;
}

namespace {

/// \return whether they go wrong; then only those are left that have happened by then
bool still_fails(Pair& pair, Acts& acts) {
    const Played played = play(pair, acts);
    acts.resize(played.acts);
    return !played.wrong.empty();
}

/// Takes acts away, many at a time, then fewer.
void remove_chunks(Pair& pair, Acts& acts) {
    for (std::size_t size = acts.size(); size > 0; size /= 2) {
        for (std::size_t end = acts.size(); end >= size;) {
            end -= size;
            Acts fewer = acts;
            const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(end);
            fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
            if (still_fails(pair, fewer)) acts = std::move(fewer);
            end = std::min(end, acts.size());
        }
    }
}

/// Puts 0, or else half of it, in the place of each number.
void lower_numbers(Pair& pair, Acts& acts) {
    for (std::size_t i = 0; i < acts.size(); ++i) {
        for (std::size_t j = 0; i < acts.size() && j < acts[i].numbers.size(); ++j) {
            for (const unsigned divisor : {65536U, 2U}) {
                Acts lower = acts;
                auto& number = lower[i].numbers.at(j);
                if (number == 0) break;
                number = static_cast<std::uint16_t>(number / divisor);
                if (!still_fails(pair, lower)) continue;
                acts = std::move(lower);
                break;
            }
        }
    }
}

} // namespace

std::string smallest_failure(Pair& pair, Acts acts) {
    remove_chunks(pair, acts);
    lower_numbers(pair, acts);
    remove_chunks(pair, acts);
    return play(pair, acts).wrong + pair.report();
}

} // namespace spec
