"""The layers of the kernel: the table that the layers check goes by, and what is in each."""
from __future__ import annotations

import ast
import re
from pathlib import Path

from tessera.book.drawing import Drawing, Style
from tessera.errors import Failure
from tessera.tree import Tree

_ROW, _CODE = 32, (".cpp", ".hpp", ".S", ".def")
_INCLUDE = re.compile(r'^#include "(\w+)/', re.MULTILINE)


def draw(tree: Tree) -> str:
    """A band for each layer: how many files it has, and from which layers they include."""
    drawing = Drawing(660)
    drawing.text(152, 16, "files", Style("end", small=True))
    drawing.text(170, 16, "include from", Style(small=True))
    names = layers(tree)
    for row, name in enumerate(names):
        y = 24 + row * _ROW
        files = _files(tree.root / "kernel" / name)
        used = {found for file in files for found in _INCLUDE.findall(file.read_text("utf-8"))}
        drawing.box(10, y, 640, _ROW - 5, 0.05 + 0.015 * row)
        drawing.text(20, y + 18, f"{name}/", Style(mono=True, bold=True))
        drawing.text(152, y + 18, str(len(files)), Style("end", mono=True))
        others = [other for other in names if other in used - {name}]
        drawing.text(170, y + 18, " ".join(others) or "nothing", Style(mono=True, small=True))
    return drawing.svg()


def layers(tree: Tree) -> list[str]:
    """The folders from the top down, as the check has them; those that the kernel has."""
    check = tree.root / "scripts/checks/layers.py"
    if not check.is_file():
        raise Failure("there is no layers check to draw the layers from")
    for node in ast.parse(check.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LAYERS":
            return [
                name for name in ast.literal_eval(node.value) if _files(tree.root / "kernel" / name)
            ]
    raise Failure("the layers check has no table LAYERS to draw from")


def _files(folder: Path) -> list[Path]:
    """The code in a layer."""
    return sorted(file for file in folder.rglob("*") if file.suffix in _CODE)
