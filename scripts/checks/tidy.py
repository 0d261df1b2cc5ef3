#!/usr/bin/python3
"""Runs clang-tidy over what a stage changed.

    tidy.py [--cache FOLDER] ROOT PATCH DATABASE...
    tidy.py [--cache FOLDER] --below FOLDER ROOT DATABASE...  (all in a folder that no stage changes)

A changed source is compiled as the first DATABASE (a build folder with compile_commands.json) that
knows it says. A changed header is seen through one source that includes it. Without the file PATCH,
all sources are looked at. The folder of --cache remembers in what there was nothing to find.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stage_files import all_files, changed_files
from tidy_cache import TidyCache

TIDY = "clang-tidy-14"

#: Warnings are the compilers' affair.
OPTIONS = ["--quiet", "--extra-arg=-w"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
COMPLAINT = re.compile(r"^.*: (?:warning|error): .*$", re.M)


class Units:
    """The translation units that some database knows."""

    def __init__(self, root: Path, databases: list[Path]) -> None:
        self.root = root
        self.database: dict[str, Path] = {}
        self.entry: dict[str, dict[str, str]] = {}
        for folder in databases:
            for entry in json.loads((folder / "compile_commands.json").read_text()):
                file = Path(entry["file"])
                if file.is_relative_to(root) and file.suffix == ".cpp":
                    self.database.setdefault(file.relative_to(root).as_posix(), folder)
                    self.entry.setdefault(file.relative_to(root).as_posix(), entry)

    def headers(self, file: str, known: set[str] | None = None) -> set[str]:
        """The project's headers that a file includes, directly or not."""
        known = set() if known is None else known
        for name in INCLUDE.findall((self.root / file).read_text()):
            for folder in ("kernel", "kernel/arch/aarch64", "kernel/arch/host", "userland", str(Path(file).parent)):
                header = f"{folder}/{name}"
                if header not in known and (self.root / header).exists():
                    known.add(header)
                    self.headers(header, known)
        return known

    def covering(self, changed: list[str]) -> list[str]:
        """The changed units, and for each header that none of them includes, one unit that does.

        The rules are those of the unit's folder, so the kernel's headers are looked at through one
        of the kernel's own units, if there is any.
        """
        chosen = [unit for unit in self.database if unit in changed]
        missing = [file for file in changed if file.endswith(".hpp")]
        included = {unit: self.headers(unit) for unit in self.database}
        for header in missing:
            users = [unit for unit, headers in included.items() if header in headers]
            users = [unit for unit in users if _top(unit) == _top(header)] or users
            if users and not any(unit in chosen for unit in users):
                chosen.append(min(users, key=lambda unit: len(included[unit])))
        return sorted(chosen)


def _top(file: str) -> str:
    """The topmost folder of a file."""
    return file.partition("/")[0]


def complaints(
    tidy: str, root: Path, unit: str, units: Units, cache: TidyCache | None
) -> list[str]:
    """What clang-tidy says about one unit; nothing about one that is known to be clean."""
    key = cache.key(units.entry[unit], OPTIONS) if cache else None
    if cache and cache.knows(key):
        return []
    found = _said(tidy, root, unit, units.database[unit])
    if cache and not found:
        cache.remember(key)
    return found


def _said(tidy: str, root: Path, unit: str, database: Path) -> list[str]:
    """clang-tidy's findings in one unit, a line each."""
    command = [tidy, *OPTIONS, "-p", str(database), str(root / unit)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = [line.removeprefix(f"{root}/") for line in COMPLAINT.findall(done.stdout)]
    # A .clang-tidy that it cannot read makes it go on without any of our checks, and succeed.
    if not found and (done.returncode != 0 or "Error parsing" in done.stderr):
        found = [f"{unit}: {TIDY} failed: {done.stderr.strip()}"]
    return found


def problems(
    root: Path, files: list[str], databases: list[Path], cached: Path | None = None
) -> list[str]:
    """The complaints about some files, a line each, each once.

    `cached`: the folder of what is known to be clean.
    """
    tidy = shutil.which(TIDY)
    if tidy is None:
        return [f"{TIDY} is not installed"]
    for folder in databases:
        if not (folder / "compile_commands.json").exists():
            return [f"{folder}: not configured; build that preset first"]
    units = Units(root, databases)
    chosen = units.covering(files)
    cache = TidyCache(cached, root, tidy) if cached else None
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda unit: complaints(tidy, root, unit, units, cache), chosen)
        found = sorted({line for lines in results for line in lines})
    if cache:
        cache.prune()
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cache", metavar="FOLDER", type=Path)
    parser.add_argument("--below", metavar="FOLDER")
    parser.add_argument("root", metavar="ROOT", type=Path)
    parser.add_argument("places", metavar="[PATCH] DATABASE", nargs="+", type=Path)
    args = parser.parse_args(arguments)
    root, places = args.root.resolve(), [place.resolve() for place in args.places]
    if args.below:
        files = [file for file in all_files(root) if file.startswith(f"{args.below}/")]
    else:
        files = changed_files(root, places.pop(0))
    if not places:
        parser.error("a DATABASE is missing")
    found = problems(root, files, places, args.cache)
    print("\n".join(found) or "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
