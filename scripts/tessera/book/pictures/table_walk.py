"""The tables that a program brings before it can map a page: chapter 11's demo."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import below, log, matches
from tessera.tree import Tree

_COLUMN, _WIDE, _HIGH = 148, 112, 112


def draw(tree: Tree) -> str:
    """The root and the tables below it, each with the answer that told that it was missing."""
    lines = below(log(tree, "11/memory"), "a page of memory, and the tables on the way to it")
    missing = [int(one[1]) for one in matches(r"MissingCapability, (\d+) bits left$", lines)]
    drawing = Drawing(_COLUMN * (len(missing) + 2) - 20)
    names = ["VSpace", *(f"table {number}" for number in range(1, len(missing) + 1)), "frame"]
    for number, name in enumerate(names):
        x = 10 + number * _COLUMN
        drawing.box(x, 30, _WIDE, _HIGH, 0 if number < len(names) - 1 else 0.14)
        drawing.text(x + _WIDE / 2, 20, name, Style("middle", bold=True))
        if number == len(missing) + 1:
            continue
        bits = (*missing, 12)[number]
        drawing.box(x, 78, _WIDE, 24, 0.2)
        drawing.text(x + _WIDE / 2, 95, f"2^{bits} bytes", Style("middle", mono=True, small=True))
        drawing.arrow((x + _WIDE, 90), (x + _COLUMN, 90))
        if number < len(missing):
            drawing.text(x, 162, "empty: map says", Style(small=True))
            drawing.text(x, 178, f"“{bits} bits left”", Style(small=True, bold=True))
    return drawing.svg()
