"""The kernel's address space before and after chapter 05 has built its own tables."""
from __future__ import annotations

from tessera.book.diagrams import Band, memory
from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import log, matches
from tessera.tree import Tree

_ROW = (
    r"^(0x[0-9a-f]{16}|<address>)  (?:0x[0-9a-f]{16}|<address>)  (\S{3})  \S{3}  (\S+) +\S+ +\S+ +"
    r"(\S{2}) +(\S.*?) *(?:<size>|\d+ MiB)$"
)
_WIDE, _LEFT = 215, 150


def draw(tree: Tree) -> str:
    """Two maps side by side: what start.S made, and what the kernel runs on."""
    lines = log(tree, "05/tables")
    lower, upper = lines.index("before: lower half"), lines.index("before: upper half")
    after = lines.index("after: upper half")
    is_off = matches(r"^after: (lower half off)$", lines)[0]
    drawing = Drawing(2 * (_WIDE + _LEFT) + 10)
    before = _bands(lines[upper:after]) + [_NOTHING] + _bands(lines[lower:upper])
    later = _bands(lines[after:]) + [_NOTHING, Band("", is_off[1], shade=0)]
    for number, (title, bands) in enumerate((("before", before), ("after", later))):
        x = _LEFT + number * (_WIDE + _LEFT)
        drawing.text(x, 16, title, Style(bold=True))
        memory(drawing, (x, 26), _WIDE, bands)
    return drawing.svg()


_NOTHING = Band("", "nothing", shade=0)


def _bands(lines: list[str]) -> list[Band]:
    """The rows of a dump, from the highest address down."""
    return [
        Band(
            "" if match[1] == "<address>" else match[1],
            match[5],
            f"{match[2]} {'nGnRE ' if match[3] == 'nGnRE' else ''}{match[4]}",
            0.16 if "x" in match[2] else 0.06,
        )
        for match in reversed(matches(_ROW, lines))
    ]
