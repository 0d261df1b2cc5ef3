"""Build every chapter and run every test there is: unit tests, checks and boots of each chapter,
the tests of these tools, and at every tag what a reader does there. Sets up what is missing first.

With a chapter (`./tessera test 03`), and at a chapter's tag, only what belongs to that chapter.

Results that were green are remembered by content: a chapter whose sources, tools and tool chain
have not changed is not run again. `--all`, or CI=true in the environment, runs everything.

`--qemu 10` runs the golden boots (or what -k matches) on the QEMU 10 of Debian's backports, which
forgives less: with the MMU off it faults on unaligned accesses. It is optional, and for root: QEMU
10 gets a chroot of its own in build/qemu-10, which is made the first time and takes half a GiB.
"""
from __future__ import annotations

import argparse
import os

from tessera import console
from tessera.numbers import positive
from tessera.tree import Tree, chapter_number

HELP = "build everything and run every test"

#: The kernel with both compilers, the optimised one, and the host build that brings the tests.
PRESETS = ("kernel", "kernel-release", "clang", "host")

#: The tests that are run on another QEMU unless some are named.
GOLDEN_BOOTS = r"^[0-9]+\.boot\."


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `./tessera test`."""
    parser.add_argument(
        "chapter", nargs="?", type=chapter_number, metavar="NN", help="only this chapter"
    )
    parser.add_argument(
        "--all", action="store_true", help="run also what was green and has not changed"
    )
    parser.add_argument(
        "-k",
        metavar="PATTERN",
        default="",
        help="only tests whose name matches this regular expression",
    )
    parser.add_argument(
        "-j",
        type=positive,
        metavar="N",
        default=os.cpu_count() or 1,
        help="tests and compilers at a time (%(default)s)",
    )
    parser.add_argument(
        "--qemu", choices=("10",), help="run the golden boots on this QEMU, in a chroot (root only)"
    )
    parser.add_argument("--list", action="store_true", help="list the tests, run none")
    parser.add_argument("--at-tag", action="store_true", help=argparse.SUPPRESS)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Everything from set-up to the summary; 1 when a test failed."""
    from tessera import setup

    setup.ensure("test", tree=tree)
    if os.environ.get("CI") == "true":
        _set_up_site_tests(tree)
    if args.at_tag:
        from tessera.suite import at_tag

        return at_tag.check(tree, args.chapter)
    if args.qemu:
        from tessera.suite import second_qemu

        os.environ["TESSERA_QEMU"] = str(second_qemu.ensure(tree))
        args.k = args.k or GOLDEN_BOOTS
    from tessera.suite import ctest, plan, run

    ctest.check_pattern(tree.build / "test/list", args.k)
    parts = plan.make(tree, args.chapter)
    if args.list:
        return run.list_tests(tree, parts, PRESETS, args.k, args.j)
    everything = args.all or os.environ.get("CI") == "true"
    if everything and not args.all:
        console.step("CI=true: every test runs, whatever is remembered")
    return run.run(tree, parts, PRESETS, args.k, args.j, use_cache=not (everything or args.k))


def _set_up_site_tests(tree: Tree) -> None:
    """In CI the book is rendered and looked at in a browser; elsewhere, where that is installed."""
    from tessera import setup
    from tessera.book import npm

    setup.ensure("browser", tree=tree)
    npm.ensure(tree.root)
