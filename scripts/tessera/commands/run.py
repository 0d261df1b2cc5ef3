"""Builds a chapter's kernel, boots it in QEMU and shows its serial output.

Without NN it is the chapter of this tree: the newest one, edited or not, or that of the tag you
are at. What is missing is set up first. What you type goes to the kernel; Ctrl-C or Ctrl-A x stops.

The exit status is 0 when the boot ends as the chapter declares, 1 when it does not.
"""
from __future__ import annotations

import argparse

from tessera.errors import Misuse
from tessera.tree import Tree

HELP = "build a chapter, boot it in QEMU, show its serial output"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("chapter", metavar="NN", nargs="?", type=_chapter_number, help="which chapter (default: this tree's)")
    parser.add_argument("--boot", metavar="NAME", help="which of its boots (default: the first in its chapter.toml)")
    parser.add_argument("--preset", default="kernel", choices=("kernel", "kernel-release", "clang"),
                        help="which build: debug with GCC (default), release, debug with Clang")
    machine = parser.add_argument_group("another machine than the chapter's")
    machine.add_argument("--memory", metavar="SIZE", help="RAM, such as 64M or 4G")
    machine.add_argument("--cpu", metavar="NAME", help="processor, such as cortex-a72 or max")
    machine.add_argument("--cpus", metavar="N", type=int, help="number of processors")
    machine.add_argument("--gic", type=int, choices=(2, 3), help="version of the interrupt controller")
    machine.add_argument("--el2", dest="virtualization", action="store_true", default=None, help="enter the kernel at EL2")
    machine.add_argument("--root-task", metavar="FILE", help="the first user program, an ELF file (chapter 07 and later)")
    machine.add_argument("--append", metavar="TEXT", help="the kernel command line")
    machine.add_argument("--qemu", metavar="ARGS", default="", help="more arguments for QEMU, such as --qemu='-d int'")


def _chapter_number(word: str) -> int:
    """`3` and `03` are chapter 3."""
    if not (word.isascii() and word.isdigit() and 0 < int(word) < 100):
        raise argparse.ArgumentTypeError(f"'{word}' is not a chapter number such as 03")
    return int(word)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Sets up, builds, boots."""
    from tessera import chapter as chapters, setup
    from tessera.boot import live

    setup.ensure("run", tree=tree)
    number = args.chapter or tree.chapter
    chapter = chapters.load(tree, number)
    boot = live.adapt(chapter, chapter.boot(args.boot), args)
    stage = stage_tree(tree, number)
    from tessera.build import build

    build(stage, args.preset)
    return live.run(stage, chapter, boot, args)


def stage_tree(tree: Tree, number: int) -> Tree:
    """The tree to build: this one, or that of another stage. Tags are brought up to date on the way."""
    if not tree.is_git:
        if number != tree.chapter:
            raise Misuse(f"this is not a git clone, so only its own chapter, {tree.chapter:02}, can be run",
                         "Clone the repository for the others.")
        return tree
    from tessera.stages import materialise
    from tessera.stages.tags import ensure_tags

    ensure_tags(tree)
    return materialise(tree, number)
