"""Renders the book: the prose, the code of every chapter and the API reference, as one site.

The site is in build/book/site (or --out) and works from there, offline, in any browser. What the
book says about the kernel is checked on the way: an excerpt, a name or an output that is not so stops
it, with file and line.
"""
from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from tessera import console
from tessera.errors import Misuse
from tessera.tree import Tree

HELP = "render the book and the API reference"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="where to put the site (default: build/book/site)"
    )
    parser.add_argument(
        "--students",
        action="store_true",
        help="leave out the answers that only instructors should have",
    )
    parser.add_argument("--open", action="store_true", help="show it in a browser afterwards")
    parser.add_argument(
        "--pdf",
        metavar="FILE",
        type=Path,
        nargs="?",
        const=Path("build/book/tessera.pdf"),
        help="print the prose as well, by Chromium (default: build/book/tessera.pdf)",
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Sets up, renders, prints, shows."""
    from tessera import setup

    setup.ensure("browser" if args.pdf else "book", tree=tree)

    from tessera.book import npm, pdf
    from tessera.book.site import Site

    npm.ensure(tree.root)
    name = "students" if args.students else "site"
    out = (args.out or tree.build / "book" / name).resolve()
    _check_place(out)
    with console.progress("rendering the book") as say:
        Site(tree, out, say, answers=not args.students).bring_up_to_date()
    console.good(f"the book is in {out}/index.html")
    if args.pdf:
        pages = pdf.print_book(out, args.pdf.resolve())
        console.good(f"{args.pdf}: {pages} pages")
    if args.open:
        webbrowser.open((out / "index.html").as_uri())
    return 0


def _check_place(out: Path) -> None:
    """Refuses to write over a folder that holds anything but an earlier site."""
    if out.is_dir() and any(out.iterdir()) and not (out / "assets/book.css").is_file():
        raise Misuse(f"{out} is not empty and holds no book", "Name a new folder, or an empty one.")
