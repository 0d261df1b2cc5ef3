/// \file
/// The invocations of kernel objects: their labels, and their messages as named arguments.
///
///     switch (info[MessageInfo::label]) {
///     case abi::label::CNodeMint: {
///         const abi::args::CNodeMint mint{words};
///         ... mint.dest_index() ... extra_caps[mint.src_root] ... mint.length ...
#pragma once

#include "abi/config.hpp"
#include "abi/message.hpp"

#include <algorithm>

namespace k::abi {

/// Labels are plain numbers, since users may send any.
namespace label {
enum : u64 {
    Invalid,
#define K_INVOCATION(object, method, arguments, results) object##method,
#include "abi/invocations.def"
#undef K_INVOCATION
    End ///< one more than the last
};
} // namespace label

/// The places of each invocation's extra capabilities, by name, and how many it takes.
namespace caps {
#define K_CAP(name) name,
#define K_INVOCATION(object, method, arguments, results)                                           \
    struct object##method {                                                                        \
        enum : usize { arguments cap_count };                                                      \
    };
#include "abi/invocations.def"
#undef K_INVOCATION
} // namespace caps

/// How many words the message of each invocation has when all its arguments are there.
namespace message_length {
enum : usize { w0, w1, w2, w3, w4, w5, w6, w7 }; // NOLINT(*-identifier-naming): as in the table
#define K_WORD(name, at)             at + 1,
#define K_FIELD(name, at, high, low) at + 1,
#define K_WORDS(name, at, count)     at + (count),
#define K_INVOCATION(object, method, arguments, results)                                           \
    inline constexpr usize object##method = std::max<usize>({arguments 0});
#include "abi/invocations.def"
#undef K_INVOCATION
} // namespace message_length

/// How each argument is taken out of a message.
class Arguments {
  public:
    constexpr explicit Arguments(MessageWords words) noexcept : words_{words} {}

  protected:
    enum : usize { w0, w1, w2, w3, w4, w5, w6, w7 }; // NOLINT(*-identifier-naming): likewise

    [[nodiscard]] constexpr u64 word(usize at) const noexcept { return words_[at]; }

    template <unsigned High, unsigned Low>
    [[nodiscard]] constexpr u64 field(usize at) const noexcept {
        return (words_[at] >> Low) & (bit(High - Low + 1) - 1);
    }

  private:
    MessageWords words_;
};

/// A view of each invocation's message. Reading an argument has a precondition: the message is long
/// enough for it, which decoding checks first.
namespace args {
// clang-format off
#define K_WORD(name, at)             [[nodiscard]] constexpr u64 name() const noexcept { return word(at); }
#define K_FIELD(name, at, high, low) [[nodiscard]] constexpr u64 name() const noexcept { return field<high, low>(at); }
#define K_FLAG(name, at, n)          [[nodiscard]] constexpr bool name() const noexcept { return field<n, n>(at) != 0; }
#define K_WORDS(name, at, count)     [[nodiscard]] constexpr u64 name(usize i) const noexcept { return word(at + i); }
// clang-format on
#define K_INVOCATION(object, method, arguments, results)                                           \
    struct object##method : Arguments, caps::object##method {                                      \
        using Arguments::Arguments;                                                                \
        static constexpr usize length = message_length::object##method;                            \
        arguments                                                                                  \
    };
#include "abi/invocations.def"
#undef K_INVOCATION
} // namespace args

} // namespace k::abi
