#include "shrink.hpp"

#include "confined.hpp"

namespace spec {

Played play(Pair& pair, std::span<const Act> acts, Journal& journal) {
    journal.open(acts);
    pair.prepare();
    Played played;
    for (const Act& act : acts) {
        if (!pair.alive()) break;
        restart_clock();
        journal.next();
        ++played.acts;
        played.wrong = pair.play(act);
        if (!played.wrong.empty()) return played;
    }
    played.wrong = pair.broken_invariants();
    if (played.wrong.empty()) journal.close();
    return played;
}

Played play_apart(Pair& pair, std::span<const Act> acts) {
    using namespace std::chrono_literals;
    Journal journal;
    const Transcript transcript;
    const Ended ended = confined([&] { return play(pair, acts, journal).wrong; }, 250ms);
    const std::string wrong =
        ended.well ? ended.text : "the kernel does not come back: " + ended.text;
    return {journal.begun().size(), wrong + transcript.complaint()};
}

namespace {

/// \return whether they go wrong; then only those are left that have happened by then
bool still_fails(Pair& pair, Acts& acts) {
    const Played played = play_apart(pair, acts);
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

/// \pre they go wrong
void shrink(Pair& pair, Acts& acts) {
    remove_chunks(pair, acts);
    lower_numbers(pair, acts);
    remove_chunks(pair, acts);
}

} // namespace

std::string smallest_failure(Pair& pair, Acts acts) {
    if (!acts.empty()) pair.prepare(); // once, and not in each process
    if (!acts.empty() && still_fails(pair, acts)) shrink(pair, acts);
    const std::string wrong = play_apart(pair, acts).wrong;
    return (wrong.empty() ? "this goes well when it is played by itself\n" : wrong) +
           pair.foretell(acts).report();
}

} // namespace spec
