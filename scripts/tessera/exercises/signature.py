"""How a wrong solution fails. Two that fail the same tests in the same way are the same mistake.

What each mutant's failure looks like is recorded in the exercise's `failures.json`, so that a
student's machine needs neither the mutants nor the time to build them.
"""
from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Sequence

from tessera.exercises import numbers
from tessera.exercises.declare import Exercise, Mutant
from tessera.exercises.result import FAILED, Result

FILE = "failures.json"

#: Addresses of programs, and amounts of memory: they change with every edit of the code around the
#: mistake. (Numbers of 16 digits that did would have been replaced when the log was normalised.)
_FROM_THE_LAYOUT = re.compile(r"\b(?:0x[0-9a-f]{5,15}|[0-9]{4,})\b")

#: By test: a short name for how it failed.
Signature = dict[str, str]


def of(exercise: Exercise, results: Sequence[Result], seed: str = "") -> Signature:
    """The signature of some results, without the numbers of which each student has others."""
    values = numbers.values(exercise, seed)
    return {
        result.test.name: _short(numbers.take_out(result.failure, values))
        for result in results
        if result.status == FAILED and not (result.test.hidden or result.test.written)
    }


def _short(failure: str) -> str:
    """A few letters for one failure, whatever the layout of memory."""
    return hashlib.sha256(_FROM_THE_LAYOUT.sub("#", failure).encode()).hexdigest()[:16]


def load(root: Path, exercise: Exercise) -> dict[str, Signature]:
    """What is recorded, by mutant; nothing when there is no record."""
    try:
        data = json.loads((root / exercise.folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def dump(signatures: dict[str, Signature]) -> str:
    """The text of the record."""
    return json.dumps(signatures, indent=1, sort_keys=True) + "\n"


def recognise(
    root: Path, exercise: Exercise, results: Sequence[Result], seed: str = ""
) -> Mutant | None:
    """The known wrong solution that fails exactly so, if there is one."""
    mine = of(exercise, results, seed)
    for name, signature in load(root, exercise).items():
        if mine and mine == signature:
            return next((mutant for mutant in exercise.mutants if mutant.name == name), None)
    return None
