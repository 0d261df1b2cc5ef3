"""The chapters, their parts, and what each needs of those before it."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import matches
from tessera.errors import Failure
from tessera.tree import Tree

_PARTS = {
    "a machine that obeys": range(1, 7),
    "somebody else": range(7, 11),
    "company": range(11, 17),
    "a system": range(17, 24),
}
#: Only needs that are not obvious from the order.
_NEEDS = {
    6: (3, 4),
    7: (5,),
    11: (10,),
    12: (6, 10),
    15: (13,),
    16: (11, 14),
    17: (6, 15),
    18: (11, 17),
    19: (14,),
    20: (12,),
    21: (18,),
    23: (10, 16),
}
_ROW = r"^\| (\d\d) \| (?:\[([^]]+)\]|([^|]+?))(?:\([^)]*\))? \|.*\| (ready|planned) \|$"
_WIDE, _HIGH, _ACROSS = 238, 48, 3


def draw(tree: Tree) -> str:
    """A frame for each part, a box for each chapter of the README's table; shaded is ready."""
    readme = (tree.root / "README.md").read_text(encoding="utf-8").splitlines()
    rows = {int(row[1]): (row[2] or row[3], row[4]) for row in matches(_ROW, readme)}
    if set(rows) != {number for part in _PARTS.values() for number in part}:
        raise Failure("the parts of the book and the README's table of chapters differ")
    drawing, y = Drawing(_ACROSS * (_WIDE + 10) + 10), 0.0
    for part, numbers in _PARTS.items():
        drawing.text(10, y + 18, part, Style(bold=True))
        for at, number in enumerate(numbers):
            place = (10 + at % _ACROSS * (_WIDE + 10), y + 28 + at // _ACROSS * (_HIGH + 8))
            _chapter(drawing, place, number, *rows[number])
        y += 28 + -(-len(numbers) // _ACROSS) * (_HIGH + 8) + 14
    return drawing.svg()


def _chapter(
    drawing: Drawing, place: tuple[float, float], number: int, title: str, status: str
) -> None:
    """A box: number and title, and below them what it needs."""
    x, y = place
    drawing.box(x, y, _WIDE, _HIGH, 0.12 if status == "ready" else 0)
    drawing.text(x + 8, y + 19, f"{number:02} {title}", Style(small=len(title) > 24, bold=True))
    needs = " and ".join(f"{other:02}" for other in _NEEDS.get(number, (number - 1,)) if other)
    told = f"after {needs}" if needs else "the beginning"
    drawing.text(
        x + 8, y + 38, told + (", planned" if status == "planned" else ""), Style(small=True)
    )
