// Feeds made-up events to all system calls of the kernel, and to the model of tests/spec beside it:
// what threads do with every kind of capability and message, and what happens to them. A panic, a
// sanitizer's complaint, a broken invariant, or anything that kernel and model do not agree about
// is a finding.
//
//     ./tessera fuzz system-calls --minutes 10
//
// An input is a row of records, one an event: numbers that the chooser makes sense of.

#include "shrink.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace spec {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t record = sizeof(Act);

Acts acts_in(Bytes input) {
    Acts acts(input.size() / record);
    if (!acts.empty()) std::memcpy(acts.data(), input.data(), acts.size() * record);
    return acts;
}

void try_out(Bytes input) {
    static Tally tally;
    static Pair pair{tally};
    static Journal journal; // for a process to read that outlives this one: here there is none
    const Acts acts = acts_in(input);
    const Played played = play(pair, acts, journal);
    if (played.wrong.empty()) return;
    std::printf("%s", smallest_failure(pair, acts).c_str());
    std::fflush(stdout);
    std::abort();
}

/// Changes an input as one changes a program: lines are repeated, dropped and exchanged.
class Editor {
  public:
    Editor(Bytes input, std::size_t limit, unsigned seed)
        : records_{acts_in(input)}, limit_{limit / record}, random_{seed} {}

    void edit() {
        const std::size_t from = below(records_.size());
        const std::size_t to = below(records_.size());
        switch (below(4)) {
        case 0: records_.erase(place(from)); break;
        case 1: std::swap(records_[from], records_[to]); break;
        case 2:
            if (records_.size() < limit_) records_.insert(place(to), Act{records_[from]});
            break;
        default: records_[from].numbers.at(below(16)) = static_cast<std::uint16_t>(random_());
        }
    }

    std::size_t write(std::uint8_t* output) const {
        std::memcpy(output, records_.data(), records_.size() * record);
        return records_.size() * record;
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    Acts::iterator place(std::size_t index) {
        return records_.begin() + static_cast<std::ptrdiff_t>(index);
    }

    Acts records_;
    std::size_t limit_;
    std::minstd_rand random_;
};

} // namespace
} // namespace spec

extern "C" {

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit,
                                    unsigned seed);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    spec::try_out({data, size});
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit,
                                    unsigned seed) {
    if (seed % 2 == 0 || size < spec::record) return LLVMFuzzerMutate(data, size, limit);
    spec::Editor editor{{data, size}, limit, seed};
    editor.edit();
    return editor.write(data);
}
