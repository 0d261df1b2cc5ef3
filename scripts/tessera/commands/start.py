"""Opens a folder of your own in which to work on a chapter.

It is a git worktree on a new branch `work/chNN` that starts at the chapter's tag: the kernel as it
stands after that chapter, ready for `./tessera run`, `./tessera test` and your commits. Nothing in
the present folder changes.

    ./tessera start 03              # in a folder beside this one
    ./tessera start 03 ~/os/week3   # where you like

To go back to it later, change into the folder; `git worktree list` tells where it is.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from tessera.tree import Tree, chapter_number

HELP = "open a worktree of your own at a chapter"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument(
        "chapter", metavar="NN", type=chapter_number, help="the chapter to start from"
    )
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=Path,
        help="the new folder (default: beside this one)",
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Makes the worktree and says how to go on."""
    from tessera import console
    from tessera.stages.start import start

    folder = start(tree, args.chapter, args.folder)
    console.good(
        f"chapter {args.chapter:02} is in {folder}, on the branch work/ch{args.chapter:02}"
    )
    console.out(f"  cd {folder}")
    console.out("  ./tessera run")
    return 0
