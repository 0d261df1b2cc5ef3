"""How single tests ended, read from CTest's JUnit file."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tessera.errors import Failure

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

#: Colours mean nothing in a summary. CTest has a notation of its own for what XML may not hold.
_ESCAPES = re.compile(r"(\x1b|\[NON-XML-CHAR-0x1B\])\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Outcome:
    """One test: `NN.kind.rest` or `at-tag.NN` if it belongs to a chapter."""

    name: str
    status: str
    seconds: float = 0.0
    output: str = ""

    @property
    def group(self) -> str:
        """The chapter, or `tools`."""
        words = self.name.split(".")
        return next((word for word in words[:2] if word.isdigit()), "tools")

    @property
    def kind(self) -> str:
        """`unit`, `boot`, `check`, `at-tag`, …"""
        words = self.name.split(".")
        return words[1] if words[0].isdigit() else words[0]

    @property
    def reason(self) -> str:
        """Why the test was skipped: the line in which it says so, or else its last one."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return next(
            (line for line in lines if "skip" in line.lower()),
            lines[-1] if lines else "it gives no reason",
        )


def read_junit(file: Path) -> list[Outcome]:
    """Every test of one CTest run."""
    try:
        cases = ElementTree.parse(file).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError) as error:
        raise Failure(f"CTest left no readable report in {file}: {error}") from error
    return [_outcome(case) for case in cases]


def _outcome(case: ElementTree.Element) -> Outcome:
    output = _ESCAPES.sub("", case.findtext("system-out") or "").strip("\n")
    skipped, failure = case.find("skipped"), case.find("failure")
    if failure is not None:
        status, output = FAILED, output or failure.get("message", "")
    elif case.get("status") == "disabled" or (
        skipped is not None and skipped.get("message", "").startswith("SKIP_")
    ):
        status = SKIPPED
    else:  # CTest also writes "skipped" when a test's program is missing
        status = PASSED if skipped is None else FAILED
    return Outcome(case.get("name", "?"), status, float(case.get("time", 0)), output)
