"""Measures how long things take on this machine. Nothing here passes or fails: it is a report.

`bench tool` measures what a reader and an author wait for: `./tessera run` with nothing to do, a
one-line change of the kernel until its output appears, making all tags, and the whole of
`./tessera test`. It works in a clone of HEAD in a temporary folder; uncommitted changes are not
measured, and nothing in this tree is touched. Each figure is the median of several runs.
"""
from __future__ import annotations

import argparse

from tessera.numbers import positive
from tessera.tree import Tree

HELP = "how long things take on this machine"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`bench tool [--quick] [--runs N]`"""
    parser.add_argument("subject", metavar="SUBJECT", choices=("tool",),
                        help="what to measure: tool, which is ./tessera itself")
    parser.add_argument("--quick", action="store_true", help="leave out the runs of the whole `./tessera test`")
    parser.add_argument("--runs", type=positive, default=5, metavar="N", help="runs of each measurement (default: 5)")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Measures, then prints the table."""
    from tessera import setup
    from tessera.benchmark import figures, tool

    setup.ensure("run" if args.quick else "test", tree=tree)
    figures.show(list(tool.measure(tree, args.runs, quick=args.quick)))
    return 0
