"""Makes the files of something new.

`new chapter` makes the chapter after the last one: its chapter.toml, a folder for exercises, a page
of the book with its headings, and its stage, which is the last kernel with the number changed. It
boots and verifies as it is. From there:

    ./tessera stage edit NN     write the chapter's code
"""
from __future__ import annotations

import argparse

from tessera.tree import Tree

HELP = "make the files of a new chapter"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    chapter = kinds.add_parser(
        "chapter",
        help="the chapter after the last one",
        allow_abbrev=False,
        description="Makes the chapter after the last one; it boots and verifies as it is.",
    )
    chapter.add_argument("--title", help="what it is called (the README's table has the plan)")
    chapter.add_argument(
        "--no-boot", action="store_true", help="leave recording the golden logs for later"
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Makes the chapter."""
    from tessera import console
    from tessera.stages.scaffold import new_chapter, undo
    from tessera.stages.store import Store

    number = new_chapter(Store(tree), args.title, boot=not args.no_boot)
    console.good(f"chapter {number:02} is there: `./tessera stage edit {number:02}` opens it")
    console.out(f"  To take it away again: {undo(number)}")
    return 0
