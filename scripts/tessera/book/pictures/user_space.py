"""The first program's half of the addresses, as chapter 07's demo reports it."""
from __future__ import annotations

from tessera.book.diagrams import Band, memory
from tessera.book.drawing import Drawing
from tessera.book.evidence import log, matches
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """From the image up. The sizes differ from build to build and are left out."""
    lines = log(tree, "07/hello")
    x0 = matches(r"^  (BootInfo) .*, which (x0) said$", lines)[0]
    buffer = matches(r"^  (IPC buffer) .*, the page before$", lines)[0]
    extra = matches(r"^  (extra information) ", lines)[0]
    tree_chunk = matches(r": (a device tree)$", lines)[0]
    bands = [
        Band("", "nothing up to 0x0000_ffff_ffff_ffff", shade=0),
        Band("", f"{extra[1]}: {tree_chunk[1]}", "read, write"),
        Band(f"{x0[2]} ▸", x0[1], "read, write"),
        Band("", buffer[1], "read, write"),
        Band("", "image: code, constants, data", "as its file says", 0.16),
        Band("0x0", "nothing", shade=0),
    ]
    drawing = Drawing(520)
    memory(drawing, (60, 4), 450, bands)
    return drawing.svg()
