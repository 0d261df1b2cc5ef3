#!/usr/bin/python3
"""Runs clang-tidy over what a stage changed.

    tidy.py ROOT PATCH DATABASE...
    tidy.py --below FOLDER ROOT DATABASE...     all that is in a folder, which no stage changes

A changed source is compiled as the first DATABASE (a build folder with compile_commands.json) that
knows it says. A changed header is seen through one source that includes it. Without the file PATCH,
all sources are looked at.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stage_files import all_files, changed_files

TIDY = "clang-tidy-14"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
COMPLAINT = re.compile(r"^.*: (?:warning|error): .*$", re.M)


class Units:
    """The translation units that some database knows."""

    def __init__(self, root: Path, databases: list[Path]) -> None:
        self.root = root
        self.database: dict[str, Path] = {}
        for folder in databases:
            for entry in json.loads((folder / "compile_commands.json").read_text()):
                file = Path(entry["file"])
                if file.is_relative_to(root) and file.suffix == ".cpp":
                    self.database.setdefault(file.relative_to(root).as_posix(), folder)

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
        """The changed units, and for each header that none of them includes, one unit that does."""
        chosen = [unit for unit in self.database if unit in changed]
        missing = [file for file in changed if file.endswith(".hpp")]
        included = {unit: self.headers(unit) for unit in self.database}
        for header in missing:
            users = [unit for unit, headers in included.items() if header in headers]
            if users and not any(unit in chosen for unit in users):
                chosen.append(min(users, key=lambda unit: len(included[unit])))
        return sorted(chosen)


def complaints(tidy: str, root: Path, unit: str, database: Path) -> list[str]:
    """What clang-tidy says about one unit. Warnings are the compilers' affair: -w."""
    command = [tidy, "--quiet", "-p", str(database), "--extra-arg=-w", str(root / unit)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = [line.removeprefix(f"{root}/") for line in COMPLAINT.findall(done.stdout)]
    # A .clang-tidy that it cannot read makes it go on without any of our checks, and succeed.
    if not found and (done.returncode != 0 or "Error parsing" in done.stderr):
        found = [f"{unit}: {TIDY} failed: {done.stderr.strip()}"]
    return found


def problems(root: Path, files: list[str], databases: list[Path]) -> list[str]:
    """The complaints about some files, a line each, each once."""
    tidy = shutil.which(TIDY)
    if tidy is None:
        return [f"{TIDY} is not installed"]
    for folder in databases:
        if not (folder / "compile_commands.json").exists():
            return [f"{folder}: not configured; build that preset first"]
    units = Units(root, databases)
    chosen = units.covering(files)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda unit: complaints(tidy, root, unit, units.database[unit]), chosen)
    return sorted({line for lines in results for line in lines})


def main(arguments: list[str]) -> int:
    below = arguments[:1] == ["--below"]
    if len(arguments) < 3 + below:
        print(__doc__, file=sys.stderr)
        return 2
    if below:
        folder, root, databases = arguments[1], Path(arguments[2]).resolve(), arguments[3:]
        files = [file for file in all_files(root) if file.startswith(f"{folder}/")]
    else:
        root, databases = Path(arguments[0]).resolve(), arguments[2:]
        files = changed_files(root, Path(arguments[1]).resolve())
    found = problems(root, files, [Path(database).resolve() for database in databases])
    print("\n".join(found) or "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
