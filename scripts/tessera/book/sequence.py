"""Sequence charts: who says what to whom, from the top down.

A chart is a few lines of text:

    boot 13/ping-pong            what stands in quotes is printed by this boot
    actor client                 a column each, from left to right
    actor kernel
    client -> kernel: Call, “ping 1”
    kernel --> client: an answer (dashed)
    kernel: transfer()           what one does by itself

Quoted words must be in the golden log, in the chart's order, and names with parentheses in the
sources of the chapter that shows the chart: so a chart cannot tell of what does not happen.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import log
from tessera.errors import Failure
from tessera.tree import Tree

_COLUMN, _ROW, _HEAD, _WIDEST = 210, 34, 30, 33
_MARGIN = 105  # on the right, for what the last one does by itself
_ARROW = re.compile(r"(?P<from>[^:]+?) (?P<kind>-->|->) (?P<to>[^:]+?): (?P<words>.+)")
_OWN = re.compile(r"(?P<from>[^:]+?): (?P<words>.+)")


@dataclass(frozen=True)
class Event:
    """A message, or something that one does alone (`to` is the same)."""

    sender: int
    to: int
    words: str
    dashed: bool = False


@dataclass
class Chart:
    """Columns and what happens between them."""

    actors: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def svg(self) -> str:
        """The picture."""
        drawing = Drawing(_COLUMN * len(self.actors) + _MARGIN)
        bottom = _HEAD + _ROW * sum(
            len(_wrapped(event.words)) * 0.45 + 0.65 for event in self.events
        )
        for number, actor in enumerate(self.actors):
            x = self._x(number)
            drawing.box(x - 70, 2, 140, _HEAD - 4, 0.08)
            drawing.text(x, 20, actor, Style("middle", bold=True))
            drawing.line((x, _HEAD - 2), (x, bottom + 12), dashed=True)
        y = float(_HEAD)
        for event in self.events:
            y = self._draw(drawing, event, y)
        return drawing.svg()

    def _x(self, column: int) -> float:
        return _COLUMN * (column + 0.5)

    def _draw(self, drawing: Drawing, event: Event, y: float) -> float:
        """One event below `y`; where it ends."""
        start, end = self._x(event.sender), self._x(event.to)
        for line in _wrapped(event.words):
            y += _ROW * 0.45
            if event.sender == event.to:
                drawing.text(start + 8, y + 4, line, Style(small=True))
            else:
                drawing.text((start + end) / 2, y + 4, line, Style("middle", small=True))
        y += _ROW * 0.65
        if event.sender == event.to:
            drawing.box(start - 3, y - _ROW * 0.65 - 8, 6, 16, 0.9)
        else:
            drawing.arrow((start, y - 12), (end, y - 12), event.dashed)
        return y


def _wrapped(words: str) -> list[str]:
    """Words in lines that fit between two columns."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= _WIDEST:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def read(text: str, tree: Tree) -> Chart:
    """A chart from its text; a Failure says what is wrong with it."""
    chart, printed = Chart(), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("boot "):
            printed = log(tree, line.removeprefix("boot "))
        elif line.startswith("actor "):
            chart.actors.append(line.removeprefix("actor "))
        elif event := _event(chart.actors, line):
            chart.events.append(event)
            printed = _after(event.words, printed, number)
        else:
            raise Failure(f"line {number} of the chart is neither a message nor an actor: {line}")
    return chart


def _event(actors: list[str], line: str) -> Event | None:
    found = _ARROW.fullmatch(line) or _OWN.fullmatch(line)
    if not found:
        return None
    names = found.groupdict()
    sender, to = names["from"], names.get("to", names["from"])
    if sender not in actors or to not in actors:
        return None
    return Event(actors.index(sender), actors.index(to), names["words"], names.get("kind") == "-->")


def _after(words: str, printed: list[str], number: int) -> list[str]:
    """What the boot prints behind the quoted words; a Failure if it does not print them."""
    for quotation in re.findall(r"“([^”]+)”", words):
        at = next((at for at, line in enumerate(printed) if quotation in line), None)
        if at is None:
            raise Failure(
                f"line {number} of the chart: the boot does not print “{quotation}” there"
            )
        printed = printed[at + 1 :]
    return printed
