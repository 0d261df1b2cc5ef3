"""Signals that nobody waits for: the word of a notification, step by step, in chapter 15's demo."""
from __future__ import annotations

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import below, log, matches
from tessera.errors import Failure
from tessera.tree import Tree

_ROW, _BIT, _LEFT = 34, 40, 190
_SHOWN = 4  # bits of the word


def draw(tree: Tree) -> str:
    """A row for each step: what happens, and what is in the word afterwards."""
    lines = below(log(tree, "15/signals"), "nobody waits")
    drawing, word = Drawing(560), 0
    drawing.text(_LEFT, 14, "the word", Style(bold=True))
    steps = matches(r"^  (signalled|wait|poll):? (0x[0-9a-f]+)$", lines)
    for row, step in enumerate(steps):
        badge, y = int(step[2], 16), 24 + row * _ROW
        if step[1] == "signalled":
            word |= badge
            told = f"Signal, badge {step[2]}"
        elif badge == word:
            told, word = f"{step[1].capitalize()}: the answer is {step[2]}", 0
        else:
            raise Failure(f"the signals before '{step[0].strip()}' come to {word:#x}")
        drawing.text(_LEFT - 12, y + 18, told, Style("end"))
        _word(drawing, y, word)
    return drawing.svg()


def _word(drawing: Drawing, y: float, word: int) -> None:
    """The lowest bits of a word, those that are set filled; and its value."""
    for place in range(_SHOWN):
        is_set = word >> (_SHOWN - 1 - place) & 1
        x = _LEFT + place * _BIT
        drawing.box(x, y, _BIT, 24, 0.3 if is_set else 0)
        drawing.text(x + _BIT / 2, y + 17, str(is_set), Style("middle", mono=True))
    note = "active" if word else "idle"
    drawing.text(_LEFT + _SHOWN * _BIT + 12, y + 17, f"{word:#x}  {note}", Style(mono=True))
