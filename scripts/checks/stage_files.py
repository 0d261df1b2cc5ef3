"""Which C++ files a check has to look at: those that the stage changed, and what is edited now.

A file is checked at the stage that changed it last, so no stage has to check them all.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

#: Where the project's own C++ lies.
FOLDERS = ("kernel", "tests", "userland")
SUFFIXES = (".cpp", ".hpp")
CHANGED = re.compile(r"^\+\+\+ b/(.*)$", re.M)


def all_files(root: Path) -> list[str]:
    """Every C++ file there is, as paths below `root`."""
    return sorted(file.relative_to(root).as_posix() for folder in FOLDERS
                  for file in (root / folder).rglob("*") if file.suffix in SUFFIXES)


def edited(root: Path) -> set[str]:
    """What differs from the last commit, if `root` is a git work tree of its own."""
    if not (root / ".git").exists():
        return set()
    names = subprocess.run(
        # The clone may belong to another user, as in containers; whoever runs this trusts it already.
        ["git", "-c", "safe.directory=*", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *FOLDERS],
        cwd=root, env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"}, capture_output=True, text=True, check=True).stdout
    return {entry[3:] for entry in names.split("\0") if entry}


def changed_files(root: Path, patch: Path) -> list[str]:
    """The C++ files that the stage with this patch changed, or that are edited now."""
    if not patch.exists():  # a stage that has not been exported yet
        return all_files(root)
    changed = set(CHANGED.findall(patch.read_text())) | edited(root)
    return [file for file in all_files(root) if file in changed]
