"""The derivation tree of chapter 10's demo: whole, and after two revokes."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import below, log
from tessera.tree import Tree

_WIDE, _ROW, _INDENT = 236, 26, 18
_WHEN = {
    "what has been derived from what:": "before",
    "revoked: badge 7": "“badge 7” revoked",
    "revoked: an endpoint": "then the endpoint revoked",
}


def draw(tree: Tree) -> str:
    """Three trees side by side. What a revoke takes away is struck out in the next one."""
    lines, before = log(tree, "10/derivation"), list[str]()
    drawing = Drawing(len(_WHEN) * _WIDE)
    for number, (heading, title) in enumerate(_WHEN.items()):
        now = below(lines, heading)
        drawing.text(number * _WIDE + 6, 16, title, Style(bold=True))
        _tree(drawing, number * _WIDE + 6, before or now, _gone(before or now, now))
        before = now
    return drawing.svg()


def _tree(drawing: Drawing, x: float, lines: list[str], gone: set[int]) -> None:
    """A capability a line, with a line to the one it was derived from."""
    trunk = dict[int, float]()  # for each depth, where the last capability of that depth stands
    for row, line in enumerate(lines):
        depth, name = line.count("|"), line.split("+- ")[1]
        left, y = x + depth * _INDENT, 42.0 + row * _ROW
        if depth:
            corner = (left - _INDENT + 5, y - 4)
            drawing.line((corner[0], trunk[depth - 1] + 6), corner)
            drawing.line(corner, (left - 3, y - 4))
        drawing.text(left, y, name, Style(small=row in gone))
        if row in gone:
            drawing.line((left - 2, y - 4), (left + Style(small=True).width(name), y - 4))
        trunk[depth] = y


def _gone(then: list[str], now: list[str]) -> set[int]:
    """Which lines of a tree are not in the next one, which keeps their order."""
    left, gone = list(now), set[int]()
    for row, line in enumerate(then):
        if left[:1] == [line]:
            left.pop(0)
        else:
            gone.add(row)
    return gone
