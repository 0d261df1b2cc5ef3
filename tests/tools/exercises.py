"""A small Tessera with one exercise: two stages with a kernel of three functions.

Everything else about it is real: stages, patches, CMake presets, QEMU, GoogleTest.
"""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from boots import KERNELS
from stacks import commit, make_stack, tree_of, write
from tessera.exercises import matrix
from tessera.stages.patch import write_patch
from tessera.stages.store import Store
from tessera.tree import Tree

NAME = "01/answer"
FOLDER = "chapters/01/exercises/answer"
#: What a student may change, and the right thing to put there.
FILE = "kernel/answer.cpp"
RIGHT = """\
int answer() {
    // Somebody has worked it out.
    const int six = 6;
    return six * 7;
}
"""
STARTER = "int answer() {\n    return 0;\n}\n"
MUTANTS = {
    "off-by-one": "int answer() {\n    return 41;\n}\n",
    "negative": "int answer() {\n    return -42;\n}\n",
}

_PRESET = '{ "name": "%s", "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}" }'
_PRESETS = '{ "version": 6, "configurePresets": [ %s, %s ] }' % (
    _PRESET % "kernel",
    _PRESET % "exercise",
)
_CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
if(TESSERA_EXERCISE_TESTS)
    set(CMAKE_CXX_COMPILER_LAUNCHER ccache)
    enable_language(CXX)
    find_package(GTest REQUIRED)
    add_executable(exercise_tests ${TESSERA_EXERCISE_TESTS} kernel/answer.cpp)
    set_target_properties(exercise_tests PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(exercise_tests GTest::gtest_main)
    return()
endif()
set(sources start.S main.cpp answer.cpp)
list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/kernel/)
add_custom_command(OUTPUT Image
    COMMAND aarch64-linux-gnu-g++ -O1 -ffreestanding -fno-exceptions -nostdlib -static
        -mgeneral-regs-only -mstrict-align -Wl,-Ttext=0x40200000,--build-id=none
        -o kernel.elf ${sources}
    COMMAND aarch64-linux-gnu-objcopy -O binary kernel.elf Image
    DEPENDS ${sources})
add_custom_target(all_of_it ALL DEPENDS Image)
"""
_START = """\
#include "kernel.inc"
    kernel
    ldr     x0, =0x42000000
    mov     sp, x0
    bl      kernel_main
    psci    SYSTEM_OFF
    end_kernel
"""
_MAIN = """\
int answer();

void say(const char* text) {
    volatile unsigned& uart = *reinterpret_cast<volatile unsigned*>(0x09000000);
    for (; *text; ++text)
        uart = static_cast<unsigned char>(*text);
}

extern "C" void kernel_main() {
    say(answer() == 42 ? "the answer is right\\n" : "the answer is wrong\\n");
    say("[ch01] OK\\n");
}
"""
_TEST = """\
#include <gtest/gtest.h>

int answer();

TEST(Answer, IsKnown) { EXPECT_EQ(answer(), 42); }
TEST(Answer, IsPositive) { EXPECT_GE(answer(), 0); }
"""
_TOML = """\
kind    = "hole"
title   = "The answer"
minutes = 5
files   = ["kernel/answer.cpp"]
sources = ["tests/unit/answer_test.cpp"]
hints   = ["It is known.", "Six times something."]

[[test]]
name   = "known"
about  = "what the answer is"
points = 3
unit   = "Answer.IsKnown"

[[test]]
name    = "sign"
about   = "the answer is no loss"
points  = 1
starter = "passes"
unit    = "Answer.IsPositive"

[[test]]
name   = "boot"
about  = "what the kernel says"
points = 4
boot   = "only"

[[mutant]]
name      = "off-by-one"
killed_by = ["known", "boot"]
hint      = "Count again."

[[mutant]]
name      = "negative"
killed_by = ["known", "sign", "boot"]
hint      = "Which way is up?"
"""
_CHAPTER = """\
title   = "A small kernel"
summary = "an answer"

[[boot]]
name = "only"
ends = "ok"
limits = { cpu_seconds = 2, idle_seconds = 2, wall_seconds = 100, output_bytes = 20000 }
"""


def stage_files(number: int) -> dict[str, str]:
    """The staged files of a stage."""
    files = {
        "kernel/CHAPTER": f"{number:02}\n",
        "kernel/kernel.inc": (KERNELS / "kernel.inc").read_text(encoding="utf-8"),
        "kernel/start.S": _START,
        "kernel/main.cpp": _MAIN,
        "kernel/answer.cpp": RIGHT,
        "tests/unit/answer_test.cpp": _TEST,
    }
    return files if number == 1 else files | {"kernel/later.cpp": "int later();\n"}


def make(root: Path) -> Path:
    """The repository, with the exercise proved and its failures on record."""
    make_stack(root, 2, stage_files)
    write(root, {"CMakeLists.txt": _CMAKE, "CMakePresets.json": _PRESETS})
    write(root / "chapters/01", {"chapter.toml": _CHAPTER})
    write(root / "chapters/01/expected", {"only.log": "the answer is right\n[ch01] OK\n"})
    write(root / FOLDER, {"exercise.toml": _TOML, "README.md": "# The answer\n"})
    write_side(root, "starter", STARTER)
    for name, text in MUTANTS.items():
        write_side(root, f"mutants/{name}", text)
    proof = matrix.prove(Tree(root), NAME, accept=True)
    assert proof.problems == []
    commit(root, "The exercise")
    return root


def write_side(root: Path, side: str, text: str, stage: int = 1, folder: str = FOLDER) -> None:
    """Writes the patch of a side whose file is `text`."""
    store = Store(Tree(root))
    before, after = stage_files(stage), stage_files(stage) | {FILE: text}
    patch = write_patch(store.plumbing, tree_of(root, before), tree_of(root, after))
    write(root / folder, {f"{side}.patch": patch.decode()})


def edit_toml(root: Path, old: str, new: str) -> None:
    """Changes the exercise's declaration."""
    file = root / FOLDER / "exercise.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def failures(root: Path) -> dict[str, dict[str, str]]:
    """What is on record about the mutants."""
    return json.loads((root / FOLDER / "failures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository, made once a file: copy it to change it."""
    return make(tmp_path_factory.mktemp("small") / "clone")


@pytest.fixture
def small(proved: Path, tmp_path: Path) -> Path:
    """The repository, the test's own; nothing is built in it."""
    return Path(
        shutil.copytree(
            proved, tmp_path / "clone", symlinks=True, ignore=shutil.ignore_patterns("build")
        )
    )
