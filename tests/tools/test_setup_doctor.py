"""`./tessera doctor`: what it finds, and what it says about what it does not find."""
from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import pytest

from tessera import setup
from tessera.commands import doctor
from tessera.setup import tools
from tessera.setup.host import Host
from tessera.setup.packages import packages
from tessera.setup.tools import Finding, Tool, command_version, examine, parse_version
from tessera.suite import content
from tessera.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree with libfdt."""
    for name in ("include/fdt.h", "include/libfdt.h", "include/libfdt_env.h", "lib/libfdt.a"):
        file = tmp_path / "build/deps/libfdt" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Tree(tmp_path)


def program(folder: Path, name: str, says: str) -> str:
    """A program that answers `--version`."""
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)
    return str(file)


def execute(tree: Tree, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    doctor.arguments(parser)
    return doctor.execute(parser.parse_args(list(argv)), tree)


@pytest.mark.parametrize(
    "text, version",
    [
        ("aarch64-linux-gnu-g++ (Debian 12.2.0-14) 12.2.0", (12, 2, 0)),
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)", (7, 2, 22)),
        ("ccache version 4.7.5\nFeatures: file-storage", (4, 7, 5)),
        ("Debian clang version 14.0.6", (14, 0, 6)),
        ("1.11.1", (1, 11, 1)),
        ("Version: DTC 1.6.1", (1, 6, 1)),
        ("tool 15", (15,)),
        ("no number", ()),
    ],
)
def test_versions_are_read_as_tools_write_them(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


def test_all_is_well(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Tool("thing", "run", (2, 1), command=program(tmp_path, "thing", "thing 2.1.3"))
    monkeypatch.setattr(tools, "TOOLS", (here, Tool("libfdt", "run")))
    assert execute(tree) == 0
    out = capsys.readouterr().out
    assert "✓  thing   2.1.3" in out and "✓  libfdt  yes" in out


@pytest.mark.parametrize(
    "tool, mark, advice, status",
    [
        (
            Tool("thing", "run", (2,), command="no-such-thing", package="thing"),
            "✗",
            "./tessera run installs it",
            1,
        ),
        (Tool("thing", "run", (2,), command="no-such-thing"), "✗", "your system's means", 1),
        (Tool("thing", "run", (99,), command=sys.executable, package="thing"), "✗", "too old", 1),
        (
            Tool("thing", "run", (1,), module="no-such-module", package="thing"),
            "✗",
            "./tessera run installs it",
            1,
        ),
        (
            Tool("thing", "debug", (2,), command="no-such-thing", package="thing"),
            "·",
            "./tessera doctor --install debug",
            0,
        ),
    ],
)
def test_what_is_wanting_is_named_with_what_to_do(
    tree: Tree,
    tool: Tool,
    mark: str,
    advice: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tools, "TOOLS", (tool,))
    assert execute(tree) == status
    said = capsys.readouterr()
    row = next(line for line in said.out.splitlines() if " thing " in line)
    assert row.startswith(mark) and advice in row
    assert ("lacks thing" in said.err) == (status == 1)


def test_doctor_looks_at_the_very_programs_that_the_checks_call(repository: Path) -> None:
    """A tick for another version of one would be worth nothing."""
    callers = [
        repository / "tests/CMakeLists.txt",
        *(repository / "scripts").glob("c*/*.py"),
        *(repository / "scripts").glob("c*/*.cmake"),
    ]
    texts = "".join(file.read_text(encoding="utf-8") for file in callers)
    called = set(re.findall(r"\bclang(?:-\w+|\+\+)-\d+", texts))
    assert called == {"clang++-14", "clang-format-14", "clang-tidy-14"}
    assert called <= {tool.command for tool in tools.TOOLS} and called <= set(content.PROGRAMS)


@pytest.mark.parametrize(
    "tool", [t for t in tools.TOOLS if t.package and (t.command or t.module)], ids=lambda t: t.name
)
def test_the_package_of_a_tool_is_one_that_its_tier_installs(tool: Tool) -> None:
    assert tool.package in packages(tool.tier, Host(machine="x86_64"))


def test_missing_libfdt_is_noticed(tmp_path: Path) -> None:
    assert not examine(Tool("libfdt", "run"), Tree(tmp_path)).fine


def test_a_tool_that_hangs_or_cannot_run_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("not a program")
    assert command_version(str(broken)) is None


def test_versions_compare_as_numbers() -> None:
    tool = Tool("thing", "run", (3, 9))
    assert Finding(tool, (3, 11)).fine and not Finding(tool, (3, 8, 20)).fine


def test_it_says_which_python_this_is(
    monkeypatch: pytest.MonkeyPatch, tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "TOOLS", ())
    monkeypatch.setattr(tools, "SYSTEM_PYTHON", Path("/elsewhere/python3"))
    execute(tree)
    row = next(line for line in capsys.readouterr().out.splitlines() if "Python in use" in line)
    assert row.startswith("!") and sys.executable in row and "start ./tessera itself" in row


def test_a_nearly_full_disk_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "TOOLS", ())
    monkeypatch.setattr(tools, "DISK_NEEDED", 1 << 60)
    execute(tree)
    assert "✗  free disk space" in capsys.readouterr().out


def test_install_sets_up_the_tiers_first(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(setup, "ensure", lambda tier, tree: asked.append(tier))
    monkeypatch.setattr(tools, "TOOLS", ())
    assert execute(tree, "--install", "test", "debug") == 0
    assert asked == ["test", "debug"]
