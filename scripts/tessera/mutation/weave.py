"""Puts all mutants of a file into it side by side, so that one build holds them all.

`a < b` becomes `(mutation::on(17)?(a <= b):mutation::on(18)?(a >= b):(a < b))`, and what is mutated
in `a` is written into the last `a`: no more than one mutant is on. Lines stay lines, so that what
the kernel says about its own source stays true.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Sequence

from tessera.mutation.operators import Change, Layer

#: Of several layers around the same text, from outside to inside.
_ORDER = (Layer.JUMP, Layer.STATEMENT, Layer.CONDITION, Layer.VALUE)

#: What stands around the original, behind all mutants: so that both have the same type.
_ORIGINAL = {
    Layer.VALUE: ("(", ")"),
    Layer.CONDITION: ("static_cast<bool>(", ")"),
    Layer.STATEMENT: ("void(", ")"),
}


@dataclass(frozen=True)
class Numbered:
    """A change with the number that turns it on."""

    number: int
    change: Change


@dataclass
class Woven:
    """The text of a file with mutants, and which part of it is due to which."""

    text: bytearray = field(default_factory=bytearray)
    regions: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)

    def blamed(self, at: int) -> tuple[int, ...]:
        """The mutants that a compiler's complaint about this place is due to."""
        around = [region for region in self.regions if region[0] <= at < region[1]]
        return min(around, key=lambda region: region[1] - region[0])[2] if around else ()


def weave(text: bytes, changes: Sequence[Numbered]) -> Woven:
    """The text with all changes in it."""
    ordered = sorted(changes, key=_key)
    groups = [list(group) for _, group in groupby(ordered, key=_key)]
    woven = Woven()
    _write(woven, text, 0, len(text), groups)
    return woven


def _key(numbered: Numbered) -> tuple[int, int, int]:
    """Outer ones first."""
    change = numbered.change
    return change.begin, -change.end, _ORDER.index(change.layer)


def _write(woven: Woven, text: bytes, begin: int, end: int, groups: list[list[Numbered]]) -> None:
    """Writes a part of the text with these groups, all of which lie in it."""
    while groups:
        group, rest = groups[0], groups[1:]
        start, stop = group[0].change.begin, group[0].change.end
        inner = [g for g in rest if g[0].change.begin < stop]
        woven.text += text[begin:start]
        _write_group(woven, text, group, inner)
        begin, groups = stop, rest[len(inner) :]
    woven.text += text[begin:end]


def _write_group(
    woven: Woven, text: bytes, group: list[Numbered], inner: list[list[Numbered]]
) -> None:
    """Writes changes of one piece of text, and the piece itself behind them."""
    first = group[0].change
    start = len(woven.text)
    opening, closing = _frame(woven, group)
    woven.text += opening
    _write(woven, text, first.begin, first.end, inner)
    woven.text += closing
    woven.regions.append((start, len(woven.text), tuple(n.number for n in group)))


def _frame(woven: Woven, group: list[Numbered]) -> tuple[bytes, bytes]:
    """Writes the mutants; returns what has to stand around the original."""
    layer = group[0].change.layer
    if layer is Layer.JUMP:
        return b"{if(!mutation::on(%d))" % group[0].number, b"}"
    woven.text += b"("
    for numbered in group:
        start = len(woven.text)
        woven.text += f"mutation::on({numbered.number})?{numbered.change.code}:".encode()
        woven.regions.append((start, len(woven.text), (numbered.number,)))
    opening, closing = _ORIGINAL[layer]
    return opening.encode(), f"{closing})".encode()
