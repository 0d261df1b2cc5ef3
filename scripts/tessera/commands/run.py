"""Builds a chapter's kernel, boots it in QEMU and shows its serial output.

Without NN it is the chapter of this tree: the newest one, edited or not, or that of the tag you
are at. What is missing is set up first. In the end it says how the boot ended: exit status 0 if as the
chapter declares, 1 if not. A boot that is just as the chapter declares it, with none of the options
below, is also held against its expected log, chapters/NN/expected/; what differs is shown side by
side. `./tessera boot check` does so with all boots of the chapter, twice, and fails if one differs.

What you type goes to the kernel, but for two keys. Ctrl-A x switches the machine off, when you have
seen enough: exit status 0. Ctrl-C breaks off: exit status 130.
"""
from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.errors import Misuse
from tessera.numbers import positive
from tessera.tree import Tree, chapter_number

if TYPE_CHECKING:
    from tessera.boot.live import Wishes

HELP = "build a chapter, boot it in QEMU, show its serial output"

#: Options that change the machine, by the field of chapter.Machine.
_MACHINE = ("memory", "cpu", "cpus", "gic", "virtualization")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("chapter", metavar="NN", nargs="?", type=chapter_number,
                        help="which chapter (default: this tree's)")
    parser.add_argument("--boot", metavar="NAME",
                        help="which of its boots (default: the first in its chapter.toml)")
    parser.add_argument("--preset", default="kernel", choices=("kernel", "kernel-release", "clang"),
                        help="which build: debug with GCC (default), release, debug with Clang")
    other = parser.add_argument_group("what may differ from chapter.toml")
    other.add_argument("--memory", metavar="SIZE", help="RAM, such as 64M or 4G")
    other.add_argument("--cpu", metavar="NAME", help="processor, such as cortex-a72 or max")
    other.add_argument("--cpus", metavar="N", type=positive, help="number of processors")
    other.add_argument("--gic", metavar="N", type=positive, help="interrupt controller: 2 or 3")
    other.add_argument("--el2", dest="virtualization", default=None,
                       action=argparse.BooleanOptionalAction, help="enter the kernel at EL2")
    other.add_argument("--append", metavar="TEXT", help="the kernel command line")
    other.add_argument("--root-task", metavar="FILE", type=Path,
                       help="the first user program, from chapter 07 on: an ELF file, or one of "
                            "this tree's, such as userland/demos/c/ch14_clients")
    other.add_argument("--qemu", metavar="ARGS", default="",
                       help="more arguments for QEMU, such as --qemu='-d int,cpu_reset'")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Sets up, builds, boots."""
    from tessera import chapter as chapters, setup

    setup.ensure("test" if args.preset == "clang" else "run", tree=tree)
    number = tree.chapter if args.chapter is None else args.chapter
    chapter = chapters.load(tree, number)

    from tessera.boot import live
    from tessera.build import build

    wishes = _wishes(args)
    boot = live.adapt(chapter, chapter.boot(args.boot), wishes)
    stage = stage_tree(tree, number)
    build(stage, args.preset)
    return live.run(stage, args.preset, chapter, boot, wishes)


def _wishes(args: argparse.Namespace) -> Wishes:
    """The options that differ from chapter.toml."""
    from tessera.boot.live import Wishes

    try:
        qemu = shlex.split(args.qemu)
    except ValueError as error:
        raise Misuse(f"--qemu: {error}") from error
    machine = {name: getattr(args, name) for name in _MACHINE if getattr(args, name) is not None}
    return Wishes(machine, args.append, args.root_task, tuple(qemu))


def stage_tree(tree: Tree, number: int) -> Tree:
    """The tree to build: this one, or that of another stage. Brings the tags up to date."""
    if not tree.is_git:
        if number != tree.chapter:
            raise Misuse(f"this is not a git clone, so it has only chapter {tree.chapter:02}",
                         "Clone the repository to run the others.")
        return tree
    from tessera.stages import materialise
    from tessera.stages.tags import ensure_tags

    ensure_tags(tree)
    return materialise(tree, number)
