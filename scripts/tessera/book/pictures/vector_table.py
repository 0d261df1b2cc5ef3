"""The sixteen exception vectors, and which of them chapter 07 gives to user programs."""
from __future__ import annotations

import re

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import enumerators, matches, source
from tessera.tree import Tree

_WIDE, _HIGH, _LEFT, _TOP = 128, 40, 128, 26
_ORIGINS = {
    "KernelOnUserSp": "kernel, on SP_EL0",
    "Kernel": "kernel, on SP_EL1",
    "User": "user program",
    "User32": "32-bit program",
}


def draw(tree: Tree) -> str:
    """As chapter 03 has it."""
    return table(tree, 3)


def table(tree: Tree, stage: int) -> str:
    """A row for each origin, a column for each kind of event; in each slot offset and macro."""
    numbers = source(tree, stage, "kernel/arch/vector.hpp")
    macros = slots(source(tree, stage, "kernel/arch/aarch64/vectors.S"))
    drawing = Drawing(_LEFT + 4 * _WIDE + 10)
    events, origins = enumerators(numbers, "Event"), enumerators(numbers, "Origin")
    for column, event in enumerate(events):
        x = _LEFT + column * _WIDE + _WIDE / 2
        drawing.text(x, 16, event, Style("middle", bold=True))
    for row, origin in enumerate(origins):
        y = _TOP + row * _HIGH
        drawing.text(_LEFT - 8, y + 24, _ORIGINS[origin], Style("end"))
        for column in range(len(events)):
            number, x = row * len(events) + column, _LEFT + column * _WIDE
            drawing.box(x, y, _WIDE, _HIGH, 0.2 if macros[number] == "USER_VECTOR" else 0.06)
            offset = Style("middle", mono=True, bold=True)
            drawing.text(x + _WIDE / 2, y + 17, f"+{number * 0x80:#05x}", offset)
            told = Style("middle", mono=True, small=True)
            drawing.text(x + _WIDE / 2, y + 33, f"{macros[number]} {number}", told)
    return drawing.svg()


def slots(assembly: str) -> list[str]:
    """The macro in each of the sixteen slots, from the lines behind the label."""
    lines = assembly[assembly.index("exception_vectors:\n") :].splitlines()
    found: list[str] = []
    repeated: list[str] = []
    for match in matches(r"^\s+(\.irp|USER_VECTOR|VECTOR)\s+(number, )?([^/]*)", lines):
        if match[1] == ".irp":
            repeated = match[3].split(",")
        else:
            found += [match[1]] * (len(repeated) if "number" in match[3] else 1)
    return found
