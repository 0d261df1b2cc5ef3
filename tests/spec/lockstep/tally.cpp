#include "tally.hpp"

#include "methods.hpp"
#include "situations.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace spec {

namespace {

/// The situations that a kernel of this chapter can get into.
const std::vector<const Situation*>& possible() {
    static const std::vector<const Situation*> all = [] {
        std::vector<const Situation*> found;
        for (const auto rows : {memory_situations(), threads_situations(), messages_situations(),
                                faults_situations()}) {
            for (const Situation& row : rows) {
                if (row.since <= chapter) found.push_back(&row);
            }
        }
        return found;
    }();
    return all;
}

} // namespace

void Tally::add(const Moment& moment) {
    ++events_;
    const auto error = moment.outcome.refusal ? moment.outcome.refusal->error : NoError;
    if (const auto called = method(moment)) ++invocations_[{*called, error}];
    if (const auto* call = std::get_if<Call>(&moment.event)) ++calls_[Syscall(call->number)];
    for (const Situation* situation : possible()) {
        if (situation->here(moment)) ++sights_[situation->name];
    }
}

bool Tally::succeeded(Method method) const {
    return invocations_.contains({method, NoError});
}

bool Tally::failed_with(Error error) const {
    return std::ranges::any_of(invocations_,
                               [error](const auto& entry) { return entry.first.second == error; });
}

namespace {

std::string name_of(Error error) {
    constexpr std::array names{
        "done",        "InvalidArgument", "InvalidCapability", "IllegalOperation",
        "RangeError",  "AlignmentError",  "FailedLookup",      "TruncatedMessage",
        "DeleteFirst", "RevokeFirst",     "NotEnoughMemory"};
    return names.at(static_cast<std::size_t>(error));
}

std::string name_of(Syscall number) {
    constexpr std::array names{"Call", "ReplyRecv", "Send",  "NBSend",
                               "Recv", "Reply",     "Yield", "NBRecv"};
    const Word index = Word(Syscall::Call) - Word(number);
    return index < names.size() ? names.at(index) : "debug call or unknown";
}

} // namespace

std::string Tally::report() const {
    std::ostringstream out;
    out << events_ << " events\n";
    std::map<std::string, std::size_t> system_calls;
    for (const auto& [number, count] : calls_) {
        system_calls[name_of(number)] += count;
    }
    for (const auto& [name, count] : system_calls) {
        out << std::setw(10) << count << "  " << name << "\n";
    }
    std::optional<Method> last;
    for (const auto& [what, count] : invocations_) {
        if (last != what.first) out << "\n" << std::setw(28) << name_of(what.first) << ":";
        last = what.first;
        out << "  " << name_of(what.second) << " " << count;
    }
    out << "\n\n";
    for (const std::string& name : situations()) {
        const auto found = sights_.find(name);
        out << std::setw(10) << (found == sights_.end() ? 0 : found->second) << "  " << name
            << "\n";
    }
    return out.str();
}

std::vector<std::string> situations() {
    std::vector<std::string> names;
    for (const Situation* situation : possible()) {
        names.emplace_back(situation->name);
    }
    names.emplace_back(sight::interrupted);
    if (chapter >= 12) names.emplace_back(sight::broken_off);
    return names;
}

} // namespace spec
