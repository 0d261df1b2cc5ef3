"""The stage stack: patches at rest become trees, trees become patches."""
from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from tessera.errors import Failure, Misuse
from tessera.git import Git, GitError
from tessera.stages.patch import apply_patch, flaws, line_of_failure, write_patch
from tessera.stages.store import Store
from tessera.tree import STAGED_PATHS

_PATCH_PATH = re.compile(r"chapters/(\d\d)/stage\.patch")
_CACHE = "trees.json"
#: Enough for the stacks of many branches; the oldest go first.
_CACHE_SIZE = 2000


class PatchError(Failure):
    """A patch at rest that is not as it must be; `place` is file and line."""

    def __init__(self, number: int, line: int, reason: str) -> None:
        super().__init__(
            f"{patch_path(number)}:{line}: {reason}",
            "Patches are written by `./tessera stage export`, never by hand; "
            "`git checkout` brings this one back.",
        )


def patch_path(number: int) -> str:
    """Where the patch of a stage is, inside a tree."""
    return f"chapters/{number:02}/stage.patch"


@dataclass(frozen=True)
class Stack:
    """All stages: `patches[n-1]` is the patch of stage n, `trees[n-1]` holds its staged paths."""

    patches: tuple[bytes, ...]
    trees: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.trees)

    def tree(self, number: int) -> str:
        """The tree id of a stage's staged paths, or an error that says which stages there are."""
        if not 1 <= number <= len(self):
            have = (
                f"01 to {len(self):02}"
                if len(self) > 1
                else "only 01"
                if self.trees
                else "none yet"
            )
            raise Misuse(f"there is no chapter {number:02}", f"Chapters with a stage: {have}.")
        return self.trees[number - 1]

    @classmethod
    def at(cls, store: Store, revision: str = "HEAD") -> Stack:
        """The stack of a commit."""
        if store.git.resolve(f"{revision}^{{commit}}") is None:
            raise Misuse("there is no commit here yet, so there are no stages")
        listing = store.git.out("ls-tree", "-r", "-z", revision, "--", "chapters/").split("\0")
        found: dict[int, str] = {}
        for entry in filter(None, listing):
            about, path = entry.split("\t")
            if match := _PATCH_PATH.fullmatch(path):
                found[int(match[1])] = about.split()[2]
        bodies = read_blobs(store.git, list(found.values()))
        return cls.from_patches(store, _in_order(dict(zip(found, bodies))))

    @classmethod
    def in_folder(cls, store: Store, root: Path, *, cached: bool = True) -> Stack:
        """The stack of a work tree as it is now, committed or not."""
        return cls.from_patches(store, patches_in_folder(root), cached=cached)

    @classmethod
    def from_patches(cls, store: Store, patches: Sequence[bytes], *, cached: bool = True) -> Stack:
        """Applies the patches from the empty tree.

        Each tree is remembered by all the patches that led to it.
        """
        keys = _keys(patches)
        known = store.load(_CACHE) if cached else {}
        trees = _known_trees(store, keys, known)
        if len(trees) < len(patches):
            with store.scratch_index() as index:
                _apply_rest(store, store.with_index(index), patches, trees)
            known |= dict(zip(keys, trees))
            store.save(_CACHE, dict(list(known.items())[-_CACHE_SIZE:]))
        return cls(tuple(patches), tuple(trees))

    @classmethod
    def from_trees(cls, store: Store, trees: Sequence[str]) -> Stack:
        """Writes the patches between consecutive trees."""
        befores = [store.empty_tree, *trees]
        patches = [write_patch(store.plumbing, *pair) for pair in zip(befores, trees)]
        return cls(tuple(patches), tuple(trees))


def patches_in_folder(root: Path) -> list[bytes]:
    """The patches of a work tree, in order."""
    files = root.glob("chapters/[0-9][0-9]/stage.patch")
    return _in_order({int(file.parent.name): file.read_bytes() for file in files})


def _in_order(found: dict[int, bytes]) -> list[bytes]:
    """Patches by number; a gap is an error, because everything after it would stand on nothing."""
    for number in range(1, len(found) + 1):
        if number not in found:
            raise Failure(f"{patch_path(number)} is missing, but later stages stand on it")
    return [found[number] for number in sorted(found)]


def _keys(patches: Sequence[bytes]) -> list[str]:
    """For each patch a name for itself and all before it."""
    keys, so_far = [], b""
    for patch in patches:
        so_far = hashlib.sha256(so_far + hashlib.sha256(patch).digest()).digest()
        keys.append(so_far.hex())
    return keys


def _known_trees(store: Store, keys: list[str], known: dict[str, str]) -> list[str]:
    """The trees of the first stages, as far as they are remembered and still exist."""
    trees: list[str] = []
    for key in keys:
        if not isinstance(tree := known.get(key), str):
            break
        trees.append(tree)
    if trees:
        asked = "".join(f"{tree}\n" for tree in trees).encode()
        answers = store.plumbing.lines("cat-file", "--batch-check=%(objecttype)", stdin=asked)
        gone = next((i for i, kind in enumerate(answers) if kind != "tree"), len(trees))
        del trees[gone:]
    return trees


def _apply_rest(store: Store, git: Git, patches: Sequence[bytes], trees: list[str]) -> None:
    """Applies the patches after the last known tree, adding to `trees`."""
    git.run("read-tree", trees[-1] if trees else "--empty")
    for number in range(len(trees) + 1, len(patches) + 1):
        patch = patches[number - 1]
        for flaw in flaws(patch):
            raise PatchError(number, flaw.line, flaw.reason)
        try:
            trees.append(apply_patch(git, patch))
        except GitError as error:
            said = error.stderr.strip().removeprefix("error: ").replace("\nerror:", ";")
            raise PatchError(
                number, line_of_failure(patch, error.stderr), f"does not apply: {said}"
            ) from error


def read_blobs(git: Git, ids: Sequence[str]) -> list[bytes]:
    """The contents of many blobs with one process."""
    data = git.run(
        "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in ids).encode()
    ).stdout
    bodies, at = [], 0
    for blob in ids:
        end = data.index(b"\n", at)
        header = data[at:end].split()
        if len(header) != 3:
            raise Failure(
                f"git object {blob} is missing from this clone",
                "`git fetch --refetch` may bring it back.",
            )
        size = int(header[2])
        bodies.append(data[end + 1 : end + 1 + size])
        at = end + size + 2
    return bodies


def compose(git: Git, others: str, stages: Sequence[str]) -> list[str]:
    """For each stage a full tree: that of `others` (a tree) with the staged paths replaced.

    Two calls of git, whatever the number of stages: one for the `tests` folders, one for the roots.
    """
    inner = _stage_entries(git, stages)
    tests = _without(git, f"{others}:tests", "unit")
    folders = _mktrees(git, [tests + _entry("unit", unit) for _, unit in inner])
    root = [entry for entry in _without(git, others, "kernel") if entry[0] != "tests"]
    roots = []
    for (kernel, _), folder in zip(inner, folders):
        roots.append(root + _entry("kernel", kernel) + _folder("tests", folder))
    return [tree or "" for tree in _mktrees(git, roots)]


Entry = tuple[str, str]


def _entry(name: str, about: str | None) -> list[Entry]:
    """An entry of a tree, or none."""
    return [(name, about)] if about else []


def _folder(name: str, tree: str | None) -> list[Entry]:
    """The entry of a folder, or none."""
    return _entry(name, f"040000 tree {tree}" if tree else None)


def _without(git: Git, tree: str, name: str) -> list[Entry]:
    """The entries of a tree but one, as (name, "mode type id"). No such tree: no entries."""
    done = git.run("ls-tree", "-z", tree, check=False)
    lines = done.stdout.decode(errors="surrogateescape").split("\0")
    pairs = [line.split("\t", 1) for line in lines if line]
    return [(path, about) for about, path in pairs if path != name]


def _stage_entries(git: Git, stages: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """For each stage its `kernel` and `tests/unit`, as "mode type id"; None where it has none."""
    asked = "".join(f"{stage}:{folder}\n" for stage in stages for folder in STAGED_PATHS)
    form = "--batch-check=%(objecttype) %(objectname)"
    answers = git.lines("cat-file", form, stdin=asked.encode())
    found = [f"040000 {line}" if line.startswith("tree ") else None for line in answers]
    return list(zip(found[0::2], found[1::2]))


def _mktrees(git: Git, trees: Sequence[list[Entry]]) -> list[str | None]:
    """Makes many trees with one process. A tree without entries does not exist in git: None."""
    full = [tree for tree in trees if tree]
    text = "\0".join("".join(f"{about}\t{name}\0" for name, about in tree) for tree in full)
    stdin = (text + "\0").encode(errors="surrogateescape")
    made = iter(git.lines("mktree", "-z", "--batch", stdin=stdin))
    return [next(made) if tree else None for tree in trees]


def staged_part(git: Git, revisions: Sequence[str]) -> list[str]:
    """For each full tree (or commit) the tree of its staged paths alone."""
    inner = _stage_entries(git, revisions)
    tests = _mktrees(git, [_entry("unit", unit) for _, unit in inner])
    roots = [
        _entry("kernel", kernel) + _folder("tests", folder)
        for (kernel, _), folder in zip(inner, tests)
    ]
    empty = git.out("mktree", stdin=b"") if not all(roots) else ""
    return [tree or empty for tree in _mktrees(git, roots)]
