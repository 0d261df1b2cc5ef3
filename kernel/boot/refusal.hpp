/// \file
/// Why the kernel will not start what it was given: a sentence and the numbers in it.
#pragma once

#include "base/format.hpp"
#include "base/result.hpp"

namespace k {

/// The sentence is complete but for "REFUSED: " before it.
class Refusal {
  public:
    static constexpr usize most_numbers = 4;

    /// \pre `text` has been checked against the first `count` numbers
    constexpr Refusal(std::string_view text, usize count,
                      std::array<u64, most_numbers> numbers) noexcept
        : text_{text}, count_{count}, numbers_{numbers} {}

    void describe(TextOut out) const noexcept {
        std::array<Argument, most_numbers> list{};
        for (usize i = 0; i < count_; ++i)
            list[i] = argument(numbers_[i]);
        format_arguments(out, text_, std::span{list}.first(count_));
    }

  private:
    std::string_view text_;
    usize count_;
    std::array<u64, most_numbers> numbers_;
};

/// A value, or why there is none.
template <class T>
using OrRefusal = Expected<T, Refusal>;

/// `return refuse("segment {} ends at {:#x}", index, end);` for numbers and addresses. Not inline:
/// one thing is refused at most, so it need not be quick.
template <class... Numbers>
[[nodiscard, gnu::noinline]] Unexpected<Refusal>
refuse(FormatString<std::type_identity_t<Numbers>...> text, const Numbers&... numbers) noexcept {
    return Unexpected{Refusal{text.get(), sizeof...(numbers), {argument(numbers).value...}}};
}

} // namespace k
