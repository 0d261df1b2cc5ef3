"""Checks the golden boots of this tree's chapter, as its chapters/NN/chapter.toml declares them.

A golden boot passes when it ends as declared, when two boots of the same image print the same
bytes, and when its log, with times, addresses and the like replaced, is the one in
chapters/NN/expected/. `./tessera test` runs all of them; this command is for one at a time.
"""
from __future__ import annotations

import argparse

from tessera.tree import Tree

HELP = "list and check this chapter's golden boots"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list the boots", allow_abbrev=False,
                                 description="Lists this chapter's boots and how each must end.")
    listing.add_argument("--cmake", action="store_true", help="as CTest registrations, for CMake")
    listing.set_defaults(action=_list)
    check = actions.add_parser(
        "check", help="check one boot, or all of them", allow_abbrev=False,
        description="Boots the kernel and checks its log. Exit status 1 when a check fails.")
    check.add_argument("name", metavar="NAME", nargs="?", help="the boot (default: every one)")
    check.add_argument("--preset", default="kernel", choices=("kernel", "clang", "kernel-release"),
                       help="which build to boot; kernel-release's log is not compared")
    check.add_argument("--accept", action="store_true",
                       help="record the log as the expected one, and show what changed")
    check.add_argument("--once", action="store_true",
                       help="leave out the second boot, which shows that the first is repeatable")
    check.add_argument("--no-build", action="store_true", help="boot what is built, as it is")
    check.set_defaults(action=_check)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs the action."""
    return args.action(args, tree)


def _list(args: argparse.Namespace, tree: Tree) -> int:
    """`boot list`."""
    from tessera import chapter as chapters, console
    from tessera.boot import registration

    chapter = chapters.load(tree, tree.chapter)
    if args.cmake:
        print(registration.cmake(chapter, tree.root), end="")
        return 0
    rows = [(boot.name, boot.ends, "no: console dialogue" if boot.dialogue else "yes")
            for boot in chapter.boots]
    console.table(f"Boots of chapter {chapter.number:02}, {chapter.title}",
                  ("name", "ends", "raw identity"), rows)
    return 0


def _check(args: argparse.Namespace, tree: Tree) -> int:
    """`boot check`."""
    from tessera.boot.check import check_boots
    from tessera.boot.report import show

    if not args.no_build:
        from tessera import setup
        from tessera.build import build

        setup.ensure("test" if args.preset == "clang" else "run", tree=tree)
        build(tree, args.preset)
    outcomes = check_boots(tree, accept=args.accept, names=[args.name] if args.name else None,
                           preset=args.preset, once=args.once)
    for outcome in outcomes:
        show(outcome)
    return 0 if all(outcome.passed for outcome in outcomes) else 1
