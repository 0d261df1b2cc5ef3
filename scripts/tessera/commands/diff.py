"""Shows what a chapter changes: the difference in kernel/ and tests/unit/, and nothing else.

    ./tessera diff 5          # chapter 5: what it changes in chapter 4
    ./tessera diff 3 7        # everything from chapter 3 to chapter 7
    ./tessera diff 5 --stat   # only which files, and by how much

On a terminal it looks as `git diff` does for you, with your colours and your pager.
"""
from __future__ import annotations

import argparse
import sys

from tessera.tree import Tree, chapter_number

HELP = "show what a chapter changes"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("first", metavar="A", type=chapter_number, help="a chapter")
    parser.add_argument(
        "second",
        metavar="B",
        type=chapter_number,
        nargs="?",
        help="another; without it, A is shown by itself",
    )
    parser.add_argument(
        "--stat", action="store_true", help="only which files change, and by how much"
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs `git diff` on the two stages."""
    import subprocess

    from tessera.git import Git
    from tessera.stages.stack import Stack
    from tessera.stages.store import Store

    store = Store(tree)
    stack = Stack.in_folder(store, tree.root)
    trees = [stack.tree(number) for number in (args.first, args.second) if number is not None]
    if args.second is None:
        trees.insert(0, stack.tree(args.first - 1) if args.first > 1 else store.empty_tree)
    flags = ["--find-renames", *(["--stat"] if args.stat else [])]
    git = Git(tree.root, user_config=sys.stdout.isatty())
    sys.stdout.flush()
    return subprocess.run(
        ["git", "diff", *flags, *trees], cwd=tree.root, env=git.env, check=False
    ).returncode
