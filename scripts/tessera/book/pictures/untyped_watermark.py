"""An untyped while objects are made of it: chapter 08's demo, to scale."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import log, matches
from tessera.errors import Failure
from tessera.tree import Tree

_LEFT, _WIDE, _ROW = 10, 500, 50
_MADE = r"^ +(\d+) x (\w+) +of +(\d+) bytes, +(\d+) bytes left"


def draw(tree: Tree) -> str:
    """A bar for each Retype: what is used, what the new objects take, and the watermark."""
    lines = log(tree, "08/untyped")
    whole = int(matches(r"^made of an untyped of (\d+) bytes", lines)[0][1])
    drawing, used = Drawing(_LEFT + _WIDE + 130), 0
    for row, made in enumerate(matches(_MADE, lines)):
        count, size, left = int(made[1]), int(made[3]), int(made[4])
        begin, mark = (whole - left - count * size), whole - left
        if begin < used:
            raise Failure(f"the objects of '{made[0]}' overlap those before them")
        y = 20 + row * _ROW
        drawing.text(_LEFT, y - 5, f"{count} × {made[2]} of {size} bytes", Style(bold=True))
        drawing.box(_LEFT, y, _WIDE, 22)
        drawing.box(_LEFT, y, _scaled(begin, whole), 22, 0.1)
        drawing.box(_LEFT + _scaled(begin, whole), y, _scaled(mark - begin, whole), 22, 0.45)
        drawing.line((_LEFT + _scaled(mark, whole), y - 3), (_LEFT + _scaled(mark, whole), y + 27))
        drawing.text(_LEFT + _WIDE + 8, y + 15, f"watermark {mark:,}", Style(small=True))
        used = mark
    return drawing.svg()


def _scaled(amount: int, whole: int) -> float:
    return round(_WIDE * amount / whole, 1)
