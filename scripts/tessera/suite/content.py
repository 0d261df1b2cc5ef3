"""Keys by content: the same key means that a test would see the same files and the same tools."""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterable

from tessera.setup.host import Host
from tessera.setup.packages import packages
from tessera.stages.checkout import snapshot
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store
from tessera.tree import Tree

#: Programs whose exchange invalidates every result, beside the packages of tier `test`.
PROGRAMS = (
    "g++",
    "aarch64-linux-gnu-g++",
    "clang++-14",
    "clang-tidy-14",
    "clang-format-14",
    "cmake",
    "ninja",
    "python3",
    "git",
)

#: What no kernel test reads: prose, editors, and the tests of the tools.
_UNREAD = ("book/", "scripts/book/", "scripts/tessera/book/", "tests/browser/", "tests/tools/",
           ".github/", ".devcontainer/", ".vscode/", ".ci/")


def tree_ids(tree: Tree, chapters: Iterable[int]) -> dict[int, str]:
    """What each stage's folder holds, as git trees: the present work tree with that stage in it."""
    store = Store(tree)
    present, stack = snapshot(store), Stack.in_folder(store, tree.root)
    others = [number for number in chapters if number != tree.chapter]
    composed = compose(store.plumbing, present, [stack.tree(number) for number in others])
    return {tree.chapter: present, **dict(zip(others, composed))}


def key(tree: Tree, treeish: str, toolchain: str, chapter: int | None = None) -> str:
    """The key of what tests read in a git tree: those of one chapter, or else all of it."""
    files = tree.git.out("ls-tree", "-r", "-z", treeish).split("\0")
    if chapter is not None:
        files = [line for line in files if concerns(line.partition("\t")[2], chapter)]
    return hashlib.sha256("\0".join([toolchain, *files]).encode()).hexdigest()


def concerns(path: str, chapter: int) -> bool:
    """Whether the tests of `chapter` could read `path`."""
    if path.startswith(_UNREAD) or path.endswith(".md"):
        return False
    return not path.startswith("chapters/") or path.startswith(f"chapters/{chapter:02}/")


def toolchain(host: Host) -> str:
    """What builds and runs the tests: package versions, and the programs found on PATH."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages("test", host)]
    try:
        versions = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    except OSError:
        versions = ""  # a system without dpkg; the programs below tell enough
    programs = (*PROGRAMS, os.environ.get("TESSERA_QEMU", "qemu-system-aarch64"))
    return versions + "\n".join(map(_identity, programs))


def _identity(program: str) -> str:
    """Where a program is and which one; upgrades change its size or time."""
    place = shutil.which(program)
    if place is None:
        return f"{program}: none"
    file = Path(place).resolve()
    status = file.stat()
    return f"{file} {status.st_size} {status.st_mtime_ns}"
