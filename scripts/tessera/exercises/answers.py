"""A student's `answer.toml`: numbers that are held against a run, texts that a person marks."""
from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tessera.errors import TesseraError
from tessera.exercises import boots
from tessera.exercises.bench import Bench
from tessera.exercises.declare import ANSWER, Exercise, Test
from tessera.exercises.result import TO_MARK, Result, failed, passed

#: Nobody's answer is longer, in bytes.
_LONGEST = 100_000


def read(root: Path, exercise: Exercise, table: str) -> dict[str, Any]:
    """One table of the answer; raises what is wrong with the file, for the student to read."""
    file = root / exercise.folder / ANSWER
    try:
        data = file.read_bytes()
        if len(data) > _LONGEST:
            raise TesseraError(f"{ANSWER} is longer than {_LONGEST} bytes")
        found = tomllib.loads(data.decode()).get(table, {})
    except OSError as error:
        raise TesseraError(f"{ANSWER} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise TesseraError(f"{ANSWER} is not a TOML file: {error}") from error
    if not isinstance(found, dict):
        raise TesseraError(f"{ANSWER}: [{table}] must be a table")
    return found


def measured(bench: Bench, exercise: Exercise, test: Test, numbers: dict[str, int]) -> Result:
    """Boots, reads the numbers off the log, and compares them with the student's."""
    try:
        claimed = read(bench.tree.root, exercise, "measured")
    except TesseraError as error:
        return failed(test, str(error), str(error))
    done = boots.boot_once(bench, boots.boot_of(bench, exercise, test, numbers))
    text = boots.log(bench, done)
    wrong = []
    for key, pattern in test.measured:
        found = re.search(pattern, text, re.MULTILINE)
        if problem := _wrong(claimed.get(key), found, test.tolerance):
            wrong.append(f"{key}: {problem}")
    return failed(test, "\n".join(wrong), "\n".join(wrong)) if wrong else passed(test)


def _wrong(claim: Any, found: re.Match[str] | None, tolerance: float) -> str:
    """What is wrong with one number; nothing when it is right."""
    if found is None:
        return "your kernel's log does not show it"
    if isinstance(claim, bool) or not isinstance(claim, (int, float)):
        return "no number yet" if claim is None else f"a number is wanted, not {claim!r}"
    seen = float(found[1])
    if abs(claim - seen) > tolerance * abs(seen):
        return f"you write {claim}; a boot of your kernel gives another number"
    return ""


def written(bench: Bench, exercise: Exercise, test: Test) -> Result:
    """A text: whether there is one. What it is worth, the instructor says."""
    try:
        answer = read(bench.tree.root, exercise, "explained").get(test.written)
    except TesseraError as error:
        return failed(test, str(error), str(error))
    if not isinstance(answer, str) or not answer.strip():
        return failed(test, f"{ANSWER}: nothing is written under '{test.written}'", "nothing")
    return Result(test, TO_MARK, answer.strip())
