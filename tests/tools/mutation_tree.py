"""A small tree for `./tessera mutate`: a kernel of three files, and a test program for it."""
from __future__ import annotations

import shutil
from pathlib import Path

CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/scripts/cmake)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(CCACHE ccache)
set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
include(Warnings)
include(Kernel)
add_subdirectory(kernel)
find_package(GTest REQUIRED)
add_executable(unit_tests tests/unit/rules_test.cpp tests/mutation/runner.cpp)
target_link_libraries(unit_tests PRIVATE kernel_host tessera_warnings GTest::gtest)
add_custom_target(unit_programs DEPENDS unit_tests)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/unit_programs/unit_tests CONTENT $<TARGET_FILE:unit_tests>)
"""
KERNEL = """\
file(GLOB sources CONFIGURE_DEPENDS object/*.cpp)
tessera_kernel(PORTABLE ${sources})
"""
HEADER = """\
#pragma once

namespace k {

inline bool small(unsigned number) {
    return number < 10;
}

template <class T>
auto difference(T a, T b) {
    return a - b;
}

unsigned sum_below(unsigned end);
unsigned unused(unsigned number);

} // namespace k
"""
SOURCE = """\
#include "object/rules.hpp"

namespace k {

struct Distance {
    int steps;
};

int operator-(Distance a, Distance b);
int operator-(Distance a, Distance b) { return a.steps - b.steps; }

unsigned sum_below(unsigned end) {
    unsigned sum = 0;
    for (unsigned i = 0; i < end;) {
        sum += i;
        ++i;
    }
    return sum;
}

unsigned unused(unsigned number) {
    return number;
}

} // namespace k
"""
TEST = """\
#include "object/rules.hpp"

#include <array>
#include <gtest/gtest.h>

TEST(Rules, Small) {
    EXPECT_TRUE(k::small(1));
    EXPECT_FALSE(k::small(11));
}

TEST(Rules, Difference) {
    const std::array<int, 4> numbers{};
    EXPECT_EQ(k::difference(numbers.data() + 3, numbers.data()), 3);
    EXPECT_EQ(k::difference(5, 3), 2);
}

TEST(Rules, SumBelow) {
    EXPECT_EQ(k::sum_below(4), 6U);
}

TEST(Rules, SumBelowNothing) {
    EXPECT_EQ(k::sum_below(0), 0U);
}
"""


def make(root: Path, repository: Path) -> Path:
    """Writes the tree."""
    shutil.copytree(repository / "scripts/cmake", root / "scripts/cmake")
    shutil.copytree(repository / "tests/mutation", root / "tests/mutation")
    shutil.copy(repository / "CMakePresets.json", root)
    files = {
        "CMakeLists.txt": CMAKE,
        "kernel/CMakeLists.txt": KERNEL,
        "kernel/CHAPTER": "08\n",
        "kernel/object/rules.hpp": HEADER,
        "kernel/object/rules.cpp": SOURCE,
        "tests/unit/rules_test.cpp": TEST,
        "tests/mutation/survivors.toml": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root
