"""Tessera's own corner of a clone, `.git/tessera/`: a private repository, caches and a lock.

The private repository has no configuration, hooks or attributes of the user's. In `plumbing` it
works on the clone's own objects, so trees and patches come out the same whatever the clone's
`.git/config` says, and no ref, index or work tree of the user's is within reach.
"""
from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator

from tessera import console
from tessera.errors import Failure
from tessera.git import Git
from tessera.tree import Tree


class Store:
    """What the stage stack keeps in a clone. All worktrees of a clone share one."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.git = tree.git
        common, own = self.git.lines(
            "rev-parse", "--path-format=absolute", "--git-common-dir", "--git-dir"
        )
        self.common = Path(common)
        self.git_dir = Path(own)
        self.home = self.common / "tessera"
        self.home.mkdir(exist_ok=True)

    @cached_property
    def plumbing(self) -> Git:
        """Git without any configuration but ours, reading and writing this clone's objects."""
        private = self.home / "plumbing"
        if not (private / "HEAD").exists():
            self._create_plumbing(private)
        return Git(self.common, variables=self.plumbing_variables)

    @property
    def plumbing_variables(self) -> dict[str, str]:
        """The variables that make git work in the private repository."""
        return {
            "GIT_DIR": str(self.home / "plumbing"),
            "GIT_OBJECT_DIRECTORY": str(self.common / "objects"),
        }

    def _create_plumbing(self, private: Path) -> None:
        """Makes the private repository under another name first: nobody meets half of one."""
        form = self.git.out("rev-parse", "--show-object-format")
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            fresh = Path(folder) / "new"
            self.git.run(
                "init", "--quiet", "--bare", "--template=", f"--object-format={form}", str(fresh)
            )
            try:
                fresh.rename(private)
            except OSError:  # somebody else was quicker
                if not (private / "HEAD").exists():
                    raise

    def with_index(self, index: Path, work_tree: Path | None = None) -> Git:
        """The plumbing with an index of its own, and a work tree if one is to be written."""
        variables = self.plumbing_variables | {"GIT_INDEX_FILE": str(index)}
        if work_tree is not None:
            variables["GIT_WORK_TREE"] = str(work_tree)
        self.plumbing  # noqa: B018  (makes sure that the private repository exists)
        return Git(work_tree or self.common, variables=variables)

    @contextmanager
    def scratch_index(self) -> Iterator[Path]:
        """The path of an index that is gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="index-", dir=self.home))
        try:
            yield folder / "index"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @cached_property
    def empty_tree(self) -> str:
        """The id of the tree without files."""
        return self.plumbing.out("mktree", stdin=b"")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One at a time: whoever changes refs or the private repository holds this."""
        with locked(
            self.home / "lock", "another ./tessera is at work in this clone; waiting for it"
        ):
            yield

    def load(self, name: str) -> dict[str, Any]:
        """A cache kept as JSON; empty when there is none or it cannot be read."""
        try:
            data = json.loads((self.home / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def save(self, name: str, data: dict[str, Any]) -> None:
        """Writes what `load` reads, in one step."""
        write_whole(self.home / name, json.dumps(data, indent=1).encode())


@contextmanager
def locked(file: Path, waiting: str) -> Iterator[None]:
    """Holds a lock on `file`; says `waiting` once when somebody else has it."""
    with open(file, "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            console.step(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_whole(file: Path, data: bytes) -> None:
    """Replaces a file in one step: a full disk or Ctrl-C leaves the old one as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(file)
    except OSError as error:
        raise Failure(f"cannot write {file}: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
