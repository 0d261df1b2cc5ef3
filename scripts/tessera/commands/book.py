"""Renders the book: the prose, the code of every chapter and the API reference, as one site.

The site is in build/book/site (or --out) and works from there, offline, in any browser. What the
book says about the kernel is checked on the way: an excerpt, a name or an output that is not so stops
it, with file and line.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from tessera import console
from tessera.tree import Tree

HELP = "render the book and the API reference"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("--out", metavar="DIR", type=Path, help="where to put the site")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Sets up, renders."""
    from tessera import setup

    setup.ensure("book", tree=tree)

    from tessera.book import npm
    from tessera.book.site import Site

    npm.ensure(tree.root)
    out = args.out or tree.build / "book/site"
    with console.progress("rendering the book") as say:
        Site(tree, out.resolve(), say).make()
    console.good(f"the book is in {out}/index.html")
    return 0
