"""Makes the tags ch01 … chNN, one for each chapter that has landed.

The tree of a tag is HEAD's tree, with kernel/ and tests/unit/ as they were after that chapter. So
`git checkout ch05 && ./tessera run` boots chapter 5, and `git diff ch04 ch05` is the chapter.
Author, date and parents are fixed: everyone with the same main gets the same hashes.

`run` and `test` make missing tags and move stale ones by themselves. A tag of such a name that
somebody else made is left alone.
"""
from __future__ import annotations

import argparse

from tessera import console
from tessera.tree import Tree

HELP = "make the tags ch01 … chNN"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes: nothing."""


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Makes the tags and says what became of each."""
    from tessera.stages.tags import describe, update_tags

    changes = update_tags(tree, move=True)
    for number in changes.foreign:
        console.error(
            f"ch{number:02} is a tag that ./tessera did not make; it was left alone",
            f"`git tag --delete ch{number:02}` makes room, if it is yours to delete.",
        )
    for line in changes.left_behind:
        console.step(line)
    console.good(describe(changes) or f"tags: all {len(changes.commits)} are as they should be")
    return 1 if changes.foreign else 0
