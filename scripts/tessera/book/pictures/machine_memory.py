"""The physical addresses of the machine: what chapter 04's kernel found out about them."""
from __future__ import annotations

from tessera.book.diagrams import Band, memory
from tessera.book.drawing import Drawing
from tessera.book.evidence import log, matches
from tessera.tree import Tree

_ROW = (
    r"^(?P<first>0x[0-9a-f]{16}|<address>)  (?:0x[0-9a-f]{16}|<address>) +"
    r"(?P<size><size>|\d+ [KM]iB)  (?P<what>\S.*)"
)


def draw(tree: Tree) -> str:
    """A band for each line of the log's two tables, the highest address on top."""
    lines = log(tree, "04/el1")
    table = next((at for at, line in enumerate(lines) if line.endswith("  memory")), 0)
    devices, ram = (
        [_band(row.groupdict()) for row in matches(_ROW, part)]
        for part in (lines[:table], lines[table:])
    )
    gap = Band("", "no device that the kernel knows, and no RAM", shade=0)
    devices.sort(key=lambda band: band.begins, reverse=True)
    drawing = Drawing(560)
    memory(drawing, (120, 4), 430, [*reversed(ram), gap, *devices])
    return drawing.svg()


def _band(row: dict[str, str]) -> Band:
    """A line of a table. Addresses and sizes that differ from build to build are left out."""
    begins = "" if row["first"] == "<address>" else f"{int(row['first'], 16):#010x}"
    size = "" if row["size"] == "<size>" else row["size"]
    return Band(begins, row["what"], size, 0 if row["what"] == "free" else 0.12)
