// Properties of what tells an exception: any syndrome is a sentence, any address is looked up
// right.
#include "arch/esr.hpp"
#include "base/symbols.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <rapidcheck/gtest.h>
#include <vector>

namespace k {
namespace {

RC_GTEST_PROP(EsrProperty, EveryValueIsASentence, (u64 raw, u64 far)) {
    // Numbers made up at random are mostly small; the class must be anything, too.
    const u64 ec = *rc::gen::inRange<u64>(0, 64);
    for (const arch::Esr esr : {arch::Esr{raw}, arch::Esr{raw ^ ec << 26}}) {
        const arch::Syndrome syndrome = arch::decode(esr);
        RC_ASSERT(!syndrome.what.empty());
        TextTarget target;
        arch::describe(TextOut{target}, syndrome, far);
        RC_ASSERT(target.text.find(syndrome.what) != std::string::npos);
        RC_ASSERT(target.text.find('\n') == std::string::npos);
        const bool says_where = target.text.find(formatted("{:#018x}", far)) != std::string::npos;
        RC_ASSERT(says_where == (!syndrome.access.empty() && syndrome.far_valid));
    }
}

/// A table of functions, kept in a way that is slow and plain.
struct Functions {
    std::vector<std::pair<u64, std::string>> functions; ///< where each begins, and its name
    u64 end;                                            ///< of the last

    [[nodiscard]] std::optional<std::pair<std::string, u64>> find(u64 offset) const {
        std::optional<std::pair<std::string, u64>> found;
        if (offset < end)
            for (const auto& [begin, name] : functions)
                if (begin <= offset) found = {name, offset - begin};
        return found;
    }
};

Functions random_functions() {
    auto begins = *rc::gen::unique<std::vector<u32>>(rc::gen::inRange<u32>(0, 400));
    std::sort(begins.begin(), begins.end());
    Functions made{{}, begins.empty() ? 0 : begins.back() + *rc::gen::inRange<u64>(1, 50)};
    for (const u32 begin : begins)
        made.functions.emplace_back(begin, *rc::gen::nonEmpty(rc::gen::string<std::string>()));
    return made;
}

RC_GTEST_PROP(SymbolsProperty, FindsWhatALinearSearchFinds, (u64 image)) {
    const Functions oracle = random_functions();
    std::string names;
    std::vector<SymbolTable::Entry> entries;
    for (const auto& [begin, name] : oracle.functions) {
        entries.push_back({static_cast<u32>(begin), static_cast<u32>(names.size())});
        names += name;
    }
    entries.push_back({static_cast<u32>(oracle.end), static_cast<u32>(names.size())});
    const SymbolTable table{image, entries, names.data()};
    for (u64 offset = 0; offset < 460; ++offset) {
        const auto expected = oracle.find(offset);
        const auto place = table.find(image + offset);
        RC_ASSERT(place.has_value() == expected.has_value());
        if (!place) continue;
        RC_ASSERT(place->function == expected->first);
        RC_ASSERT(place->offset == expected->second);
    }
}

} // namespace
} // namespace k
