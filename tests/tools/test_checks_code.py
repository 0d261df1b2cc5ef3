"""The checks that need a compiler or its relatives: format, tidy, hooks, must_not_compile."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/checks"))

import format as layout  # noqa: E402
import hooks  # noqa: E402
import must_not_compile  # noqa: E402
import stage_files  # noqa: E402
import tidy  # noqa: E402

COMPILER = ["g++", "-std=c++20"]


def write(root: Path, name: str, text: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def tree(tmp_path: Path, repository: Path) -> Path:
    """A tree with the project's rules and one good file."""
    for name in (".clang-format", ".clang-tidy", "tests/.clang-tidy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(repository / name, tmp_path / name)
    write(tmp_path, "kernel/base/add.cpp", '#include "base/add.hpp"\n\nint add(int a, int b) {\n    return a + b;\n}\n')
    write(tmp_path, "kernel/base/add.hpp", "#pragma once\n\nint add(int a, int b);\n")
    return tmp_path


def database(tree: Path) -> Path:
    """A build folder whose compile_commands.json knows every source of the tree."""
    entries = [{"directory": str(tree), "file": str(file), "command": f"clang++ -std=c++20 -I{tree}/kernel -c {file}"}
               for file in sorted(tree.rglob("*.cpp"))]
    return write(tree, "build/clang/compile_commands.json", json.dumps(entries)).parent


# Layout.

def test_good_layout_passes(tree: Path) -> None:
    assert layout.problems(tree) == []
    assert layout.main([str(tree)]) == 0


def test_bad_layout_fails_and_is_fixed(tree: Path) -> None:
    write(tree, "kernel/base/bad.hpp", "#pragma once\nint  f( int x );\n")
    assert layout.problems(tree)[0].startswith("kernel/base/bad.hpp:2:")
    assert layout.main([str(tree)]) == 1
    layout.main(["--fix", str(tree)])
    assert layout.main([str(tree)]) == 0


def test_a_tree_without_code_proves_nothing(tmp_path: Path) -> None:
    assert layout.main([str(tmp_path)]) == 1


# Which files belong to a stage.

PATCH = "--- a/kernel/base/add.hpp\n+++ b/kernel/base/add.hpp\n@@ -0,0 +1 @@\n+x\n--- a/kernel/gone.cpp\n+++ /dev/null\n"


def test_a_stage_is_what_its_patch_changes(tree: Path) -> None:
    assert stage_files.changed_files(tree, write(tree, "stage.patch", PATCH)) == ["kernel/base/add.hpp"]


def test_a_stage_without_patch_is_everything(tree: Path) -> None:
    assert stage_files.changed_files(tree, tree / "none.patch") == ["kernel/base/add.cpp", "kernel/base/add.hpp"]


def test_what_is_edited_counts_too(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a clone that belongs to somebody else."""
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(["git", "add", "kernel"], cwd=tree, check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"], cwd=tree, check=True)
    patch = write(tree, "stage.patch", "")
    assert stage_files.changed_files(tree, patch) == []
    write(tree, "kernel/base/add.cpp", "\n")
    write(tree, "kernel/base/new.hpp", "\n")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert stage_files.changed_files(tree, patch) == ["kernel/base/add.cpp", "kernel/base/new.hpp"]


# clang-tidy.

def test_tidy_code_passes(tree: Path) -> None:
    assert tidy.problems(tree, stage_files.all_files(tree), [database(tree)]) == []


@pytest.mark.parametrize(("code", "check"), [
    ("int BadName = 0;\n", "readability-identifier-naming"),
    ("int f(int x);\n\nint f(int x) {\n" + "    x += 1;\n" * 30 + "    return x;\n}\n", "readability-function-size"),
    ("bool f(int a);\n\nbool f(int a) {\n    return a > 1 && a > 1;\n}\n", "misc-redundant-expression"),
])
def test_untidy_code_fails(tree: Path, code: str, check: str) -> None:
    write(tree, "kernel/base/bad.cpp", code)
    found = tidy.problems(tree, stage_files.all_files(tree), [database(tree)])
    assert found and all(line.startswith("kernel/base/bad.cpp:") and check in line for line in found)


def test_a_changed_header_is_seen_through_its_user(tree: Path) -> None:
    write(tree, "kernel/base/add.hpp", "#pragma once\n\nstruct bad_name {};\nint add(int a, int b);\n")
    patch = write(tree, "stage.patch", PATCH)
    assert "kernel/base/add.hpp:3" in tidy.problems(tree, stage_files.changed_files(tree, patch), [database(tree)])[0]
    assert tidy.main([str(tree), str(patch), str(tree / "build/clang")]) == 1


def test_a_header_of_the_kernel_is_held_to_the_rules_of_the_kernel(tree: Path) -> None:
    """Also when a test has changed with it, which includes it and has fewer rules."""
    write(tree, "kernel/base/add.hpp", "#pragma once\n\ninline unsigned long add(int a) {\n    return sizeof(sizeof(a));\n}\n")
    write(tree, "kernel/base/add.cpp", '#include "base/add.hpp"\n')
    write(tree, "tests/unit/add_test.cpp", '#include "base/add.hpp"\n\nunsigned long size() {\n    return sizeof(sizeof(1));\n}\n')
    found = tidy.problems(tree, ["kernel/base/add.hpp", "tests/unit/add_test.cpp"], [database(tree)])
    assert len(found) == 1 and found[0].startswith("kernel/base/add.hpp:4") and "sizeof-expression" in found[0]


def test_files_of_other_stages_are_left_alone(tree: Path) -> None:
    write(tree, "kernel/base/other.cpp", "int BadName = 0;\n")
    assert tidy.problems(tree, stage_files.changed_files(tree, write(tree, "stage.patch", PATCH)), [database(tree)]) == []


def test_a_folder_that_no_stage_changes(tree: Path) -> None:
    write(tree, "kernel/base/other.cpp", "int BadName = 0;\n")
    arguments = [str(tree), str(database(tree))]
    assert tidy.main(["--below", "userland", *arguments]) == 0
    assert tidy.main(["--below", "kernel", *arguments]) == 1


def test_rules_that_cannot_be_read_are_a_failure(tree: Path) -> None:
    write(tree, ".clang-tidy", "Checks: [")
    assert tidy.problems(tree, stage_files.all_files(tree), [database(tree)]) != []


def test_no_database(tree: Path) -> None:
    assert "build that preset first" in tidy.problems(tree, stage_files.all_files(tree), [tree / "build/clang"])[0]


# What must not compile.

COMMON = "enum class Speed { Slow };\n\n"
GOOD = "//! a number as a speed: Speed\nSpeed f() { return 1; }\n"


def cases(tmp_path: Path, text: str) -> list[str]:
    return must_not_compile.problems(write(tmp_path, "cases.cpp", text), COMPILER)


def test_cases_that_do_not_compile_pass(tmp_path: Path) -> None:
    assert cases(tmp_path, COMMON + GOOD) == []


def test_a_case_that_compiles_fails(tmp_path: Path) -> None:
    found = cases(tmp_path, COMMON + GOOD + "//! nothing wrong: Speed\nSpeed f() { return Speed::Slow; }\n")
    assert len(found) == 1 and "cases.cpp:5: it compiles: nothing wrong" in found[0]


def test_a_case_that_fails_for_another_reason_fails(tmp_path: Path) -> None:
    found = cases(tmp_path, COMMON + "//! a number as a speed: convert\nSpede f() { return 1; }\n")
    assert len(found) == 1 and "expected a complaint about 'convert'" in found[0]


def test_the_common_part_must_compile(tmp_path: Path) -> None:
    assert "must compile" in cases(tmp_path, "nonsense\n" + GOOD)[0]


def test_a_file_without_cases_proves_nothing(tmp_path: Path) -> None:
    assert "no cases" in cases(tmp_path, COMMON)[0]


# Hooks.

@pytest.fixture
def hooked(tmp_path: Path, repository: Path) -> Path:
    """A copy of the kernel's files."""
    shutil.copytree(repository / "kernel", tmp_path / "kernel")
    return tmp_path / "kernel"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


CROSS = ["aarch64-linux-gnu-g++", "-std=c++20", "-ffreestanding", "-mgeneral-regs-only"]


def test_hooks_of_the_kernel_leave_nothing(hooked: Path) -> None:
    assert hooks.problems(hooked, CROSS) == []


def test_a_trace_point_that_is_always_on_fails(hooked: Path) -> None:
    replace(hooked / "base/trace.hpp", "if constexpr (enabled)", "")
    assert "hooks that are off leave instructions behind" in hooks.problems(hooked, CROSS)


def test_a_trace_point_that_is_never_on_fails(hooked: Path) -> None:
    replace(hooked / "base/trace.hpp", "enabled = K_TRACE != 0", "enabled = false")
    assert hooks.problems(hooked, CROSS) == ["a trace point that is on does nothing"]


def test_invariants_that_are_always_checked_fail(hooked: Path) -> None:
    replace(hooked / "base/invariant.hpp", "invariants_checked = K_CHECK_INVARIANTS != 0", "invariants_checked = true")
    assert hooks.problems(hooked, CROSS) == ["hooks that are off leave instructions behind"]


def test_invariants_that_are_never_checked_fail(hooked: Path) -> None:
    replace(hooked / "base/invariant.hpp", "invariants_checked = K_CHECK_INVARIANTS != 0", "invariants_checked = false")
    assert hooks.problems(hooked, CROSS) == ["a check of invariants that is on does nothing"]

