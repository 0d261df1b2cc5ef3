"""Which exercises a tree has, and whether their folders hold what they must."""
from __future__ import annotations

import difflib
from pathlib import Path
from typing import Iterator

from tessera import chapter as chapters
from tessera.errors import Failure, Misuse
from tessera.exercises import declare
from tessera.exercises.declare import ANSWER, Exercise, ExerciseError
from tessera.tree import Tree

#: An instructor's own tests for an exercise that is there already.
HIDDEN = "hidden.toml"


def names(tree: Tree, overlay: Path | None = None) -> list[str]:
    """All exercises of a tree, and of an overlay if there is one, as `03/esr`."""
    pattern = "chapters/[0-9][0-9]/exercises/*/exercise.toml"
    files = [file for root in filter(None, (tree.root, overlay)) for file in root.glob(pattern)]
    return sorted({f"{file.parts[-4]}/{file.parts[-2]}" for file in files})


def home(tree: Tree, name: str, overlay: Path | None) -> Path:
    """Where an exercise lives: in an instructor's overlay, or in the tree."""
    where = f"chapters/{name[:2]}/exercises/{name[3:]}/exercise.toml"
    return overlay if overlay is not None and (overlay / where).exists() else tree.root


def find(tree: Tree, word: str, overlay: Path | None = None) -> str:
    """The exercise that a person means: `03/esr`, `3/esr`, or `esr` where only one is called so."""
    there = names(tree, overlay)
    chapter, slash, rest = word.rpartition("/")
    wanted = f"{int(chapter):02}/{rest}" if chapter.isascii() and chapter.isdigit() else word
    fits = [name for name in there if name == wanted or (not slash and name[3:] == word)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise Misuse(f"several exercises are called '{word}'", f"Name one: {', '.join(fits)}.")
    near = difflib.get_close_matches(wanted, [*there, *(name[3:] for name in there)], n=1)
    hint = f"Did you mean '{near[0]}'?" if near else "`./tessera exercise list` shows all."
    raise Misuse(f"there is no exercise '{word}' here", hint)


def load(tree: Tree, name: str, overlay: Path | None = None) -> Exercise:
    """Reads an exercise; with an overlay, together with the tests that this adds."""
    where = f"chapters/{name[:2]}/exercises/{name[3:]}"
    file = home(tree, name, overlay) / where / "exercise.toml"
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ExerciseError(f"{where}/exercise.toml: cannot be read: {error.strerror}") from error
    exercise = declare.parse(data, int(name[:2]), name[3:], f"{where}/exercise.toml")
    hidden = overlay / where / HIDDEN if overlay else None
    if hidden is not None and hidden.exists():
        exercise = declare.parse_hidden(hidden.read_bytes(), exercise, str(hidden))
    _check_boots(tree, exercise)
    return exercise


def _check_boots(tree: Tree, exercise: Exercise) -> None:
    """Each boot that a test names must be declared: here or by the chapter."""
    known = [boot.name for boot in exercise.boots]
    known += [boot.name for boot in chapters.load(tree, exercise.chapter).boots]
    for test in exercise.tests:
        if test.boot and test.boot not in known:
            near = difflib.get_close_matches(test.boot, known, n=1)
            raise ExerciseError(
                f"{exercise.folder}/exercise.toml:1: test '{test.name}': there is no boot "
                f"'{test.boot}'",
                f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(known)}.",
            )


def check(tree: Tree, name: str, overlay: Path | None = None) -> Exercise:
    """An exercise whose folder is complete, as authors must leave it; or all that it lacks."""
    exercise = load(tree, name, overlay)
    if lacking := list(_lacking(home(tree, name, overlay), exercise)):
        raise Failure(
            "\n".join(f"{exercise.folder}/{file}:1: {problem}" for file, problem in lacking),
            "chapters/README.md tells what belongs there.",
        )
    return exercise


def _needed(exercise: Exercise) -> dict[str, str]:
    """The files that an exercise's folder must hold, and what to say if one is not there."""
    needed = {"README.md": "is missing: it tells the task"}
    if exercise.kind in ("hole", "bug"):
        needed["starter.patch"] = "is missing: the stage itself would be the starter"
    if exercise.kind == "extension":
        needed["solution.patch"] = "is missing: nothing shows that it can be done"
    if exercise.kind == "bug":
        needed["failing.log"] = "is missing: a bug hunt begins with what was seen"
    if ANSWER in exercise.files:
        needed[ANSWER] = "is missing: it is the form that a student fills in"
        needed[f"solution/{ANSWER}"] = "is missing: an answer that earns all points"
    for test in filter(lambda test: test.refused, exercise.tests):
        needed[f"refused/{test.refused}.cpp"] = f"is missing, but test '{test.name}' names it"
    for mutant in exercise.mutants:
        needed[f"mutants/{mutant.name}.patch"] = f"is missing, but '{mutant.name}' is declared"
    for boot in exercise.boots:
        needed[f"expected/{boot.name}.log"] = "is missing: `exercise verify --accept` records it"
    return needed


def _lacking(root: Path, exercise: Exercise) -> Iterator[tuple[str, str]]:
    """What a folder lacks or has too much of: file and problem."""
    folder = root / exercise.folder
    for file, problem in _needed(exercise).items():
        if not (folder / file).is_file():
            yield file, problem
    for patch in folder.glob("mutants/*.patch"):
        if patch.stem not in [mutant.name for mutant in exercise.mutants]:
            yield f"mutants/{patch.name}", "no [[mutant]] declares it"
    for source in exercise.sources:
        if not source.startswith("tests/unit/"):
            yield "exercise.toml", f"sources: '{source}' must lie in tests/unit/"
    if exercise.unit_tests and not (exercise.sources or any(folder.glob("tests/*.cpp"))):
        yield "exercise.toml", "it has unit tests, but neither `sources` nor tests/*.cpp"
