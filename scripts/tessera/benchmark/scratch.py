"""A clone to measure in, so that nothing happens to the user's tree."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Mapping

from tessera.errors import Failure
from tessera.tree import Tree

#: How much of a failed command's output is shown.
SHOWN_LINES = 40


class Scratch:
    """A clone of HEAD in a temporary folder, with commands that are timed from start to end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = Tree(folder / "tessera")

    def tessera(self, *args: str, env: Mapping[str, str] | None = None) -> float:
        """Runs `./tessera ARGS`; returns the seconds it took."""
        start = time.monotonic()
        done = subprocess.run(["./tessera", *args], cwd=self.tree.root, env=os.environ | (env or {}),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        seconds = time.monotonic() - start
        if done.returncode != 0:
            raise failed(args, done.returncode, done.stdout)
        return seconds

    def seconds_until(self, text: str, *args: str) -> float:
        """Runs `./tessera ARGS`; returns the seconds until it had printed `text`."""
        start, seen, output = time.monotonic(), None, b""
        with subprocess.Popen(["./tessera", *args], cwd=self.tree.root, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            assert running.stdout is not None
            while chunk := os.read(running.stdout.fileno(), 65536):
                output += chunk
                if seen is None and text.encode() in output:
                    seen = time.monotonic() - start
        if running.returncode != 0 or seen is None:
            raise failed(args, running.returncode, output)
        return seen


def failed(args: tuple[str, ...], status: int, output: bytes) -> Failure:
    """The error for a command that did not do what is to be timed."""
    lines = output.decode(errors="replace").splitlines()[-SHOWN_LINES:]
    said = "\n  ".join(lines)
    return Failure(f"`./tessera {' '.join(args)}` cannot be timed: exit status {status}; it said\n  {said}")


@contextmanager
def clone(tree: Tree) -> Iterator[Scratch]:
    """A clone of `tree`'s HEAD that shares the libfdt already fetched; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        scratch = Scratch(Path(folder))
        tree.git.run("clone", "--quiet", "--no-tags", str(tree.root), str(scratch.tree.root))
        fetched = tree.build / "deps"
        if fetched.exists():
            shutil.copytree(fetched, scratch.tree.build / "deps")
        yield scratch


def printed_literal(tree: Tree) -> tuple[Path, str]:
    """A string literal of the kernel that its first boot prints, and its file.

    It is the earliest there is, and the longest of those: a short one may be a word of the line by
    chance.
    """
    from tessera.chapter import load

    boot = load(tree, tree.chapter).boot()
    log = (tree.chapter_dir(tree.chapter) / "expected" / f"{boot.name}.log").read_text(encoding="utf-8")
    found = [
        (log.index(literal), -len(literal), file, literal)
        for file in sorted(tree.root.glob("kernel/**/*.cpp"))
        for literal in re.findall(r'"([^"\\%{}]{6,})', file.read_text(encoding="utf-8"))
        if literal in log
    ]
    if not found:
        raise Failure(f"no string in kernel/ is printed by boot '{boot.name}' of chapter {tree.chapter:02}")
    *_, file, literal = min(found)
    return file, literal
