"""What the build itself refuses: headers that lean on others, constructors, helpers of the compiler.

Each test builds a small tree that has the project's own build files and just enough kernel.
"""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX ASM)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/cmake)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include(Warnings)
include(Kernel)
add_subdirectory(kernel)
"""
#: The linker script asks where the exception vectors are, so there must be some.
START = """
    .section .head, "ax"
    .global _start, exception_vectors
_start:
    bl entry
    b .
    .balign 2048
exception_vectors:
    b .
"""
SOURCE = '#include "base/a.hpp"\n\nextern "C" void entry();\n\nvoid entry() {}\n'
HEADER = "#pragma once\n"


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


@pytest.fixture
def tree(tmp_path: Path, repository: Path) -> Path:
    """A kernel of one source, one header and the real linker script."""
    shutil.copytree(repository / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "cmake").symlink_to("scripts/cmake")
    write(tmp_path, "CMakeLists.txt", PROJECT)
    write(tmp_path, "kernel/CMakeLists.txt",
          "tessera_kernel(PORTABLE base/a.cpp MACHINE boot/start.S LINKER_SCRIPT boot/kernel.ld)\n")
    write(tmp_path, "kernel/base/a.cpp", SOURCE)
    write(tmp_path, "kernel/base/a.hpp", HEADER)
    write(tmp_path, "kernel/boot/start.S", START)
    shutil.copy(repository / "kernel/boot/kernel.ld", tmp_path / "kernel/boot/kernel.ld")
    write(tmp_path, "kernel/arch/contract.hpp", '#pragma once\n#include "arch/cpu.hpp"\n')
    for machine in ("aarch64", "host"):
        write(tmp_path, f"kernel/arch/{machine}/arch/cpu.hpp", "#pragma once\n")
    return tmp_path


def build(tree: Path, target: str, toolchain: str | None) -> tuple[bool, str]:
    """Whether it worked, and what was said."""
    chosen = [f"-DCMAKE_TOOLCHAIN_FILE={tree}/scripts/cmake/{toolchain}.cmake"] if toolchain else []
    subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", tree / "build", *chosen], check=True, capture_output=True)
    done = subprocess.run(["cmake", "--build", tree / "build", "--target", target], capture_output=True, text=True)
    return done.returncode == 0, done.stdout


def headers(tree: Path) -> tuple[bool, str]:
    """Whether headers.py is content with the build folder, and what it said."""
    done = subprocess.run([tree / "scripts/checks/headers.py", tree / "build"], capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


LEANS = "int sum(std::span<int> all);\n"
A, B = '#include "base/a.hpp"\n', '#include "base/b.hpp"\n'


@pytest.mark.parametrize("toolchain", ["aarch64-gcc", None])
@pytest.mark.parametrize(
    ("beginning", "broken", "text"),
    [
        pytest.param(A, "a", LEANS, id="a source begins with it"),
        pytest.param(B, "a", LEANS, id="a header that a source begins with begins with it"),
        pytest.param(A, "b", LEANS, id="nothing begins with it"),
        pytest.param(f"#include <span>\n{A}", "a", LEANS, id="a source includes what it needs"),
        pytest.param(f"#define ELSEWHERE\n{A}", "a", f"#ifndef ELSEWHERE\n{LEANS}#endif\n", id="a source has a macro"),
    ],
)
def test_headers_must_compile_alone(tree: Path, toolchain: str | None, beginning: str, broken: str, text: str) -> None:
    write(tree, "kernel/base/b.hpp", HEADER + A * (beginning == B))
    write(tree, "kernel/base/a.cpp", SOURCE.replace(A, beginning))
    worked, said = build(tree, "kernel_objects" if toolchain else "kernel_host", toolchain)
    assert worked, said
    worked, said = headers(tree)
    assert worked, said
    write(tree, f"kernel/base/{broken}.hpp", HEADER + text)
    worked, said = headers(tree)
    assert not worked and f"kernel/base/{broken}.hpp:" in said and "std" in said


def test_what_a_source_has_proved_is_not_compiled_again(tree: Path) -> None:
    """Of a.hpp, c.hpp, with which that begins, and b.hpp only the last is left, and the architecture's."""
    write(tree, "kernel/base/a.hpp", '#pragma once\n\n// About it.\n#include "base/c.hpp"\n#include "base/b.hpp"\n')
    write(tree, "kernel/base/b.hpp", HEADER)
    write(tree, "kernel/base/c.hpp", HEADER)
    worked, said = build(tree, "kernel_host", None)
    assert worked, said
    worked, said = headers(tree)
    assert worked, said
    alone = {file.name.partition(".")[0] for file in (tree / "build").rglob("*.hpp.cxx.o")}
    assert alone == {"b", "contract"}, "contract.hpp begins with cpu.hpp"


@pytest.mark.parametrize(("option", "left"), [("-DMORE=1", False), ("-UMORE", True)])
def test_only_what_is_compiled_alike_proves_anything(tree: Path, option: str, left: bool) -> None:
    """The header's own unit has an option, and the source has it too, or has it not."""
    with (tree / "kernel/CMakeLists.txt").open("a") as stream:
        stream.write(f"target_compile_options(kernel_headers INTERFACE -DMORE=1)\n"
                     f"target_compile_options(kernel_host PRIVATE {option})\n")
    worked, said = build(tree, "kernel_host", None)
    assert worked, said
    assert headers(tree)[0]
    assert bool(list((tree / "build").rglob("a.hpp.cxx.o"))) is left


#: 128-bit division is a function of libgcc.
HELPER = """
__extension__ using Wide = unsigned __int128;
Wide quotient(Wide a, Wide b);
Wide quotient(Wide a, Wide b) { return a / b; }
void entry() { asm volatile("" : : "r"(&quotient)); }
"""

CONSTRUCTOR = """
int value();
int value() { return *reinterpret_cast<volatile int*>(4096); }
extern int late;
int late = value();
void entry() {}
"""


@pytest.mark.parametrize("toolchain", ["aarch64-gcc", "aarch64-clang"])
def test_what_a_kernel_must_not_need(tree: Path, toolchain: str) -> None:
    worked, said = build(tree, "kernel.elf", toolchain)
    assert worked, said
    for code, complaint in ((HELPER, "__udivti3"), (CONSTRUCTOR, "make it constinit")):
        write(tree, "kernel/base/a.cpp", f'extern "C" void entry();\n{code}')
        worked, said = build(tree, "kernel.elf", toolchain)
        assert not worked and complaint in said


def test_an_object_does_not_say_where_it_was_made(tree: Path) -> None:
    """So that stages, clones and presets share the compiler cache."""
    objects = set()
    for root, preset in ((tree, "host"), (tree / "build/stages/04", "exercise")):
        if root != tree:
            shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns("build"))
        folder = root / "build" / preset
        configure = ["cmake", "-G", "Ninja", "-S", root, "-B", folder, "-DCMAKE_BUILD_TYPE=Debug"]
        subprocess.run(configure, check=True, capture_output=True)
        subprocess.run(["cmake", "--build", folder, "--target", "kernel_host"], check=True, capture_output=True)
        (made,) = folder.rglob("a.cpp.o")
        objects.add(made.read_bytes())
    assert len(objects) == 1
