"""Runs the unit tests of a tree and has gcovr count what they execute."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

from tessera import console
from tessera.build import build
from tessera.errors import Failure, Misuse
from tessera.programs import HEARD
from tessera.stages.store import locked
from tessera.tree import Tree

PRESET = "coverage"

#: Not counted: branches that only an exception takes, and those to a failed assertion, after which
#: the kernel is at its end and no counter is written out.
UNCOUNTED = (
    "--exclude-throw-branches",
    "--exclude-unreachable-branches",
    r"--exclude-branches-by-pattern=.*\bK_ASSERT\(",
)


@dataclass(frozen=True)
class FileCoverage:
    """One source: which lines hold code, which branches leave them, and what never ran."""

    name: str
    lines: int
    missed_lines: tuple[int, ...]
    branches: int
    missed_branches: tuple[int, ...]  # the line of each


def measure(tree: Tree, folders: Sequence[str], html: bool, jobs: int) -> list[FileCoverage]:
    """Coverage of the sources below `folders`, which are paths below the tree's root.

    \\raises Failure  when a test fails
    \\raises Misuse  when no code in `folders` is part of the tests
    """
    folder = build(tree, PRESET, ["unit_programs"], jobs=jobs)
    with locked(folder / "lock", "coverage is being measured here already; waiting"):
        for earlier in folder.rglob("*.gcda"):
            earlier.unlink()
        _run_tests(tree, folder)
        files = _count(tree, folder, folders, html, jobs)
    if not files:
        raise Misuse(
            f"no code in {', '.join(folders)} is compiled for the unit tests",
            "kernel/CMakeLists.txt says what is: what it calls portable.",
        )
    return files


def _run_tests(tree: Tree, folder: Path) -> None:
    """Runs every test program once, as a whole."""
    for program in sorted((folder / "unit_programs").iterdir()):
        with console.busy(f"running {program.name}"):
            done = subprocess.run(
                [program.read_text(encoding="utf-8")],
                cwd=tree.root,
                env=os.environ | {"RC_PARAMS": "seed=1"},
                **HEARD,
                check=False,
            )
        if done.returncode != 0:
            words = "\n  ".join(done.stdout.splitlines()[-15:])
            raise Failure(
                f"{program.name} fails, so there is nothing to count:\n  {words}",
                f"./tessera test {tree.chapter:02} -k unit says more.",
            )


def _count(
    tree: Tree, folder: Path, folders: Sequence[str], html: bool, jobs: int
) -> list[FileCoverage]:
    """Calls gcovr and reads what it found."""
    report = folder / "coverage.json"
    command = ["gcovr", "-j", str(jobs), "--root", str(tree.root), f"--object-directory={folder}"]
    command += [str(folder), *UNCOUNTED, "--json", str(report)]
    command += [f"--filter={name.rstrip('/')}(/|$)" for name in folders]
    if html:
        page(folder).parent.mkdir(exist_ok=True)
        command += ["--html-details", str(page(folder)), "--html-title", "Tessera's unit tests"]
    with console.busy("counting"):
        done = subprocess.run(command, cwd=tree.root, **HEARD, check=False)
    if done.returncode != 0:
        raise Failure(f"gcovr failed: {done.stdout.strip()}")
    found = json.loads(report.read_text(encoding="utf-8"))["files"]
    return sorted((_file(entry) for entry in found), key=lambda file: file.name)


def page(folder: Path) -> Path:
    """The first page of the report in HTML."""
    return folder / "html/index.html"


def _file(entry: dict[str, Any]) -> FileCoverage:
    """One file of gcovr's report."""
    lines = [
        line
        for line in entry["lines"]
        if not (line.get("gcovr/noncode") or line.get("gcovr/excluded"))
    ]
    branches = [(line["line_number"], way["count"]) for line in lines for way in line["branches"]]
    return FileCoverage(
        entry["file"],
        len(lines),
        tuple(line["line_number"] for line in lines if not line["count"]),
        len(branches),
        tuple(line for line, count in branches if not count),
    )
