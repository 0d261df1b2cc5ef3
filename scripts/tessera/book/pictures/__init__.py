"""Pictures of the book: SVG files, Graphviz sources, and modules here that draw from data.

A picture `pictures/NAME.svg` in the manuscript is `book/pictures/NAME.svg`, or is made of
`book/pictures/NAME.dot`, or by `draw(tree)` of the module NAME in this package. Whatever it comes from,
it is put into the page itself, so that it has the page's colours.
"""
from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
from html import escape
from pathlib import PurePosixPath

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
        if (source := file.with_suffix(".dot")).is_file():
            return _graphviz(source.read_text(encoding="utf-8"), path)
        module = f"tessera.book.pictures.{PurePosixPath(path).stem.replace('-', '_')}"
        if importlib.util.find_spec(module):
            return importlib.import_module(module).draw(self._tree)
        raise Failure(f"there is no picture book/{path}, neither drawn nor to be drawn from data")


def _graphviz(source: str, path: str) -> str:
    """Runs dot. What it would paint black on white takes the colour of the text."""
    done = subprocess.run(
        [
            "dot",
            "-Tsvg",
            "-Gbgcolor=transparent",
            "-Gfontname=sans-serif",
            "-Nfontname=sans-serif",
            "-Efontname=sans-serif",
        ],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(f"dot cannot draw book/{path}: {done.stderr.strip()}")
    svg = re.sub(r'(fill|stroke)="(black|#000000)"', r'\1="currentColor"', done.stdout)
    return re.sub(r"<text (?![^>]*fill=)", '<text fill="currentColor" ', svg)


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
