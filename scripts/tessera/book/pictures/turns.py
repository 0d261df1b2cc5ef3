"""Who runs when: the parts of chapter 12's demo in which threads take turns."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import below, log, matches
from tessera.tree import Tree

_LEFT, _STEP, _ROW = 130, 46, 30


def draw(tree: Tree) -> str:
    """Three charts below one another: by yielding, by the timer, by priority."""
    lines = log(tree, "12/threads")
    yielding = [match[1] for match in matches(r"^  (\w) \d$", below(lines, "threads that yield"))]
    forced = below(lines, "threads that do not")
    turns = matches(r"^  turns: ([\w ]+)$", forced)[0][1].split()
    ticks = matches(r"^  in a turn: (\d+) ticks$", forced)[0][1]
    priorities = _by_priority(below(lines, "priorities"))
    drawing = Drawing(_LEFT + _STEP * 8 + 10)
    y = _chart(drawing, 0, "each yields after a line", yielding, ["a", "b"])
    y = _chart(drawing, y, f"none yields: {ticks} ticks a turn", turns, ["a", "b"])
    rows = ["c: 30", "the first: 20", "b: 20", "a: 10"]
    _chart(drawing, y, "by priority", priorities, rows)
    return drawing.svg()


def _by_priority(lines: list[str]) -> list[str]:
    """Who runs as the log tells it. What a thread does to others, the first thread does."""
    found = list[str]()
    for match in matches(r"^  (?:(\w) runs$|the first|\w has been)", lines):
        who = f"{match[1]}:" if match[1] else "the first:"
        if not found or found[-1] != who:
            found.append(who)
    return found


def _chart(drawing: Drawing, y: float, title: str, turns: list[str], rows: list[str]) -> float:
    """A row for each thread, a bar for each of its turns; where the next chart may begin."""
    drawing.text(10, y + 16, title, Style(bold=True))
    for number, row in enumerate(rows):
        top = y + 28 + number * _ROW
        drawing.text(_LEFT - 10, top + 16, row, Style("end"))
        drawing.line((_LEFT, top + _ROW - 5), (_LEFT + _STEP * len(turns), top + _ROW - 5))
        for turn, who in enumerate(turns):
            if row.startswith(who):
                drawing.box(_LEFT + turn * _STEP, top, _STEP, _ROW - 8, 0.35)
    return y + 28 + len(rows) * _ROW + 14
