"""A CPtr through three CNodes, as chapter 09's demo resolves it."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import below, log, matches
from tessera.tree import Tree

_BIT, _COLUMN, _TOP = 22, 200, 96
_CASE = r"^three CNodes: (0x[0-9a-f]+), (\d+) bits$"
_STEP = r"^ +in (\w+): (?:guard (0x[0-9a-f]+), )?slot (0x[0-9a-f]+), (\d+) bits left$"


def draw(tree: Tree) -> str:
    """The bits of the CPtr, by whom each is used; below, the CNodes and the slots they lead to."""
    lines = log(tree, "09/cnodes")
    case = matches(_CASE, lines)[0]
    steps = below(lines, case[0])
    cptr, bits = int(case[1], 16), int(case[2])
    drawing = Drawing(3 * _COLUMN + 100)
    drawing.text(10, 14, f"CPtr {case[1]}, {bits} bits", Style(bold=True))
    for number in range(bits):
        digit = str(cptr >> bits - 1 - number & 1)
        drawing.text(10 + _BIT * (number + 0.5), 44, digit, Style("middle", mono=True))
    left = bits
    for number, step in enumerate(matches(_STEP, steps)):
        x, wide = 10 + _BIT * (bits - left), _BIT * (left - int(step[4]))
        drawing.box(x, 28, wide, 24, 0.06 + 0.09 * number)
        drawing.text(x + wide / 2, 68, step[1], Style("middle", small=True))
        _cnode(drawing, number, step[1], step[2], step[3])
        left = int(step[4])
    found = matches(r"^ +-> (\w+)$", steps)[0][1]
    drawing.text(10 + 3 * _COLUMN, _TOP + 70, found, Style(bold=True))
    return drawing.svg()


def _cnode(drawing: Drawing, number: int, name: str, guard: str | None, slot: str) -> None:
    """A CNode, its guard above, an arrow from the slot to where that leads."""
    x = 10 + number * _COLUMN
    drawing.text(x, _TOP, name, Style(bold=True))
    drawing.text(x + 150, _TOP, f"guard {guard}" if guard else "", Style("end", small=True))
    for row, (words, shade) in enumerate((("…", 0.0), (f"slot {slot}", 0.2), ("…", 0.0))):
        drawing.box(x, _TOP + 10 + 36 * row, 150, 36, shade)
        drawing.text(x + 75, _TOP + 32 + 36 * row, words, Style("middle", mono=True))
    drawing.arrow((x + 150, _TOP + 64), (x + _COLUMN - 6, _TOP + 64))
