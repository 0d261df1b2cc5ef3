"""`./tessera coverage`: what it counts, what it says, and what it refuses."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tessera import cli, setup
from tessera.coverage import report
from tessera.coverage.measure import FileCoverage

CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/scripts/cmake)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include(Warnings)
include(Kernel)
add_subdirectory(kernel)
add_executable(unit_tests test.cpp)
target_link_libraries(unit_tests PRIVATE kernel_host)
add_custom_target(unit_programs DEPENDS unit_tests)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/unit_programs/unit_tests CONTENT $<TARGET_FILE:unit_tests>)
"""
KERNEL = """\
file(GLOB sources CONFIGURE_DEPENDS object/*.cpp)
tessera_kernel(PORTABLE ${sources})
"""
SOURCE = """\
int sign(int number);

int sign(int number) {
    if (number < 0)
        return -1;
    if (number == 0)
        return 0;
    return 1;
}
"""
TEST = "int sign(int);\nint main(int n, char**) { return sign(n) - 1; }\n"


@pytest.fixture
def root(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose kernel is one function, and whose test takes one way through it."""
    shutil.copytree(repository / "scripts/cmake", tmp_path / "scripts/cmake")
    files = {"CMakeLists.txt": CMAKE, "test.cpp": TEST, "kernel/CMakeLists.txt": KERNEL,
             "kernel/CHAPTER": "08\n", "kernel/object/sign.cpp": SOURCE}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(repository / "CMakePresets.json", tmp_path)
    monkeypatch.setattr(setup, "ensure", lambda *args, **more: None)
    return tmp_path


def test_what_no_test_executes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also a second time: counts do not add up, and a source that has gone is forgotten."""
    (root / "kernel/object/gone.cpp").write_text("int gone();\nint gone() { return 1; }\n")
    (root / "test.cpp").write_text(TEST.replace("sign(n) - 1", "sign(0) + sign(-n) + 1"))
    assert cli.main(root, ["coverage", "--fail-under-line", "0", "--fail-under-branch", "0"]) == 0
    assert "kernel/object/gone.cpp" in capsys.readouterr().out
    (root / "kernel/object/gone.cpp").unlink()
    (root / "test.cpp").write_text(TEST)
    assert cli.main(root, ["coverage"]) == 1
    said = capsys.readouterr()
    row = next(line for line in said.out.splitlines() if "kernel/object/sign.cpp" in line)
    assert re.split(" {2,}", row) == [
        "kernel/object/sign.cpp", "4 of 6", "66.7 %", "2 of 4", "50.0 %", "5, 7", "4, 6"]
    assert "gone.cpp" not in said.out
    assert "line coverage is 66.7 %, and has to be 95 %; branch coverage is 50.0 %" in said.err


def test_folders_by_name_are_held_to_nothing(root: Path) -> None:
    assert cli.main(root, ["coverage", "kernel/object/"]) == 0
    assert cli.main(root, ["coverage", "object/sign.cpp", "--fail-under-branch", "51"]) == 1


def test_earlier_chapters_are_held_to_nothing(root: Path) -> None:
    (root / "kernel/CHAPTER").write_text("07\n")
    assert cli.main(root, ["coverage"]) == 0


def test_pages(root: Path) -> None:
    assert cli.main(root, ["coverage", "object", "--html"]) == 0
    assert "sign.cpp" in (root / "build/coverage/html/index.html").read_text()


def test_a_failing_test(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "test.cpp").write_text('#include <cstdio>\nint main() { std::puts("wrong sign"); return 1; }\n')
    assert cli.main(root, ["coverage"]) == 1
    said = capsys.readouterr().err
    assert "unit_tests fails" in said and "wrong sign" in said


def test_asserted_and_thrown_is_not_counted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "kernel/object/sign.cpp").write_text(
        "[[noreturn]] void failed();\nvoid failed() { throw 1; }\n"
        "#define K_ASSERT(condition) ((condition) ? void(0) : failed())\n"
        "int sign(int number);\nint sign(int number) {\n    K_ASSERT(number == 1);\n    return 1;\n}\n")
    (root / "kernel/CMakeLists.txt").write_text(
        "add_library(kernel_host OBJECT object/sign.cpp)\n"
        "target_link_libraries(kernel_host PUBLIC tessera_hosted)\n")
    assert cli.main(root, ["coverage", "object"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "sign.cpp" in line)
    assert "3 of 4" in row and row.count(" of ") == 1, "there are no branches but the asserted one"


@pytest.mark.parametrize(("words", "problem"), [
    (["objects"], "chapter 08 has no kernel/objects"),
    (["CMakeLists.txt"], "no code in kernel/CMakeLists.txt is compiled for the unit tests"),
    (["--fail-under-line", "many"], "'many' is not a number from 0 to 100"),
    (["--fail-under-branch", "101"], "'101' is not a number from 0 to 100"),
])
def test_misuse(root: Path, capsys: pytest.CaptureFixture[str], words: list[str], problem: str) -> None:
    assert cli.main(root, ["coverage", *words]) == 2
    assert problem in capsys.readouterr().err


def test_a_kernel_without_rules(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "kernel/object").rename(root / "kernel/base")
    assert cli.main(root, ["coverage"]) == 2
    assert "chapter 08 has none of object, lifecycle, ipc, syscall, sched yet" in capsys.readouterr().err


def test_line_numbers() -> None:
    assert report.spans([9, 3, 7, 8, 8]) == "3, 7-9"
    assert report.spans([]) == ""


def test_nothing_to_hit_is_all_of_it() -> None:
    report.judge([FileCoverage("a", 0, (), 0, ())], 100, 100)
