"""Checks the golden boots of this tree's chapter, as its chapters/NN/chapter.toml declares them.

A golden boot passes when it ends as declared, when two boots of the same image print the same
bytes, and when the log, with times and addresses replaced, is chapters/NN/expected/NAME.log.

`./tessera test` runs all of them; this command is for one at a time. When a log has changed and
the new one is right, `boot check NAME --accept` records it and shows what changed.
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
    listing.add_argument("--cmake", action="store_true", help="print CTest registrations instead")
    listing.set_defaults(action=_list)

    check = actions.add_parser("check", help="check one boot, or all", allow_abbrev=False,
                               description="Boots the kernel and compares its log. Exit status 1 when a check fails.")
    check.add_argument("name", metavar="NAME", nargs="?", help="the boot; without it, every one")
    check.add_argument("--preset", default="kernel", choices=("kernel", "clang", "kernel-release"),
                       help="which build to boot (of kernel-release, the log is not compared)")
    check.add_argument("--accept", action="store_true", help="record the new log as the expected one")
    check.add_argument("--once", action="store_true", help="leave out the second boot, which proves that the first is repeatable")
    check.add_argument("--no-build", action="store_true", help="boot what has been built, as it is")
    check.set_defaults(action=_check)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs the action."""
    return args.action(args, tree)


def _list(args: argparse.Namespace, tree: Tree) -> int:
    """`boot list`."""
    from tessera import chapter as chapters, console

    chapter = chapters.load(tree, tree.chapter)
    if args.cmake:
        from tessera.boot import registration

        print(registration.cmake(chapter, tree.root), end="")
        return 0
    rows = [(boot.name, boot.ends, "console dialogue" if boot.dialogue else "repeatable") for boot in chapter.boots]
    console.table(f"Boots of chapter {chapter.number:02}: {chapter.title}", ("name", "ends", "kind"), rows)
    return 0


def _check(args: argparse.Namespace, tree: Tree) -> int:
    """`boot check`."""
    from tessera.boot.check import check_boots
    from tessera.boot.report import show

    if not args.no_build:
        from tessera import setup
        from tessera.build import build

        setup.ensure("run", tree=tree)
        build(tree, args.preset)
    outcomes = check_boots(tree, accept=args.accept, names=[args.name] if args.name else None,
                           preset=args.preset, once=args.once)
    for outcome in outcomes:
        show(outcome, tree)
    return 0 if all(outcome.passed for outcome in outcomes) else 1
