"""Grades submissions: patches that `exercise submit` made, folders, or git URLs.

    ./tessera grade handed-in/*                       a table
    ./tessera grade --exercise 03/esr ada/ bob.patch  whatever they say they are for
    ./tessera grade handed-in/* --csv marks.csv --junit report.xml --reports reports/

Each is graded in a process and a folder of its own, and only what the exercise lets a student
change is taken from it. Its programs run in a jail (bubblewrap, where it is installed) within
limits of time, memory and output; book/instructor/40-threat-model.md says what that keeps out.

Exit status 0 when every submission was graded, whatever its points; 1 when one could not be.
"""
from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

from tessera.numbers import positive
from tessera.tree import Tree

if TYPE_CHECKING:
    from tessera.grading.many import Wishes
    from tessera.grading.report import Report

HELP = "grade what students have handed in"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    what = "a patch, a folder or a git URL"
    parser.add_argument("sources", metavar="SUBMISSION", nargs="+", help=what)
    parser.add_argument("-e", "--exercise", metavar="ID", default="", help="which, for all of them")
    parser.add_argument("-j", metavar="N", type=positive, default=os.cpu_count() or 1,
                        help="how many at a time (%(default)s)")
    parser.add_argument("--overlay", metavar="DIR", type=Path, help="your own exercises and tests")
    parser.add_argument("--seeds", metavar="FILE", type=Path, help="CSV: submission, seed")
    parser.add_argument("--kit", metavar="DIR", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="keep the folders that were graded in")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what every test said")
    out = parser.add_argument_group("results, beside the table")
    out.add_argument("--csv", metavar="FILE", type=Path, help="a mark book")
    out.add_argument("--junit", metavar="FILE", type=Path, help="JUnit's XML")
    out.add_argument("--reports", metavar="DIR", type=Path, help="JSON, one file a submission")
    one = "for one submission"
    out.add_argument("--gradescope", metavar="FILE", type=Path, help=f"results.json, {one}")
    out.add_argument("--classroom", metavar="FILE", type=Path,
                     help=f"what GitHub Classroom's reporter reads, {one}")
    for hidden in ("--worker", "--name", "--seed"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Grades, shows, writes."""
    from tessera import console, setup

    _check(args, tree)
    setup.ensure("grade", tree=tree)
    if args.worker:
        return _worker(args, tree)
    from tessera.grading import formats, jail, many

    console.step(f"isolation: {jail.best().name}")
    reports = many.grade(tree, args.sources, _wishes(args), lambda r: _tell(r, args.verbose))
    console.table(None, ("submission", "exercise", "points", "status", "failed", "took"),
                  formats.table(reports))
    _write(args, reports)
    return int(any(report.error for report in reports))


def _check(args: argparse.Namespace, tree: Tree) -> None:
    """What can be wrong for all of them, before anything is installed or built."""
    from tessera.errors import Misuse
    from tessera.exercises import catalog

    if len(args.sources) > 1 and (args.gradescope or args.classroom):
        raise Misuse("--gradescope and --classroom are for one submission")
    if args.exercise and not args.kit:
        catalog.find(tree, args.exercise, args.overlay)


def _wishes(args: argparse.Namespace) -> Wishes:
    """The options."""
    from tessera.grading.many import Wishes, read_seeds

    seeds = read_seeds(args.seeds) if args.seeds else None
    overlay = args.overlay.resolve() if args.overlay else None
    return Wishes(args.exercise, args.kit, overlay, seeds, args.j, args.keep)


def _tell(report: Report, verbose: bool) -> None:
    """One submission, as it is finished."""
    from tessera import console

    console.step(f"{report.submission}: {report.points} of {report.possible} points")
    for line in (report.error.splitlines() if report.error else []) + report.notes:
        console.out(f"    {line}")
    for mark in report.marks if verbose else []:
        console.out(f"  {mark.name}: {mark.status}, {mark.points} of {mark.possible} points")
        for line in mark.details.splitlines():
            console.out(f"      {line}")


def _write(args: argparse.Namespace, reports: Sequence[Report]) -> None:
    """The other forms."""
    from tessera.grading import formats
    from tessera.stages.store import write_whole

    if args.csv:
        write_whole(args.csv, formats.book(reports).encode())
    if args.junit:
        write_whole(args.junit, formats.junit(reports).encode(errors="replace"))
    for report in reports if args.reports else []:
        write_whole(args.reports / f"{report.submission}.json", report.dump().encode())
    if args.gradescope:
        write_whole(args.gradescope, formats.gradescope(reports[0]).encode())
    if args.classroom:
        write_whole(args.classroom, formats.classroom(reports[0]).encode())


def _worker(args: argparse.Namespace, tree: Tree) -> int:
    """One submission, for the process that has started this one."""
    from tessera.grading import kit, worker
    from tessera.stages.store import write_whole

    result = Path(args.worker)
    report = worker.grade(
        kit.open_at(args.kit), args.sources[0], args.name, args.seed or "",
        os.environ["TESSERA_NONCE"], result.with_suffix(""), tree,
    )
    write_whole(result, report.dump().encode())
    return 0
