"""One submission, graded: in a folder of its own, sharing with others only a compiler cache."""
from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Callable

from tessera.errors import TesseraError
from tessera.exercises import boots, signature, trial
from tessera.grading import jail, nonce, report, submission
from tessera.grading.bench import GradersBench
from tessera.grading.kit import Kit
from tessera.grading.report import Report
from tessera.tree import Tree


def grade(kit: Kit, source: str, name: str, seed: str, word: str, work: Path, home: Tree) -> Report:
    """Grades; whatever is wrong with the submission ends up in the report."""
    begun = time.monotonic()
    made = Report(name, kit.name, seed, isolation=jail.best().name)
    work.mkdir(parents=True)
    try:
        _grade(made, kit, source, word, work, home)
    except TesseraError as error:
        made.error = str(error)
        made.marks = _nothing(kit)
    made.seconds = round(time.monotonic() - begun, 1)
    return made


def _grade(made: Report, kit: Kit, source: str, word: str, work: Path, home: Tree) -> None:
    """Takes the files, puts them into a copy of the kit, runs the tests."""
    exercise, keeper = kit.exercise(), jail.best()
    fetched = submission.is_url(source)
    place = submission.fetch(source, work / "fetched") if fetched else Path(source)
    taken = submission.take(place, exercise, kit.tree)
    made.notes = taken.notes
    root = work / "tree"
    shutil.copytree(kit.tree, root, symlinks=True, ignore=lambda place, _: _not_ours(kit, place))
    nonce.plant(root, word, exercise.allows, boots.programs(Tree(root), exercise))
    _put(root, exercise.allows, taken.files)
    keeper.own(root)
    cache = home.build / "grading/ccache"
    cache.mkdir(parents=True, exist_ok=True)
    keeper.own(cache)
    bench = GradersBench(Tree(root), keeper, word, cache, home.root)
    results = trial.run(bench, exercise, made.seed)
    made.marks = [report.mark(result) for result in results]
    mutant = signature.recognise(root, exercise, results, made.seed)
    made.hint = mutant.hint if mutant else ""


def _not_ours(kit: Kit, place: str) -> list[str]:
    """What of a folder is not part of the kit: a tool that runs in the kit itself builds there."""
    return ["build"] if Path(place) == kit.tree else []


def _put(root: Path, theirs: Callable[[str], bool], files: dict[str, bytes]) -> None:
    """Replaces what the student may change by what the student has."""
    for file in [*root.glob("kernel/**/*"), *root.glob("tests/unit/**/*")]:
        if file.is_file() and theirs(str(file.relative_to(root))):
            file.unlink()
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def _nothing(kit: Kit) -> list[report.Mark]:
    """No points in any test."""
    return [
        report.Mark(test.name, test.about, 0, test.points, "failed", "", test.hidden)
        for test in kit.exercise().tests
    ]
