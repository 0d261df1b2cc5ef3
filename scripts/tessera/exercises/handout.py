"""What a student gets: the stages up to the assignment and its starters, and nothing later.

The patch of a stage is the solution of its holes, so the patch of the assignment's own stage is
left out as well, and so are the changes to its kernel that the chapter tells of: its kernel is
there as files, with the holes in it. The same tree is what `start` opens, what `bundle` packs, what
a submission is graded in, and what the proof runs on.
"""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Sequence

from tessera.errors import Failure, Misuse
from tessera.exercises import catalog, numbers, sides, welcome
from tessera.exercises.declare import ANSWER, Exercise
from tessera.exercises.sides import Entry
from tessera.stages.checkout import snapshot
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store

#: At the root of a handout: which exercises it is for, and the student's seed.
MARK = "EXERCISE"
#: In an exercise's folder: the files that may be changed, as they were handed out.
PRISTINE = "pristine"

#: No student's business, or no help without what is left out.
_LEFT_OUT = (
    "tests/tools/",
    "tests/attack/",
    "tests/spec/",
    "tests/mutation/",
    "book/instructor/",
    ".ci/",
    ".github/",
)
#: In the folder of the exercise's chapter: what shows lines of the stage's kernel.
_TELLING = ("stage.patch", "tried.toml", "noticed.toml")
#: In an exercise's folder: what gives its solution away.
_SECRET = re.compile(r"(starter|solution)\.patch|(mutants|solution|instructor)(/.*|\.md)")
#: Paths in which the number of a chapter stands.
_NUMBERED = re.compile(r"(?:chapters/|book/|userland/(?:.*/)?ch)(\d\d)[-_./]")
_EXERCISE = re.compile(r"chapters/\d\d/exercises/([^/]+)/(.*)")


def tree(
    store: Store, exercises: Sequence[Exercise], seed: str = "", overlay: Path | None = None
) -> str:
    """The handout for exercises of one chapter, as a git tree."""
    chapter = exercises[0].chapter
    if any(exercise.chapter != chapter for exercise in exercises):
        raise Misuse("a handout is for exercises of one chapter")
    staged = _starters(store, exercises, overlay)
    whole = compose(store.plumbing, snapshot(store), [staged])[0]
    for exercise in exercises:
        whole = _with_folder(store, whole, exercise, overlay)
    there = sides.entries(store, whole)
    names = [exercise.id for exercise in exercises]
    changes: dict[str, Entry | None] = {
        path: None for path in there if not _handed_out(path, chapter, names)
    }
    for exercise in exercises:
        changes |= _pristine(exercise, there) | _told(store, exercise, there, seed)
    changes[MARK] = ("100644", sides.blob(store, mark(exercises, seed)))
    changes["README.md"] = ("100644", sides.blob(store, welcome.text(exercises)))
    return sides.with_entries(store, whole, changes)


def _starters(store: Store, exercises: Sequence[Exercise], overlay: Path | None) -> str:
    """The staged paths with the starters of all exercises, one upon the other."""
    ground = staged = Stack.in_folder(store, store.tree.root).tree(exercises[0].chapter)
    for exercise in exercises:
        home = catalog.home(store.tree, exercise.name, overlay)
        starter = sides.Side(exercise.name, sides.STARTER)
        try:
            staged = sides.staged_tree(store, home, starter, staged)
        except Failure:
            sides.staged_tree(store, home, starter, ground)  # raises if it is not the others' doing
            raise Misuse(
                f"{exercise.name} changes what another exercise of the same folder changes, too",
                "Name those that you want together, or make a folder for each.",
            ) from None
    return staged


def _with_folder(store: Store, whole: str, exercise: Exercise, overlay: Path | None) -> str:
    """A tree with the folder of an exercise that only the overlay has."""
    home = catalog.home(store.tree, exercise.name, overlay)
    if home == store.tree.root:
        return whole
    files = [file for file in (home / exercise.folder).rglob("*") if file.is_file()]
    blobs: dict[str, Entry | None] = {
        str(file.relative_to(home)): ("100644", sides.blob(store, file.read_bytes()))
        for file in files
    }
    return sides.with_entries(store, whole, blobs)


def mark(exercises: Sequence[Exercise], seed: str) -> bytes:
    """The text of the file that says what the folder is for."""
    names = json.dumps([exercise.name for exercise in exercises])
    return f"exercises = {names}\nseed = {json.dumps(seed)}\n".encode()


def _handed_out(path: str, chapter: int, exercises: Sequence[str]) -> bool:
    """Whether a file goes to students of a chapter."""
    if path.startswith(_LEFT_OUT):
        return False
    if (found := _NUMBERED.match(path)) and int(found[1]) > chapter:
        return False
    if path in (f"chapters/{chapter:02}/{name}" for name in _TELLING):
        return False
    if found := _EXERCISE.fullmatch(path):
        ours = path.startswith(f"chapters/{chapter:02}/") and found[1] in exercises
        return ours and not _SECRET.fullmatch(found[2])
    return True


def _pristine(exercise: Exercise, there: dict[str, Entry]) -> dict[str, Entry | None]:
    """Copies of what may be changed, to go back to and to be compared with."""
    folder = f"{exercise.folder}/{PRISTINE}"
    found = {path: entry for path, entry in there.items() if exercise.allows(path)}
    return {f"{folder}/{path}": entry for path, entry in found.items()}


def _told(
    store: Store, exercise: Exercise, there: dict[str, Entry], seed: str
) -> dict[str, Entry | None]:
    """The task with the student's own numbers in it."""
    path = f"{exercise.folder}/README.md"
    if not exercise.numbers or path not in there:
        return {}
    text = sides.contents(store, {path: there[path]})[path].decode()
    filled = numbers.fill_in(text, numbers.values(exercise, seed))
    return {path: ("100644", sides.blob(store, filled.encode()))}


def side_changes(
    store: Store, root: Path, exercise: Exercise, side: sides.Side
) -> dict[str, Entry | None]:
    """What a side changes in the handout: only what a student may change, or it is an error.

    `root` is where the exercise lives.
    """
    ground = Stack.in_folder(store, store.tree.root).tree(exercise.chapter)
    starter = sides.staged_tree(store, root, sides.Side(exercise.name, sides.STARTER), ground)
    changes = sides.changed_entries(
        store, starter, sides.staged_tree(store, root, side, ground)
    )
    for path in changes:
        if not exercise.allows(path):
            raise Failure(
                f"{side.path}: {side.name} differs from the starter in {path}, which `files` of "
                f"{exercise.folder}/exercise.toml does not let a student change",
                "Name it there, or leave it as it is.",
            )
    return changes | _answer(store, root, exercise, side)


def _answer(
    store: Store, root: Path, exercise: Exercise, side: sides.Side
) -> dict[str, Entry | None]:
    """The answer that goes with the solution, where something has to be written."""
    file = root / exercise.folder / "solution" / ANSWER
    if side.name == sides.STARTER or not file.exists():
        return {}
    return {f"{exercise.folder}/{ANSWER}": ("100644", sides.blob(store, file.read_bytes()))}
