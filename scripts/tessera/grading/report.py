"""The result of grading one submission."""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from tessera.exercises.result import FAILED, PASSED, TO_MARK, Result


@dataclass(frozen=True)
class Mark:
    """One test of one submission."""

    name: str
    about: str
    points: int
    possible: int
    status: str
    details: str = ""
    hidden: bool = False


@dataclass
class Report:
    """One submission. What its student wrote or printed may stand in `details` and `notes`."""

    submission: str
    exercise: str = ""
    seed: str = ""
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was not taken, and why
    error: str = ""  # why it could not be graded; no points then
    hint: str = ""  # of a known mistake
    isolation: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> int:
        """What was earned."""
        return sum(mark.points for mark in self.marks)

    @property
    def possible(self) -> int:
        """What could have been."""
        return sum(mark.possible for mark in self.marks)

    @property
    def to_mark(self) -> int:
        """What the instructor has yet to give."""
        return sum(mark.possible for mark in self.marks if mark.status == TO_MARK)

    @property
    def status(self) -> str:
        """One word for the table."""
        if self.error:
            return "not graded"
        if any(mark.status == FAILED for mark in self.marks):
            return FAILED
        return TO_MARK if self.to_mark else PASSED

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=1)


def load(text: str) -> Report:
    """What `dump` wrote."""
    data: dict[str, Any] = json.loads(text)
    return Report(**{**data, "marks": [Mark(**mark) for mark in data["marks"]]})


def mark(result: Result) -> Mark:
    """A test's result as a mark."""
    test = result.test
    return Mark(
        test.name,
        test.about,
        result.earned,
        test.points,
        result.status,
        result.details,
        test.hidden,
    )
