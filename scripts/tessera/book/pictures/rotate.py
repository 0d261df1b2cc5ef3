"""Rotations, as chapter 09's demo makes them: three slots before and after each."""
from __future__ import annotations

from dataclasses import dataclass

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import log, matches
from tessera.errors import Failure
from tessera.tree import Tree

_SLOTS = ("first", "second", "third")
_WIDE, _HIGH, _GAP, _LEFT = 92, 28, 44, 56
_PANEL = 340
_STATE = r"^    -> (\w+), (\w+), (\w+)$"
_ROLES = r"^  rotate: (\w+) to (\w+) to (\w+) +done$"
_SWAP = r"^  swap the first two +done$"


@dataclass(frozen=True)
class Rotation:
    """What lay in the slots, and what lies there then. Null is nothing."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    def moves(self) -> list[tuple[int, int]]:
        """From which slot to which a capability has gone; a Failure if one is lost."""
        if sorted(self.before) != sorted(self.after):
            raise Failure(f"no rotation makes {self.after} of {self.before}")
        return [
            (at, self.after.index(name)) for at, name in enumerate(self.before) if name != "Null"
        ]


def draw(tree: Tree) -> str:
    """The rotation and the swap beside each other."""
    lines = log(tree, "09/cnodes")
    source, pivot, destination = matches(_ROLES, lines)[0].groups()
    roles = {source: "source", pivot: "pivot", destination: "destination"}
    drawing = Drawing(2 * _PANEL)
    _panel(drawing, 0, f"{source} to {pivot} to {destination}", _at(lines, _ROLES), roles)
    _panel(drawing, _PANEL, "a swap: the destination is the source", _at(lines, _SWAP), {})
    return drawing.svg()


def _at(lines: list[str], pattern: str) -> Rotation:
    """What a line of the log has done: the state above it and the one below."""
    at = lines.index(matches(pattern, lines)[0][0])
    before, after = matches(_STATE, lines[:at])[-1], matches(_STATE, lines[at:])[0]
    return Rotation(before.groups(), after.groups())


def _panel(
    drawing: Drawing, x: float, title: str, rotation: Rotation, roles: dict[str, str]
) -> None:
    """The slots twice, with an arrow for each capability that is moved."""
    drawing.text(x + _LEFT, 14, title, Style(bold=True))
    middle = [x + _LEFT + _WIDE * (number + 0.5) for number in range(len(_SLOTS))]
    for at, slot in zip(middle, _SLOTS):
        drawing.text(at, 36, slot, Style("middle"))
        drawing.text(at, 50, roles.get(slot, ""), Style("middle", small=True))
    top, below = 58, 58 + _HIGH + _GAP
    for y, told, state in ((top, "before", rotation.before), (below, "after", rotation.after)):
        drawing.text(x + _LEFT - 8, y + 18, told, Style("end", small=True))
        for at, name in zip(middle, state):
            drawing.box(at - _WIDE / 2, y, _WIDE, _HIGH, 0 if name == "Null" else 0.16)
            drawing.text(at, y + 19, name, Style("middle", mono=True))
    for start, end in rotation.moves():
        drawing.arrow((middle[start], top + _HIGH + 3), (middle[end], below - 3))
