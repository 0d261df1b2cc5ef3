/// \file
/// Threads: what stops them and starts them, their registers and IPC buffers.
#pragma once

#include "world.hpp"

namespace spec {

bool runnable(const World& world, Name thread);

/// Register x0 to x7 of a thread.
Word& x_register(World& world, Name thread, unsigned number);

/// SEMANTICS 6, "Suspend". A thread that stops itself stops before its call completes.
void suspend(World& world, Name name);

/// SEMANTICS 6, "Resume": it goes on at its pc, so an interrupted system call is executed again.
void resume(World& world, Name thread);

/// A blocked thread that its caller has taken out of the queue repeats its system call.
void repeat(World& world, Name name);

/// The reply capability to \p caller vanishes, wherever it is.
void void_reply(World& world, Name caller);

/// The last capability to a thread is gone.
void destroy_thread(World& world, Name thread);

/// SPSR as user code may set it: the flags NZCV, the rest as the kernel has it. ABI.md, "Fault
/// messages".
constexpr Word sanitised_spsr(Word word) {
    return (word & Word{0xF000'0000}) | user_spsr;
}

/// Words of the IPC buffer by index. ABI.md, "IPC buffer".
namespace buffer {
constexpr Word message = 1;
constexpr Word caps_or_badges = 122;
constexpr Word receive_cnode = 125;
constexpr Word receive_index = 126;
constexpr Word receive_depth = 127;
constexpr Word words = 128;
} // namespace buffer

/// The physical address of a thread's IPC buffer, if it has one whose frame capability allows
/// \p needed. SEMANTICS 2: "only through the frame capability and the address's offset in the
/// frame".
std::optional<Word> buffer_of(const World& world, Name thread, Access needed);

/// \name Memory by word, \p index words from \p base
/// \{
Word read_word(const World& world, Word base, Word index);
void write_word(World& world, Word base, Word index, Word value);
/// \}

} // namespace spec
