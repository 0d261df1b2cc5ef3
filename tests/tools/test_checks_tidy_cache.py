"""What clang-tidy is remembered to have found nothing in: it must not hide anything."""
from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Callable

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/checks"))

import stage_files  # noqa: E402
import tidy  # noqa: E402
import tidy_cache  # noqa: E402

SOURCE = '#include "base/add.hpp"\n#include "base/blank.hpp"\n\nint add(int a, int b) {\n    return a + b;\n}\n'
HEADER = "#pragma once\n\nstruct bad_name {}; // NOLINT\nint add(int a, int b);\n"
INDENTED = """#pragma once

inline int choose(int a) {
    if (a > 1)
        a -= 1;
    a *= 2;
    return a;
}

#if __has_include("base/more.hpp")
inline int Choose() {
    return 1;
}
#endif

#ifdef MORE
using int_ = int;
int BadName();
#endif
"""


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def make(root: Path, repository: Path) -> Path:
    """A tree of one source that clang-tidy has nothing against."""
    root.mkdir()
    shutil.copy(repository / ".clang-tidy", root)
    write(root, "kernel/base/add.cpp", SOURCE)
    write(root, "kernel/base/add.hpp", HEADER)
    write(root, "kernel/base/blank.hpp", INDENTED)
    flags(root, "")
    return root


def flags(root: Path, more: str) -> None:
    """How the source is compiled."""
    file = root / "kernel/base/add.cpp"
    entry = {"directory": str(root), "file": str(file),
             "command": f"c++ -std=c++20 {more} -I{root}/first -I{root}/kernel -o add.o -c {file}"}
    write(root, "build/clang/compile_commands.json", json.dumps([entry]))


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    return make(tmp_path / "tree", repository)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The units that clang-tidy looked at."""
    units: list[str] = []
    real = tidy._said

    def said(tool: str, root: Path, unit: str, database: Path) -> list[str]:
        units.append(unit)
        return real(tool, root, unit, database)

    monkeypatch.setattr(tidy, "_said", said)
    return units


def problems(root: Path, cache: Path | None = None) -> list[str]:
    """What the check says."""
    return tidy.problems(root, stage_files.all_files(root), [root / "build/clang"], cache or root / "build/tidy")


def test_what_is_clean_is_looked_at_once(root: Path, calls: list[str]) -> None:
    assert problems(root) == problems(root) == []
    assert calls == ["kernel/base/add.cpp"]


def test_stages_share_what_is_the_same_in_them(root: Path, calls: list[str], tmp_path: Path, repository: Path) -> None:
    other = make(tmp_path / "stage", repository)
    assert problems(root, tmp_path / "cache") == problems(other, tmp_path / "cache") == []
    assert len(calls) == 1


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text
        write(root, name, text.replace(old, new))

    return change


@pytest.mark.parametrize(("change", "check"), [
    (edit("kernel/base/add.cpp", "return a + b", "const int Sum = a + b;\n    return Sum"), "identifier-naming"),
    (edit("kernel/base/add.hpp", "int add(", "int Sub();\nint add("), "identifier-naming"),
    (edit("kernel/base/add.hpp", " // NOLINT", ""), "identifier-naming"),
    (edit("kernel/base/add.cpp", "int add(", "#define a_macro\nint add("), "identifier-naming"),
    (edit("kernel/base/blank.hpp", "    a *= 2;", "        a *= 2;"), "misleading-indentation"),
    (edit(".clang-tidy", "FunctionCase, value: lower_case", "FunctionCase, value: CamelCase"), "identifier-naming"),
    (lambda root: write(root, "kernel/.clang-tidy", "Checks: '-*,modernize-use-trailing-return-type'\n"
                        "WarningsAsErrors: '*'\n"), "trailing-return-type"),
    (lambda root: flags(root, "-DMORE"), "identifier-naming"),
    (lambda root: write(root, "kernel/base/more.hpp", ""), "identifier-naming"),
    (lambda root: write(root, "first/base/add.hpp", "#pragma once\n" + "int add(int x, int y);\n"),
     "inconsistent-declaration-parameter-name"),
], ids=["source", "header", "comment", "macro", "blanks", "rules", "rules-nearer", "flags", "has-include", "shadowed"])  # fmt: skip
def test_whatever_changes_a_finding_is_found(root: Path, change: Callable[[Path], None], check: str) -> None:
    assert problems(root) == []
    change(root)
    with_cache = problems(root)
    without = tidy.problems(root, stage_files.all_files(root), [root / "build/clang"])
    assert with_cache == without and any(check in line for line in with_cache)


def test_a_header_that_moves_to_where_it_is_ours(root: Path) -> None:
    """Nothing but its place has changed, and that decides whether it is looked at."""
    (root / "kernel/base/add.hpp").unlink()
    write(root, "first/base/add.hpp", HEADER.replace(" // NOLINT", ""))
    assert problems(root) == []
    (root / "first/base/add.hpp").rename(root / "kernel/base/add.hpp")
    assert "bad_name" in problems(root)[0]


def test_findings_are_not_remembered(root: Path, calls: list[str]) -> None:
    write(root, "kernel/base/add.cpp", "int BadName = 0;\n")
    assert problems(root) == problems(root) != []
    assert len(calls) == 2 and not list((root / "build").glob("tidy/*"))


def test_code_that_does_not_compile_is_not_remembered(root: Path) -> None:
    write(root, "kernel/base/add.cpp", '#include "nowhere.hpp"\n')
    assert problems(root) == problems(root) != []


def test_another_clang_tidy_looks_again(root: Path, tmp_path: Path) -> None:
    entry = json.loads((root / "build/clang/compile_commands.json").read_text())[0]
    keys = set()
    for size in (1, 2):
        (tmp_path / "clang-tidy").write_text("x" * size)
        keys.add(tidy_cache.TidyCache(tmp_path, root, str(tmp_path / "clang-tidy")).key(entry, []))
    keys.add(tidy_cache.TidyCache(tmp_path, root, str(tmp_path / "clang-tidy")).key(entry, ["--other"]))
    assert len(keys) == 3 and None not in keys


def test_what_is_not_asked_for_is_forgotten(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy_cache, "KEPT", 1)
    cache = tidy_cache.TidyCache(tmp_path / "cache", root, "/bin/sh")
    cache.prune()
    for key in ("old", "new"):
        cache.remember(key)
    tidy_cache.os.utime(tmp_path / "cache/old", (1, 1))
    cache.prune()
    assert not cache.knows("old") and cache.knows("new")


def test_the_command_line(root: Path, calls: list[str]) -> None:
    words = ["--cache", str(root / "build/tidy"), str(root), str(root / "none.patch"), str(root / "build/clang")]
    assert tidy.main(words) == tidy.main(words) == 0
    assert len(calls) == 1
    with pytest.raises(SystemExit):  # else nothing would be looked at, and that be fine
        tidy.main(words[:-1])
