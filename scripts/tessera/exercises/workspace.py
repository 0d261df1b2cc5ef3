"""A student's folder: opened, checked, handed in, put back, brought up to date.

The folder says in its file EXERCISE what it is for, so it makes no difference whether it is a
worktree that `start` has opened or a bundle that somebody was given. What may be changed is the
student's; everything else is as it was handed out.
"""
from __future__ import annotations

import json
import shutil
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from tessera.errors import Failure, Misuse
from tessera.exercises import catalog, handout, sides, trial
from tessera.exercises.bench import Bench
from tessera.exercises.declare import Exercise
from tessera.exercises.handout import MARK, PRISTINE
from tessera.exercises.result import Result
from tessera.git import Git
from tessera.stages.branches import worktrees
from tessera.stages.edit import new_folder
from tessera.stages.start import way_back
from tessera.stages.store import Store, write_whole
from tessera.stages.tags import fixed_commit
from tessera.tree import Tree

#: Copies of a student's work, from before something was overwritten.
BACKUPS = "backup"
#: Folders in which an update removes what is not handed out any more.
_OURS = ("kernel", "tests", "scripts", "chapters")


@dataclass(frozen=True)
class Workspace:
    """A folder for one exercise (and perhaps for others as well)."""

    tree: Tree
    exercise: Exercise
    seed: str

    @property
    def pristine(self) -> Path:
        """The files that may be changed, as they were handed out."""
        return self.tree.root / self.exercise.folder / PRISTINE


def start(tree: Tree, word: str, folder: Path | None, seed: str) -> Workspace:
    """Makes a worktree with the handout of an exercise, on a branch of its own."""
    if (tree.root / MARK).exists():
        raise Misuse("this folder is for an exercise already", "`./tessera exercise check`")
    store, exercise = Store(tree), catalog.load(tree, catalog.find(tree, word))
    branch = f"work/{exercise.name}"
    if store.git.resolve(f"refs/heads/{branch}") is not None:
        raise Misuse(f"the branch {branch} exists already", way_back(store, branch))
    target = new_folder(store, folder, exercise.slug)
    whole = handout.tree(store, [exercise], seed)
    commit = fixed_commit(store, whole, f"Exercise {exercise.name}: {exercise.title}")
    store.git.run("worktree", "add", "--quiet", "-b", branch, str(target), commit)
    return Workspace(Tree(target), exercise, seed)


def open_at(tree: Tree, word: str | None) -> Workspace:
    """The exercise of the folder we are in; of a clone, the folder that `start` made for it."""
    names, seed = read_mark(tree.root)
    if not names and word is not None and tree.is_git:
        return _elsewhere(tree, catalog.find(tree, word))
    if not names:
        raise Misuse(
            "this folder is for no exercise",
            "`./tessera exercise start ID` makes one that is; `./tessera exercise list` shows all.",
        )
    if word is None and len(names) > 1:
        raise Misuse("this folder is for several exercises", f"Name one: {', '.join(names)}.")
    name = names[0] if word is None else catalog.find(tree, word)
    return Workspace(tree, catalog.load(tree, name), seed)


def _elsewhere(tree: Tree, name: str) -> Workspace:
    """The worktree of an exercise that was started from this clone."""
    for other in worktrees(Store(tree)):
        if other.branch == f"refs/heads/work/{name}" and not other.gone:
            return open_at(Tree(other.path), name)
    raise Misuse(f"{name} has not been started", f"`./tessera exercise start {name}`")


def read_mark(root: Path) -> tuple[list[str], str]:
    """The exercises that a folder is for, and the seed; none when it is for none."""
    try:
        data = tomllib.loads((root / MARK).read_text(encoding="utf-8"))
        names, seed = data["exercises"], data["seed"]
    except OSError:
        return [], ""
    except (ValueError, KeyError) as error:
        raise Failure(f"{MARK}:1: is damaged: {error}", "Unpack it anew.") from error
    return list(map(str, names)), str(seed)


def check(space: Workspace) -> list[Result]:
    """Runs every test on the folder as it is."""
    return trial.run(Bench(space.tree), space.exercise, space.seed)


def hints(space: Workspace, *, everything: bool) -> Sequence[str]:
    """The hints that were given so far, and one more; or all."""
    every = space.exercise.hints
    file = space.tree.build / "hints" / f"{space.exercise.slug}.json"
    try:
        given = int(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        given = 0
    given = len(every) if everything else min(given + 1, len(every))
    write_whole(file, json.dumps(given).encode())
    return every[:given]


def own_files(root: Path, exercise: Exercise) -> Iterator[str]:
    """What is there of what a student may change."""
    for pattern in exercise.allowed:
        for file in sorted(root.glob(pattern)):
            if file.is_file():
                yield str(file.relative_to(root))


def submit(space: Workspace, output: Path | None) -> Path:
    """Writes the student's changes as a patch against the handout."""
    with tempfile.TemporaryDirectory() as scratch:
        before, after = Path(scratch) / "a", Path(scratch) / "b"
        before.mkdir(), after.mkdir()
        if space.pristine.exists():
            shutil.copytree(space.pristine, before, dirs_exist_ok=True)
        _copy(space.tree.root, own_files(space.tree.root, space.exercise), after)
        flags = ("--no-index", "--no-prefix", "--no-renames", "--full-index", "--text")
        patch = Git(Path(scratch)).run("diff", *flags, "a", "b", check=False).stdout
    if not patch:
        raise Failure(f"{space.exercise.name}: nothing has been changed yet")
    target = (output or space.tree.root / f"{space.exercise.slug}.patch").resolve()
    head = f"Tessera exercise {space.exercise.name}, handed in by a patch\n\n"
    write_whole(target, head.encode() + patch)
    return target


def reset(space: Workspace) -> Path:
    """Puts back what was handed out; returns the folder of what was there before."""
    root, exercise = space.tree.root, space.exercise
    backup = _new_backup(root, exercise.slug)
    _copy(root, own_files(root, exercise), backup)
    for name in list(own_files(root, exercise)):
        (root / name).unlink()
    if space.pristine.exists():
        shutil.copytree(space.pristine, root, dirs_exist_ok=True)
    return backup


def update(tree: Tree, folder: Path) -> Path:
    """Brings another folder up to what is handed out here, but for the student's own files."""
    folder = folder.resolve()
    names, seed = read_mark(folder)
    if not names:
        raise Misuse(f"{folder} is for no exercise", "Name the folder that you work in.")
    exercises = [catalog.load(tree, catalog.find(tree, name)) for name in names]
    fresh = _handed_out(tree, exercises, seed)
    theirs = {name for exercise in exercises for name in own_files(folder, exercise)}
    stale = [
        name
        for name in _present(folder)
        if name not in theirs and _is_stale(folder / name, fresh.get(name), "/" in name)
    ]
    backup = _new_backup(folder, "update")
    _copy(folder, [*stale, *theirs], backup)
    for name in stale:
        (folder / name).unlink()
    for name, (executable, data) in fresh.items():
        if name not in theirs and not (folder / name).exists():
            write_whole(folder / name, data)
            (folder / name).chmod(0o755 if executable else 0o644)
    return backup


def _is_stale(file: Path, fresh: tuple[bool, bytes] | None, inside: bool) -> bool:
    """Whether a file has to make room. At the top of the folder what we do not know is theirs."""
    return inside if fresh is None else file.read_bytes() != fresh[1]


def _handed_out(
    tree: Tree, exercises: Sequence[Exercise], seed: str
) -> dict[str, tuple[bool, bytes]]:
    """Every file that is handed out now: by this clone, or by the bundle that we are in."""
    if not (tree.root / MARK).exists():
        store = Store(tree)
        found = sides.entries(store, handout.tree(store, exercises, seed))
        bodies = sides.contents(store, found)
        return {name: (found[name][0] == "100755", bodies[name]) for name in found}
    own = {name for exercise in exercises for name in own_files(tree.root, exercise)}
    files = {name: tree.root / name for name in _present(tree.root) if name not in own}
    for exercise in exercises:
        pristine = tree.root / exercise.folder / PRISTINE
        files |= {str(f.relative_to(pristine)): f for f in pristine.rglob("*") if f.is_file()}
    return {
        name: (bool(file.stat().st_mode & 0o100), file.read_bytes()) for name, file in files.items()
    }


def _present(root: Path) -> list[str]:
    """The files of a folder that are handed out, or were once."""
    top = [file for file in root.iterdir() if file.is_file() and file.name != ".git"]
    inner = [file for name in _OURS for file in (root / name).rglob("*") if file.is_file()]
    kept = (file for file in [*top, *inner] if "__pycache__" not in file.parts)
    return [str(file.relative_to(root)) for file in kept]


def _new_backup(root: Path, what: str) -> Path:
    """A folder that is not there yet."""
    name = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{what}"
    folder = root / BACKUPS / name
    count = 1
    while folder.exists():
        count += 1
        folder = root / BACKUPS / f"{name}-{count}"
    folder.mkdir(parents=True)
    return folder


def _copy(root: Path, names: Iterator[str] | Sequence[str], target: Path) -> None:
    """Copies files, each to the same place under `target`."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)
