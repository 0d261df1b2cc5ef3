// Backtraces of stacks that the tests make up, sound ones and broken ones.
#include "base/backtrace.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace k {
namespace {

/// A stack of 16 words.
class Backtrace : public testing::Test {
  protected:
    [[nodiscard]] u64 at(usize word) const {
        return reinterpret_cast<u64>(stack_.data()) + word * sizeof(u64);
    }

    [[nodiscard]] StackBounds bounds() const { return {at(0), at(stack_.size())}; }

    void record(usize word, u64 caller, u64 return_address) {
        stack_[word] = caller;
        stack_[word + 1] = return_address;
    }

    /// The return addresses that a walk from `frame_pointer` finds.
    [[nodiscard]] std::vector<u64> walk(u64 frame_pointer) const {
        std::vector<u64> found;
        FrameWalk frames{frame_pointer, bounds()};
        while (const FrameRecord* const frame = frames.next())
            found.push_back(frame->return_address);
        EXPECT_EQ(frames.next(), nullptr) << "the end stays the end";
        return found;
    }

    /// The backtrace from `position`, in an image with functions at 0x1000, 0x1100 and 0x1200.
    [[nodiscard]] std::string written(CodePosition position) const {
        static constexpr std::array<SymbolTable::Entry, 4> entries{
            {{0x000, 0}, {0x100, 5}, {0x200, 10}, {0x300, 15}}};
        constexpr SymbolTable symbols{0x1000, entries, "outerinnerthird"};
        TextTarget target;
        write_backtrace(TextOut{target}, symbols, bounds(), position);
        return target.text;
    }

  private:
    alignas(FrameRecord) std::array<u64, 16> stack_{};
};

using Addresses = std::vector<u64>;

TEST_F(Backtrace, FollowsTheChainToItsEnd) {
    record(0, at(4), 1);
    record(4, at(14), 2);
    record(14, 0, 3); // the very last words of the stack
    EXPECT_EQ(walk(at(0)), (Addresses{1, 2, 3}));
    EXPECT_EQ(walk(at(4)), (Addresses{2, 3}));
}

TEST_F(Backtrace, StopsAtALoop) {
    record(0, at(4), 1);
    record(4, at(0), 2);
    EXPECT_EQ(walk(at(0)), (Addresses{1, 2}));
    record(0, at(0), 1);
    EXPECT_EQ(walk(at(0)), (Addresses{1}));
}

TEST_F(Backtrace, StopsAtOverlappingRecords) {
    record(0, at(1), 1);
    EXPECT_EQ(walk(at(0)), (Addresses{1}));
}

TEST_F(Backtrace, ReadsNothingOutsideTheStack) { // ASan would notice
    EXPECT_EQ(walk(0), Addresses{});
    EXPECT_EQ(walk(at(0) - sizeof(u64)), Addresses{});
    EXPECT_EQ(walk(at(15)), Addresses{}) << "half of it would lie outside";
    EXPECT_EQ(walk(at(16)), Addresses{});
    EXPECT_EQ(walk(~u64{7}), Addresses{});
}

TEST_F(Backtrace, ReadsNothingUnaligned) { // UBSan would notice
    record(0, 0, 1);
    EXPECT_EQ(walk(at(0) + 4), Addresses{});
}

TEST_F(Backtrace, IsWrittenFromTheInside) {
    record(2, at(6), 0x1008);
    record(6, 0, 0);
    EXPECT_EQ(written({0x1104, 0, at(2)}), "  at 0x0000000000001104 inner+0x4\n"
                                           "  by 0x0000000000001008 outer+0x8\n");
}

TEST_F(Backtrace, FindsTheCallerThatEndsInItsCall) {
    record(0, 0, 0x1100); // outer's last instruction was the call
    EXPECT_EQ(written({0x1104, 0, at(0)}), "  at 0x0000000000001104 inner+0x4\n"
                                           "  by 0x0000000000001100 outer+0x100\n");
}

TEST_F(Backtrace, AsksTheLinkRegisterAboutAJumpToNowhere) {
    record(0, 0, 0x1008);
    EXPECT_EQ(written({0xbad0000, 0x1108, at(0)}), "  at 0x000000000bad0000\n"
                                                   "  by 0x0000000000001108 inner+0x8\n"
                                                   "  by 0x0000000000001008 outer+0x8\n");
}

TEST_F(Backtrace, FoldsRecursion) {
    record(0, at(2), 0x1108);
    record(2, at(6), 0x1108);
    record(6, at(8), 0x1108);
    record(8, 0, 0x1008);
    EXPECT_EQ(written({0x1104, 0, at(0)}), "  at 0x0000000000001104 inner+0x4\n"
                                           "  by 0x0000000000001108 inner+0x8\n"
                                           "     and again, over 48 bytes of stack\n"
                                           "  by 0x0000000000001008 outer+0x8\n");
}

TEST_F(Backtrace, FoldsRecursionThatTheChainEndsIn) {
    record(0, at(2), 0x1108);
    record(2, 0xbad, 0x1108);
    EXPECT_EQ(written({0x1104, 0, at(0)}), "  at 0x0000000000001104 inner+0x4\n"
                                           "  by 0x0000000000001108 inner+0x8\n"
                                           "     and again, over 16 bytes of stack\n");
}

[[gnu::noinline]] CodePosition position_of_caller() {
    return CodePosition::of_caller();
}

TEST_F(Backtrace, BeginsWithTheCaller) {
    const CodePosition here = position_of_caller();
    EXPECT_NE(here.pc, 0u);
    EXPECT_EQ(here.frame_pointer, reinterpret_cast<u64>(__builtin_frame_address(0)));
}

} // namespace
} // namespace k
