#!/usr/bin/python3
"""Fails where clang-format would lay out C++ differently.

    format.py ROOT            says where
    format.py --fix ROOT      lays it out

It looks at all C++ files: the layout of a thousand files takes a second.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from stage_files import all_files

#: One version decides, because versions differ.
FORMATTER = "clang-format-14"


def problems(root: Path, fix: bool = False) -> list[str]:
    """The complaints, a line each."""
    formatter = shutil.which(FORMATTER)
    if formatter is None:
        return [f"{FORMATTER} is not installed"]
    files = all_files(root)
    if not files:
        return [f"{root}: no C++ files here"]
    how = ["-i"] if fix else ["--dry-run", "-Werror"]
    done = subprocess.run([formatter, *how, *files], cwd=root, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    return [line for line in done.stderr.splitlines() if ": error:" in line] or [done.stderr]


def main(arguments: list[str]) -> int:
    fix = arguments[:1] == ["--fix"]
    if len(arguments) != 1 + fix:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(arguments[-1])
    found = problems(root, fix)
    print("\n".join([*found, f"`scripts/checks/format.py --fix {root}` puts it right"] if found else ["laid out well"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
