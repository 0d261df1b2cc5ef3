"""Where the registers of the interrupted code are on the way in and out, in chapter 03.

The instructions of `vectors.S` are followed from the first of a slot to `eret`, with words instead of
numbers. So the picture cannot show what they do not do, and there is none if they lose a register.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import matches, source
from tessera.errors import Failure
from tessera.tree import Tree

_FILE = "kernel/arch/aarch64/vectors.S"
_COLUMNS = {
    "x0": "x0", "x1": "x1", "tpidr_el0": "TPIDR_EL0", "tpidrro_el0": "TPIDRRO_EL0", "sp": "SP",
}  # fmt: skip
_LEFT, _WIDE, _ROW = 204, 90, 27

#: Before which instructions to look; the number tells apart those that are alike.
_MOMENTS = (
    ("VECTOR", "msr tpidr_el0, x0", 0),
    ("VECTOR", "tst x0, #0xf", 0),
    ("VECTOR", "b enter", 0),
    ("enter", "bl handle_exception", 0),
    ("resume", "mov sp, x0", 0),
    ("resume", "mov sp, x0", 1),
    ("resume", "eret", 0),
)
_SAVED = ("sp", *(f"x{number}" for number in range(31)))


@dataclass
class Machine:
    """What is in the registers and in the frame, in words."""

    registers: dict[str, str] = field(
        default_factory=lambda: {name: theirs(name) for name in _SAVED}
    )
    frame: dict[tuple[str, int], str] = field(default_factory=dict)

    def step(self, instruction: str) -> None:
        """Carries out one instruction; comparisons and branches change nothing that counts."""
        name, *words = re.findall(r"\[.*?\]|[^\s,]+", instruction)
        if name in ("mov", "msr", "mrs"):
            named = words[1].replace(r"#\number", "the number")
            self.registers[words[0]] = self.registers.get(named, named)
        elif name == "adrp":
            self.registers[words[0]] = "an address"
        elif name == "sub":
            self.registers["sp"] = "the frame"
        elif name in ("str", "stp"):
            self.frame |= zip(_places(words), map(self.registers.__getitem__, words[:-1]))
        elif name in ("ldr", "ldp"):
            self.registers |= zip(words, map(self.frame.__getitem__, _places(words)))
        elif name == "bl":
            for changed in (*_SAVED[1:20], "x30", "tpidr_el0", "tpidrro_el0"):
                self.registers[changed] = "anything"
            self.registers["x0"] = "the frame"

    def kept(self) -> str:
        """Which of the registers in the picture's columns have their values in the frame."""
        kept = [name for name in ("x0", "x1", "sp") if theirs(name) in self.frame.values()]
        return ", ".join(_COLUMNS[name] for name in kept)


def theirs(name: str) -> str:
    """What the interrupted code had in a register."""
    return f"their {name.replace('sp', 'SP')}"


def draw(tree: Tree) -> str:
    """As chapter 03 has it."""
    return picture(source(tree, 3, _FILE))


def picture(text: str) -> str:
    """A row for each moment, a column for each register that is used to get in and out."""
    drawing = Drawing(_LEFT + _WIDE * (len(_COLUMNS) + 1))
    drawing.text(6, 14, "before this instruction", Style(bold=True, small=True))
    for number, title in enumerate((*_COLUMNS.values(), "the frame has")):
        middle = _LEFT + _WIDE * (number + 0.5)
        drawing.text(middle, 14, title, Style("middle", bold=True, small=True))
    for row, (where, instruction, machine) in enumerate(_moments(text)):
        y = 22 + row * _ROW
        drawing.text(6, y + 18, where)
        drawing.text(70, y + 18, instruction, Style(mono=True, small=True))
        for number, name in enumerate(_COLUMNS):
            _cell(drawing, number, y, machine.registers.get(name, ""), theirs(name))
        _cell(drawing, len(_COLUMNS), y, machine.kept(), "")
    return drawing.svg()


def _cell(drawing: Drawing, column: int, y: float, words: str, own: str) -> None:
    """What a place holds: shaded if a value of theirs, darker where it is not its own place."""
    shade = (0.08 if words == own else 0.28) if words.startswith("their") else 0
    drawing.box(_LEFT + _WIDE * column, y, _WIDE, _ROW - 1, shade)
    middle = _LEFT + _WIDE * (column + 0.5)
    drawing.text(middle, y + 17, words, Style("middle", small=True))


def _moments(text: str) -> Iterator[tuple[str, str, Machine]]:
    """The machine before each of the instructions to look at, which stand in this order."""
    machine, waiting, seen = Machine(), list(_MOMENTS), list[tuple[str, str]]()
    for where, instruction in _instructions(text):
        if waiting and waiting[0] == (where, instruction, seen.count((where, instruction))):
            waiting.pop(0)
            yield where, instruction, machine
        seen.append((where, instruction))
        machine.step(instruction)
    if waiting:
        raise Failure(f"{_FILE}: {waiting[0][0]} has no '{waiting[0][1]}' to stop at")
    lost = [name for name in _SAVED if machine.registers[name] != theirs(name)]
    if lost:
        raise Failure(f"{_FILE}: after `eret`, {lost[0]} holds {machine.registers[lost[0]]}")


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """What a slot, `enter` and `resume` execute, one after the other."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    macros = dict(re.findall(r"^\.macro (\w+)[^\n]*\n(.*?)^\.endm", text, re.DOTALL | re.MULTILINE))
    routines = dict(re.findall(r"^(enter|resume):\n((?: +[^\n]*\n|\n)+)", text, re.MULTILINE))
    for where, lines in {"VECTOR": macros["VECTOR"], **routines}.items():
        expanded = re.sub(
            r" REGISTERS (\w+)",
            lambda use: macros["REGISTERS"].replace(r"\instruction", use[1]),
            lines,
        )
        for line in expanded.splitlines():
            if instruction := " ".join(re.sub(r"^\d:", "", line).split()):
                yield where, instruction


def _places(words: list[str]) -> list[tuple[str, int]]:
    """Where in the frame the registers of a load or store lie."""
    symbol, at = matches(r"\[sp, #(\w+)(?: \+ 8 \* (\d+))?\]", [words[-1]])[0].groups()
    return [(symbol, int(at or 0) + number) for number in range(len(words) - 1)]
