"""Measures how long things take: the tool on this machine, or the kernel's operations.

`bench tool` measures what a reader and an author wait for: `./tessera run` with nothing to do, a
one-line change of the kernel until its output appears, making all tags, and the whole of
`./tessera test`. It works in a clone of HEAD in a temporary folder; uncommitted changes are not
measured, and nothing in this tree is touched. Each figure is the median of several runs.

`bench kernel` counts the instructions that system calls cost, with those of seL4 beside them. The
release kernel runs on a machine on which each instruction takes a nanosecond, so the figures are
the same on every host.
"""
from __future__ import annotations

import argparse
import json

from tessera.numbers import positive
from tessera.tree import Tree

HELP = "how long things take: the tool here, or the kernel's operations"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`bench tool [--quick] [--runs N]`, `bench kernel [--check | --accept] [--json]`"""
    subjects = parser.add_subparsers(metavar="SUBJECT", required=True)
    tool = subjects.add_parser(
        "tool",
        help="./tessera itself, on this machine",
        allow_abbrev=False,
        description="Measures what readers and authors wait for.",
    )
    tool.add_argument(
        "--quick", action="store_true", help="leave out the runs of the whole `./tessera test`"
    )
    tool.add_argument(
        "--runs",
        type=positive,
        default=5,
        metavar="N",
        help="runs of each measurement (default: 5)",
    )
    tool.set_defaults(measure=_tool)
    kernel = subjects.add_parser(
        "kernel",
        help="the kernel's operations, in instructions, beside seL4's",
        allow_abbrev=False,
        description="Counts the instructions of system calls, and what they cost as the system grows. "
        "tests/bench/kernel.toml remembers the figures.",
    )
    what = kernel.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="exit status 1 if an operation costs more than is remembered",
    )
    what.add_argument(
        "--accept", action="store_true", help="remember the new figures, in the book too"
    )
    kernel.add_argument(
        "--json", action="store_true", help="print the figures as JSON and nothing else"
    )
    kernel.set_defaults(measure=_kernel)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Measures, then prints."""
    return args.measure(args, tree)


def _tool(args: argparse.Namespace, tree: Tree) -> int:
    """`bench tool`."""
    from tessera import setup
    from tessera.benchmark import figures, tool

    setup.ensure("run" if args.quick else "test", tree=tree)
    figures.show(list(tool.measure(tree, args.runs, quick=args.quick)))
    return 0


def _kernel(args: argparse.Namespace, tree: Tree) -> int:
    """`bench kernel`."""
    from tessera import setup
    from tessera.benchmark import costs, kernel, kernel_report, page
    from tessera.boot import files

    setup.ensure("run", tree=tree)
    now = kernel.measure(tree, quiet=args.json)
    if args.json:
        print(json.dumps(now.plain(), indent=2))
    else:
        kernel_report.show(now)
    if args.accept:
        costs.save(tree, now)
        files.write(page.file_of(tree), page.page(now).encode())
    return 0 if not args.check or kernel_report.check(tree, now) else 1
