"""How the address of the kernel's code is translated: which bits choose which entry."""
from __future__ import annotations

from tessera.book.diagrams import word, word_width
from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import Field, fields, log, matches, source
from tessera.tree import Tree

_TABLE, _ENTRY, _GAP = 110, 22, 40


def draw(tree: Tree) -> str:
    """The address as a word; four tables; the page that the last one leads to."""
    row = matches(r"^(0x\w{16})  (0x\w{16})  r-x .* 4K +code", log(tree, "05/tables"))[0]
    address = int(row[1], 16)
    indices = fields(source(tree, 5, "kernel/arch/descriptor.hpp"), "WalkIndex")
    drawing = Drawing(word_width())
    rest = Field(indices[-1].low - 1, 0, "offset in page")
    shown = [Field(one.high, one.low, f"{one.name}: {_bits(address, one)}") for one in indices]
    sign = Field(63, indices[0].high + 1, "all ones: TTBR1")
    y = word(drawing, 0, f"virtual address {row[1]}", [sign, *shown, rest])
    x = 30.0
    drawing.text(x, y + 36, "TTBR1_EL1", Style(small=True, bold=True))
    for number, index in enumerate(indices):
        top = y + 50 + 14 * number
        entry = top + 3 * _ENTRY
        drawing.box(x, top, _TABLE, 4.5 * _ENTRY, 0)
        drawing.box(x, entry, _TABLE, _ENTRY, 0.18)
        told = Style("middle", mono=True, small=True)
        drawing.text(x + _TABLE / 2, entry + 15, f"entry {_bits(address, index)}", told)
        drawing.text(x + _TABLE / 2, top + 16, f"level {number}", Style("middle", bold=True))
        drawing.arrow((x + _TABLE, entry + 11), (x + _TABLE + _GAP, entry + 11))
        x += _TABLE + _GAP
    drawing.text(x + 2, entry + 8, "the page at", Style(small=True))
    drawing.text(x + 2, entry + 24, f"{int(row[2], 16):#x}", Style(mono=True, small=True))
    return drawing.svg()


def _bits(address: int, field: Field) -> int:
    """What stands in a field of an address."""
    return address >> field.low & (1 << field.high - field.low + 1) - 1
