"""Runs the unit tests of a chapter and shows which lines and branches of the kernel they execute.

    ./tessera coverage                 # object/, lifecycle/, ipc/, syscall/, sched/ of this tree
    ./tessera coverage 05 base dev     # these folders, or files, of chapter 05's kernel
    ./tessera coverage --html          # every line of them, coloured, to look at in a browser

From chapter 08 on the folders of the first line are held to 95 % of the lines and 85 % of the
branches: exit status 1 below. `./tessera test` checks that in the newest chapter. What is executed
need not be tested; `./tessera mutate` tells.
"""
from __future__ import annotations

import argparse
import os
from typing import Sequence

from tessera import console
from tessera.errors import Misuse
from tessera.numbers import positive
from tessera.tree import Tree, chapter_number

HELP = "show what the unit tests execute"

#: The kernel's rules, free of hardware: all that they do can be tested on the host.
FOLDERS = ("object", "lifecycle", "ipc", "syscall", "sched")

#: What those folders are held to, in per cent, and from which chapter on.
LEAST_LINE, LEAST_BRANCH, SINCE = 95.0, 85.0, 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument(
        "what", nargs="*", metavar="NN | FOLDER", help="a chapter; folders or files of its kernel"
    )
    parser.add_argument("--html", action="store_true", help="make pages in build/coverage/html too")
    for kind in ("line", "branch"):
        parser.add_argument(
            f"--fail-under-{kind}",
            type=_per_cent,
            metavar="PER CENT",
            help=f"exit status 1 when {kind} coverage is below this",
        )
    parser.add_argument(
        "-j", type=positive, metavar="N", default=os.cpu_count() or 1, help="compilers at a time"
    )


def _per_cent(text: str) -> float:
    """A number from 0 to 100. For argparse's `type=`."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 100")
    return value


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Builds, runs, counts, shows, and judges."""
    from tessera import setup

    chapter, names = split(args.what)
    setup.ensure("test", tree=tree)
    from tessera.coverage import measure, report
    from tessera.stages import materialise

    tree = tree if chapter is None else materialise(tree, chapter)
    folders = places(tree, names or [n for n in FOLDERS if (tree.root / "kernel" / n).is_dir()])
    files = measure.measure(tree, folders, args.html, args.j)
    report.show(files)
    if args.html:
        console.step(f"every line: {measure.page(tree.preset(measure.PRESET))}")
    held = not names and tree.chapter >= SINCE
    least = (LEAST_LINE, LEAST_BRANCH) if held else (0.0, 0.0)
    asked = (args.fail_under_line, args.fail_under_branch)
    report.judge(files, *(own if a is None else a for a, own in zip(asked, least)))
    return 0


def split(words: Sequence[str]) -> tuple[int | None, list[str]]:
    """The chapter, if the first word is one, and the names."""
    if words and words[0].removeprefix("ch").isdigit():
        return chapter_number(words[0]), list(words[1:])
    return None, list(words)


def places(tree: Tree, names: Sequence[str]) -> list[str]:
    """The folders and files as paths below the tree's root; `kernel/` may be left out."""
    if not names:
        raise Misuse(
            f"the kernel of chapter {tree.chapter:02} has none of {', '.join(FOLDERS)} yet",
            f"Name a folder of it: ./tessera coverage {tree.chapter:02} base",
        )
    found = [f"kernel/{name.strip('/').removeprefix('kernel/')}" for name in names]
    for name in found:
        if not (tree.root / name).exists():
            there = sorted(f.name for f in (tree.root / "kernel").iterdir() if f.is_dir())
            raise Misuse(
                f"chapter {tree.chapter:02} has no {name}", f"There are {', '.join(there)}."
            )
    return found
