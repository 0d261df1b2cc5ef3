"""Packs an assignment: an archive for students, or an autograder for Gradescope.

    ./tessera bundle --student 03                 every exercise of chapter 03 in one folder
    ./tessera bundle --student 03 03/esr          only this one
    ./tessera bundle --gradescope 03/esr          a zip to upload as the autograder

What students get holds the stages before the assignment, its own stage with the starters in it,
and nothing later: no solution, no mutant, no history. With --seed, where an exercise has numbers of
each student's own, these are for one student.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from tessera.tree import Tree, chapter_number

HELP = "pack an assignment for students or for Gradescope"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--student", metavar="NN", type=chapter_number, help="for students: a chapter"
    )
    which.add_argument("--gradescope", metavar="ID", help="for Gradescope: an exercise")
    parser.add_argument("names", metavar="ID", nargs="*", help="only these (default: all)")
    parser.add_argument("--seed", default="", help="the student's, for their own numbers")
    parser.add_argument("--overlay", metavar="DIR", type=Path, help="your own exercises and tests")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write it")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Packs, and says what is in it."""
    from tessera import console
    from tessera.errors import Misuse
    from tessera.grading import bundle

    overlay = args.overlay.resolve() if args.overlay else None
    if args.gradescope:
        if args.names or args.seed:
            raise Misuse("--gradescope takes one exercise and no seed")
        made = bundle.gradescope(tree, args.gradescope, args.output, overlay)
    else:
        made = bundle.student(tree, args.student, args.names, args.seed, args.output, overlay)
    console.good(f"{made.file}: {', '.join(made.exercises)}")
    for page in made.cut:
        console.step(f"cut {page}: a block of it shows a solution")
    for page in made.left_out:
        console.step(f"left out {page}: it shows a solution")
    return 0
