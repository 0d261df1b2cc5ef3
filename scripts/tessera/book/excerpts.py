"""Excerpts: lines that follow one another in a file, but for gaps owned up to by a line `…`."""
from __future__ import annotations

from operator import eq
from typing import Callable, Sequence

GAP = "…"


def parts(lines: Sequence[str]) -> list[list[str]]:
    """The runs of lines between the gaps."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == GAP:
            found.append([])
        else:
            found[-1].append(line)
    return [part for part in found if part]


def locate(
    wanted: Sequence[str], having: Sequence[str], same: Callable[[str, str], bool] = eq
) -> list[int] | None:
    """Where each part of an excerpt begins, counted from 0; None if it is not there as claimed.

    `same`: whether a line of the excerpt stands for one of the file.
    """
    places, start = [], 0
    for part in parts(wanted):
        last = len(having) - len(part)
        at = next((at for at in range(start, last + 1) if all(map(same, part, having[at:]))), None)
        if at is None:
            return None
        places.append(at)
        start = at + len(part)
    return places or None


def before(diff: Sequence[str]) -> list[str]:
    """What a change to try finds in the file: its lines without those that it adds."""
    return [
        line[1:] if line[:1] in ("-", " ") else line for line in diff if not line.startswith("+")
    ]
