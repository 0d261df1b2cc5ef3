"""Pictures of the book: SVG files, Graphviz sources, charts, and modules here that draw from data.

A picture `pictures/NAME.svg` in the manuscript is `book/pictures/NAME.svg`, or is made of
`book/pictures/NAME.dot` (a graph) or `NAME.seq` (a sequence chart), or by `draw(tree)` of the module
NAME in this package. It is put into the page itself, so that it has the page's colours.
"""
from __future__ import annotations

import importlib
import importlib.util
import re
from html import escape
from pathlib import PurePosixPath

from tessera.book import graphs, sequence
from tessera.errors import Failure
from tessera.tree import Tree


class Drawer:
    """Finds and prepares the pictures of a tree's book."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def figure(self, path: str, alternative: str, caption: str) -> str:
        """A picture as HTML. `path` is inside book/."""
        if not alternative.strip():
            raise Failure(f"the picture {path} has no alternative text")
        told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        svg = prepared(self.svg(path), alternative, PurePosixPath(path).stem)
        return (
            f'<figure class="picture"><div class="scroll" tabindex="0">{svg}</div>{told}</figure>'
        )

    def svg(self, path: str) -> str:
        """The picture itself."""
        file = self._tree.root / "book" / path
        if file.is_file():
            return file.read_text(encoding="utf-8")
        if (source := file.with_suffix(".seq")).is_file():
            return sequence.read(source.read_text(encoding="utf-8"), self._tree).svg()
        if (source := file.with_suffix(".dot")).is_file():
            return graphs.render(source.read_text(encoding="utf-8"), f"book/{path}")
        module = f"tessera.book.pictures.{PurePosixPath(path).stem.replace('-', '_')}"
        if importlib.util.find_spec(module):
            return importlib.import_module(module).draw(self._tree)
        raise Failure(f"there is no picture book/{path}, neither drawn nor to be drawn from data")


def prepared(svg: str, alternative: str, name: str) -> str:
    """An SVG fit for a page: its ids begin with its name, and it says what it shows."""
    start = re.search(r"<svg\b[^>]*>", svg)
    if not start:
        raise Failure(f"the picture {name} is no SVG")
    opening = re.sub(r'\s(role|aria-label|aria-labelledby)="[^"]*"', "", start[0])
    label = escape(alternative, quote=True)
    opening = opening.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    inside = re.sub(r"<title>.*?</title>|<!--.*?-->", "", svg[start.end() :], flags=re.DOTALL)
    inside = re.sub(r'(?<=\sid=")', f"{name}-", inside)
    return opening + re.sub(r'(?<=url\(#)|(?<=href="#)', f"{name}-", inside)
