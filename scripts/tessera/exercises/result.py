"""How one test of an exercise came out."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from tessera.exercises.declare import Test

PASSED, FAILED = "passed", "failed"
#: Nobody but the instructor can mark it.
TO_MARK = "to be marked"


@dataclass(frozen=True)
class Result:
    """A test and what was seen."""

    test: Test
    status: str
    details: str = ""  # what was observed, against what was expected
    failure: str = ""  # how it failed, without what differs from one machine to the next

    @property
    def earned(self) -> int:
        """The points."""
        return self.test.points if self.status == PASSED else 0


def passed(test: Test) -> Result:
    """All is well."""
    return Result(test, PASSED)


def failed(test: Test, details: str, failure: str) -> Result:
    """Something is not."""
    return Result(test, FAILED, details, failure)


def earned(results: Sequence[Result]) -> int:
    """The points of several tests together."""
    return sum(result.earned for result in results)
