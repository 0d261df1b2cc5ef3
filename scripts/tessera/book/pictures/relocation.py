"""A pointer in the image of chapter 02, as linked and after relocation: the page's own example."""
from __future__ import annotations

from tessera import chapter
from tessera.book import manuscript
from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import matches, source
from tessera.errors import Failure
from tessera.tree import Tree

_ENTRY = r"^0*([0-9a-f]+)  [0-9a-f]+ R_AARCH64_RELATIVE +([0-9a-f]+)$"
_LINK_ADDRESS = r"^link_address = (0x[0-9a-f]+);"
_WIDE = 320


def draw(tree: Tree) -> str:
    """Two copies of the image beside each other; the list is the one that the page shows."""
    page = next(tree.root.glob("book/02-*.md"), None)
    if page is None:
        raise Failure("there is no page of chapter 02 to draw from")
    blocks = manuscript.blocks(page.read_text(encoding="utf-8"))
    shown = [line for block in blocks for line in block.lines]
    entry = matches(_ENTRY, shown)[-1]
    moved = next(boot for boot in chapter.load(tree, 2).boots if boot.name == "moved")
    if not moved.load_at:
        raise Failure("the boot 'moved' of chapter 02 is not loaded elsewhere")
    script = source(tree, 2, "kernel/boot/kernel.ld").splitlines()
    linked = int(matches(_LINK_ADDRESS, script)[0][1], 16)
    distance = moved.load_at - linked
    where, addend = int(entry[1], 16), int(entry[2], 16)
    drawing = Drawing(2 * _WIDE)
    _image(drawing, 0, "as linked", (linked, where, addend))
    told = f"moved by {distance:#010x}"
    _image(drawing, _WIDE, told, tuple(at + distance for at in (linked, where, addend)))
    return drawing.svg()


def _image(drawing: Drawing, x: float, title: str, at: tuple[int, ...]) -> None:
    """An image that begins at at[0], with a pointer at at[1] to characters at at[2]."""
    begin, where, what = at
    drawing.text(x + 110, 16, title, Style(bold=True))
    drawing.box(x + 110, 26, 170, 150)
    for y, address, words in ((46, where, f"{what:#x}"), (110, what, '"i8"')):
        drawing.box(x + 110, y, 170, 28, 0.16)
        drawing.text(x + 195, y + 19, words, Style("middle", mono=True))
        drawing.text(x + 104, y + 19, f"{address:#x}", Style("end", mono=True, small=True))
    drawing.text(x + 104, 176, f"{begin:#x}", Style("end", mono=True, small=True))
    drawing.arrow((x + 262, 74), (x + 262, 110))
