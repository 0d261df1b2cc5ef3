"""Which translation units clang-tidy has found nothing in, by all that it reads.

A key is made of clang-tidy itself, how it is called, its rules, and every byte of every file that
takes part, by name. Only that there was nothing to find is remembered: whatever has a finding is
looked at again. One folder serves all stages, in which most files are the same; paths count from the
tree's root, so they are the same too.
"""
from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Iterator

#: The compiler that reads a source as clang-tidy does.
CLANG = "clang++-14"

#: So many results are kept, the latest used: some stages' worth.
KEPT = 2000


class TidyCache:
    """The results in a folder."""

    def __init__(self, folder: Path, root: Path, tool: str) -> None:
        self._folder = folder
        self._root = root
        status = Path(tool).resolve().stat()
        self._tool = f"{Path(tool).resolve()} {status.st_size} {status.st_mtime_ns}"

    def knows(self, key: str | None) -> bool:
        """Whether nothing was found in a unit with this key."""
        file = self._folder / str(key)
        if key is None or not file.exists():
            return False
        os.utime(file)
        return True

    def remember(self, key: str | None) -> None:
        """Notes that nothing was found."""
        if key is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / key).touch()

    def prune(self) -> None:
        """Forgets what has not been asked for the longest."""
        with contextlib.suppress(FileNotFoundError):  # no folder yet, or another stage prunes too
            files = sorted(self._folder.iterdir(), key=lambda file: -file.stat().st_mtime)
            for file in files[KEPT:]:
                file.unlink()

    def key(self, entry: dict[str, str], arguments: list[str]) -> str | None:
        """The key of a unit, given its entry in compile_commands.json; None if it does not compile.

        `arguments`: what else clang-tidy is told.
        """
        files = _files(entry)
        if files is None:
            return None
        digest = hashlib.sha256()
        for part in (self._tool, *arguments, entry["command"], *self._rules(Path(entry["file"]))):
            self._add(digest, part.encode())
        for file in files:
            self._add(digest, str(file).encode())
            self._add(digest, file.read_bytes())
        return digest.hexdigest()

    def _add(self, digest: hashlib._Hash, part: bytes) -> None:
        """Adds a part in which the tree may lie anywhere."""
        part = part.replace(str(self._root).encode(), b"")
        digest.update(b"%d:" % len(part) + part)

    def _rules(self, file: Path) -> Iterator[str]:
        """Every .clang-tidy that could apply to a file, and where there is none."""
        for folder in file.parents:
            rules = folder / ".clang-tidy"
            yield rules.read_text(encoding="utf-8", errors="replace") if rules.is_file() else "none"
            if folder == self._root:
                return


def _files(entry: dict[str, str]) -> list[Path] | None:
    """The files that a unit consists of or asks for; None if it does not compile."""
    command = shlex.split(entry["command"])[1:]
    at = command.index("-o") if "-o" in command else len(command)
    del command[at : at + 2]
    command = [CLANG, *(word for word in command if word != "-c"), "-w", "-M", "-MT", "unit"]
    done = subprocess.run(
        command, cwd=entry["directory"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        return None
    rule = done.stdout.partition(":")[2].replace("\\\n", " ")
    words = re.findall(r"(?:[^\s\\]|\\.)+", rule)
    return sorted({Path(entry["directory"], re.sub(r"\\(.)", r"\1", word)) for word in words})
