"""What a chapter changes: files, hunks, lines."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

from tessera.book.sources import Sources

_FILE = re.compile(r"^diff --git a/(.+) b/(.+)$")
_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True)
class Line:
    """A line of a diff: `sign` is `+`, `-` or a blank; `at` its number in the file it is from."""

    sign: str
    at: int
    text: str


@dataclass
class Change:
    """What happens to one file."""

    path: str
    before: str | None  # its path in the stage before, if it was there
    after: bool = True  # whether it is still there
    hunks: list[list[Line]] = field(default_factory=list)

    @property
    def added(self) -> int:
        """How many lines are new."""
        return sum(line.sign == "+" for hunk in self.hunks for line in hunk)

    @property
    def removed(self) -> int:
        """How many lines are gone."""
        return sum(line.sign == "-" for hunk in self.hunks for line in hunk)

    @property
    def kind(self) -> str:
        """What happens, in a word."""
        if not self.after:
            return "removed"
        if self.before is None:
            return "new"
        return "changed" if self.before == self.path else "moved"


def of_stage(sources: Sources, stage: int) -> list[Change]:
    """The changes of a stage, by path."""
    lines = sources.diff(stage).splitlines()
    found: list[Change] = []
    for number, line in enumerate(lines):
        if match := _FILE.match(line):
            found.append(Change(match[2], match[1]))
        elif line.startswith("new file mode"):
            found[-1].before = None
        elif line.startswith("deleted file mode"):
            found[-1].after = False
        elif match := _HUNK.match(line):
            found[-1].hunks.append(_hunk(lines[number + 1 :], int(match[1]), int(match[2])))
    return sorted(found, key=lambda change: change.path)


def _hunk(lines: list[str], old: int, new: int) -> list[Line]:
    """The lines of a hunk, numbered."""
    found = []
    for line in lines:
        sign = line[:1] or " "
        if sign not in "+- ":
            if sign == "\\":
                continue
            break
        found.append(Line(sign, old if sign == "-" else new, line[1:]))
        old += sign != "+"
        new += sign != "-"
    return found
