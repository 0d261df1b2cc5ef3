"""What the exercise commands say."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Sequence

from tessera import console
from tessera.boot.files import home_of
from tessera.exercises import catalog, signature
from tessera.exercises.declare import KINDS, Exercise
from tessera.exercises.result import FAILED, PASSED, TO_MARK, Result, earned
from tessera.tree import Tree

if TYPE_CHECKING:
    from tessera.exercises.matrix import Proof
    from tessera.exercises.workspace import Workspace

_MARKS = {PASSED: ("✓", "green"), FAILED: ("✗", "red"), TO_MARK: ("…", "yellow")}


def listing(tree: Tree, chapter: int | None) -> None:
    """A table of the exercises."""
    rows = []
    for name in catalog.names(tree):
        if chapter in (None, int(name[:2])):
            exercise = catalog.load(tree, name)
            rows.append((name, KINDS[exercise.kind], exercise.title, str(exercise.points),
                         f"{exercise.minutes} min"))
    console.table(None, ("exercise", "kind", "title", "points", "about"), rows)


def cmake(tree: Tree) -> str:
    """One CTest test for each exercise of the tree's chapter: its proof. That needs the stages, so
    it runs in the clone that a stage's folder belongs to; without a clone there is none."""
    home = home_of(tree)
    here = [name for name in catalog.names(tree) if int(name[:2]) == tree.chapter]
    return "".join(_ctest(home, name) for name in here) if home.is_git else ""


def _ctest(home: Tree, name: str) -> str:
    """One test."""
    test = f"{name[:2]}.exercise.{name[3:]}"
    root = f"[==[{home.root}]==]"
    return (
        f"add_test(NAME {test} COMMAND [==[{home.root}/tessera]==] exercise verify {name} "
        f"WORKING_DIRECTORY {root})\n"
        f"set_tests_properties({test} PROPERTIES LABELS exercise COST 40 TIMEOUT 1800)\n"
    )


def results(space: Workspace, found: Sequence[Result]) -> int:
    """Every test with its points; what is wrong; the hint that a known mistake earns."""
    exercise = space.exercise
    for result in found:
        mark, style = _MARKS[result.status]
        console.out(f"{mark} {result.test.name}: {result.test.about} {_points(result)}", style)
        if result.status == FAILED:
            for line in result.details.splitlines():
                console.out(f"    {line}")
    console.out()
    console.out(f"{exercise.name}: {_total(exercise, found)}", "bold")
    if mutant := signature.recognise(space.tree.root, exercise, found, space.seed):
        console.out(f"This looks like a mistake that others have made: {mutant.hint}", "yellow")
    elif any(result.status == FAILED for result in found):
        console.out("Stuck? `./tessera exercise hint` gives one hint at a time.")
    return int(any(result.status == FAILED for result in found))


def _points(result: Result) -> str:
    """The points of one test."""
    if result.status == TO_MARK:
        return f"(up to {result.test.points} points: your teacher marks it)"
    return f"({result.earned} of {result.test.points} points)"


def _total(exercise: Exercise, found: Sequence[Result]) -> str:
    """The points of all."""
    open_points = sum(r.test.points for r in found if r.status == TO_MARK)
    more = f", and up to {open_points} that your teacher gives" if open_points else ""
    return f"{earned(found)} of {exercise.points} points{more}"


def proof(found: Proof) -> bool:
    """What a proof came to; whether it holds."""
    for name in found.written:
        console.step(f"wrote {name}")
    for problem in found.problems:
        console.error(f"{found.exercise.name}: {problem}")
    if not found.problems:
        mutants = len(found.exercise.mutants)
        console.good(
            f"{found.exercise.name}: the starter fails what it must, the solution earns "
            f"{found.exercise.points} points"
            + (f", {mutants} mutants are killed" if mutants else "")
        )
    return not found.problems


def started(space: Workspace) -> None:
    """How to go on in a new folder."""
    exercise = space.exercise
    console.good(f"{exercise.name}, {exercise.title}: in {space.tree.root}")
    console.out(f"  The task: {exercise.folder}/README.md (about {exercise.minutes} minutes)")
    console.out(f"  You change: {', '.join(exercise.allowed)}")
    console.out(f"  cd {space.tree.root}")
    console.out("  ./tessera exercise check")


def hints(exercise: Exercise, shown: Sequence[str]) -> None:
    """Hints, and how many are left."""
    for number, hint in enumerate(shown, 1):
        console.out(f"{number}. {hint}")
    left = len(exercise.hints) - len(shown)
    console.step(f"{left} more, one at a time" if left else "that is all there is")


def submitted(exercise: Exercise, file: Path) -> None:
    """Where the submission is."""
    console.good(f"{exercise.name}: {file}")
    console.out("  Hand in this file. It holds your changes and nothing else: look into it.")


def kept(backup: Path) -> None:
    """Where the copy is."""
    console.good(f"done; your files as they were are in {backup}")


