"""The sides of an exercise, starter, solution and mutants, as patches at rest and as trees.

Each patch is against the stage itself, so that none depends on another: to change the solution is
not to change the mutants. Where there is no patch, the side is the stage.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tessera.errors import Failure
from tessera.exercises.declare import Exercise
from tessera.git import GitError
from tessera.stages.patch import apply_patch, flaws, line_of_failure
from tessera.stages.stack import read_blobs
from tessera.stages.store import Store

STARTER, SOLUTION, MUTANTS = "starter", "solution", "mutants/"

#: A file of a tree: its mode and the id of its contents.
Entry = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """One side of one exercise: `starter`, `solution` or `mutants/NAME`."""

    exercise: str  # `03/esr`
    name: str

    @property
    def path(self) -> str:
        """Its patch, inside a tree."""
        return f"chapters/{self.exercise[:2]}/exercises/{self.exercise[3:]}/{self.name}.patch"

    @property
    def stage(self) -> int:
        """The stage that it stands on."""
        return int(self.exercise[:2])


def of(exercise: Exercise) -> list[Side]:
    """All sides that an exercise can have, those first that others are compared with."""
    mutants = [f"{MUTANTS}{mutant.name}" for mutant in exercise.mutants]
    return [Side(exercise.name, name) for name in (SOLUTION, STARTER, *mutants)]


def at_rest(root: Path) -> list[Side]:
    """Every side of a tree that has a patch."""
    found = []
    for file in sorted(root.glob("chapters/[0-9][0-9]/exercises/*/**/*.patch")):
        parts = file.relative_to(root).parts
        name = "/".join(parts[4:]).removesuffix(".patch")
        if name in (STARTER, SOLUTION) or name.startswith(MUTANTS):
            found.append(Side(f"{parts[1]}/{parts[3]}", name))
    return found


def staged_tree(store: Store, root: Path, side: Side, ground: str) -> str:
    """The staged paths of a side, applied strictly to those of its stage, `ground`."""
    try:
        patch = (root / side.path).read_bytes()
    except FileNotFoundError:
        return ground
    return applied(store, patch, ground, side.path)


def applied(store: Store, patch: bytes, ground: str, where: str) -> str:
    """A tree with a patch applied; errors name the line of the patch."""
    for flaw in flaws(patch):
        raise Failure(f"{where}:{flaw.line}: {flaw.reason}")
    with store.scratch_index() as index:
        git = store.with_index(index)
        git.run("read-tree", ground)
        try:
            return apply_patch(git, patch)
        except GitError as error:
            said = error.stderr.strip().removeprefix("error: ").replace("\nerror:", ";")
            raise Failure(
                f"{where}:{line_of_failure(patch, error.stderr)}: does not apply: {said}",
                "`./tessera stage propagate` carries exercises along when their stage changes.",
            ) from error


def entries(store: Store, tree: str) -> dict[str, Entry]:
    """The files of a tree."""
    found = {}
    for line in filter(None, store.plumbing.out("ls-tree", "-r", "-z", tree).split("\0")):
        about, path = line.split("\t", 1)
        mode, _, blob = about.split()
        found[path] = (mode, blob)
    return found


def changed_entries(store: Store, before: str, after: str) -> dict[str, Entry | None]:
    """What differs from one tree to the other: the files of the second, None for those gone."""
    old, new = entries(store, before), entries(store, after)
    paths = old.keys() | new.keys()
    return {path: new.get(path) for path in paths if old.get(path) != new.get(path)}


def with_entries(store: Store, tree: str, changes: dict[str, Entry | None]) -> str:
    """A tree with files replaced, added or removed."""
    with store.scratch_index() as index:
        git = store.with_index(index)
        git.run("read-tree", tree)
        lines = [
            f"{entry[0]} {entry[1]}\t{path}\0" if entry else f"0 {'0' * len(tree)}\t{path}\0"
            for path, entry in changes.items()
        ]
        git.run("update-index", "-z", "--index-info", stdin="".join(lines).encode())
        return git.out("write-tree")


def blob(store: Store, data: bytes) -> str:
    """The id of a file's contents, which are now in the clone."""
    return store.plumbing.out("hash-object", "-w", "--stdin", stdin=data)


def contents(store: Store, found: dict[str, Entry]) -> dict[str, bytes]:
    """The contents of files."""
    bodies = read_blobs(store.plumbing, [entry[1] for entry in found.values()])
    return dict(zip(found, bodies))
