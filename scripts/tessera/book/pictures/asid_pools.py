"""How an identifier leads to an address space: the table of pools, a pool, the root."""
from __future__ import annotations

import re

from tessera.book.diagrams import word, word_width
from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import Field, fields, matches, source
from tessera.tree import Tree

_COLUMN, _WIDE = 240, 170


def draw(tree: Tree) -> str:
    """The identifier's two parts, and the tables that they are indices of."""
    parts = fields(source(tree, 11, "kernel/object/asid.hpp"), "AsidParts")
    mapped = fields(source(tree, 11, "kernel/object/mapped_at.hpp"), "MappedAt")
    limits = source(tree, 11, "kernel/abi/limits.def").splitlines()
    pools, entries = (1 << _limit(limits, name) for name in ("asid_pools", "asid_pool_size"))
    asid = next(field for field in mapped if field.name == "asid")
    placed = [Field(one.high + asid.low, one.low + asid.low, one.name) for one in parts]
    rest = [field for field in mapped if field.name != "asid"]
    drawing = Drawing(word_width())
    y = word(drawing, 0, "what a capability remembers: identifier and address", [*placed, *rest])
    boxes = (
        ("the kernel's table", f"{pools} pointers", parts[0].name),
        ("an ASID pool", f"{entries} roots", parts[1].name),
        ("a VSpace", "the root table", ""),
    )
    for number, (name, size, index) in enumerate(boxes):
        x = 10 + number * _COLUMN
        drawing.text(x, y + 30, f"{name}: {size}", Style(bold=True))
        drawing.box(x, y + 40, _WIDE, 96)
        if index:
            drawing.box(x, y + 76, _WIDE, 24, 0.2)
            drawing.text(x + _WIDE / 2, y + 93, f"[{index}]", Style("middle", mono=True))
            drawing.arrow((x + _WIDE, y + 88), (x + _COLUMN, y + 88))
    return drawing.svg()


def _limit(lines: list[str], name: str) -> int:
    """A limit of the interface, as log2."""
    found = matches(rf"\b{re.escape(name)}_bits\b\D*(\d+)", lines)
    return int(found[0][1])
