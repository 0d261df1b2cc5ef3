"""Which page is in which frame: chapter 16's pager at work."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import log, matches
from tessera.errors import Failure
from tessera.tree import Tree

_LEFT, _STEP, _ROW = 84, 44, 34
_FAULT = r"^  (writes to|reads) page (\d): frame (\d)(?:, and page (\d) is put away)?$"


def draw(tree: Tree) -> str:
    """A column for each fault, a row for each frame; what a fault brought in is filled."""
    faults = matches(_FAULT, log(tree, "16/pager"))
    frames = sorted({int(fault[3]) for fault in faults})
    drawing = Drawing(_LEFT + _STEP * len(faults) + 10)
    held = dict[int, str]()
    for frame in frames:
        drawing.text(_LEFT - 10, 66 + frame * _ROW, f"frame {frame}", Style("end"))
    drawing.text(_LEFT - 10, 32, "touched", Style("end"))
    for column, fault in enumerate(faults):
        if held.get(int(fault[3])) != fault[4]:
            raise Failure(f"'{fault[0].strip()}': the frame held page {held.get(int(fault[3]))}")
        held[int(fault[3])] = fault[2]
        x = _LEFT + column * _STEP
        kind = "write" if fault[1] == "writes to" else "read"
        drawing.text(x + _STEP / 2, 16, kind, Style("middle", small=True))
        drawing.text(x + _STEP / 2, 34, fault[2], Style("middle", bold=True))
        for frame in frames:
            drawing.box(x, 44 + frame * _ROW, _STEP, _ROW, 0.3 if frame == int(fault[3]) else 0.0)
            where = (x + _STEP / 2, 66 + frame * _ROW)
            drawing.text(*where, held.get(frame, "–"), Style("middle", mono=True))
    return drawing.svg()
