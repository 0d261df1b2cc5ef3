"""Puts small mistakes into the kernel, one at a time, and tells which of them no unit test notices.

    ./tessera mutate                      # object/, lifecycle/, ipc/, syscall/ and sched/
    ./tessera mutate 06 object            # this folder, or file, of chapter 06's kernel
    ./tessera mutate --since origin/main  # only in lines that have changed since then
    ./tessera mutate --only 10ce09b4      # this one; tells all about it

A mistake (a mutant) is another comparison, a condition turned round, a number off by one, a
statement left out, another error returned. One that survives says that a test is missing: the lines
run, and nobody looks at what they do. Some change nothing that could be seen; those are listed, with
the reason, in tests/mutation/survivors.toml. All results go to build/mutation/report.json too.

Exit status 1 when less than 90 % of those tried are killed (of a sample, 75 %); in the newest
chapter also when one survives that is not listed, or is listed and does not survive.
`./tessera test` tries a sample in the newest chapter.
"""
from __future__ import annotations

import argparse
import os
import re
from typing import Callable, Iterator

from tessera import console
from tessera.commands.coverage import FOLDERS, places, split
from tessera.errors import Failure, Misuse
from tessera.numbers import positive
from tessera.tree import Tree

HELP = "show which mistakes no unit test notices"

#: How many of the mutants that are tried have to be killed, in per cent; and how many of a sample,
#: which may meet the weakest corner.
LEAST, LEAST_OF_SAMPLE = 90.0, 75.0

_HUNK = re.compile(r"^\+\+\+ b/(.*)$|^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument(
        "what", nargs="*", metavar="NN | FOLDER", help="a chapter; folders or files of its kernel"
    )
    parser.add_argument("--list", action="store_true", help="list the mutants, run none")
    parser.add_argument("--only", metavar="ID", help="only this mutant")
    parser.add_argument("--since", metavar="REF", help="only lines changed since this commit")
    parser.add_argument(
        "--sample",
        type=positive,
        metavar="N",
        help="only N, in a few sources; the same ones until an edit",
    )
    parser.add_argument("--minutes", type=positive, metavar="N", help="try no more after so long")
    parser.add_argument(
        "-j",
        type=positive,
        metavar="N",
        default=os.cpu_count() or 1,
        help="tests and compilers at a time (%(default)s)",
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Finds the mutants and tries them."""
    from tessera import setup

    chapter, names = split(args.what)
    setup.ensure("test", tree=tree)
    from tessera.mutation.campaign import Campaign
    from tessera.stages import materialise
    from tessera.stages.store import locked

    here = tree if chapter is None else materialise(tree, chapter)
    wanted = _since(here, args.since) if args.since else lambda mutant: True
    names = names or [name for name in FOLDERS if (here.root / "kernel" / name).is_dir()]
    (here.build / "mutation").mkdir(parents=True, exist_ok=True)
    with locked(here.build / "mutation/lock", "mutants of this tree are being tried; waiting"):
        campaign = Campaign(here, places(here, names), args.j, args.sample)
        if args.list:
            return _list(campaign, wanted)
        if args.only:
            return _only(campaign, args.only)
        return _report(campaign, campaign.run(wanted, args.minutes))


def _since(tree: Tree, revision: str) -> Callable[..., bool]:
    """Whether a mutant lies in a line that has changed since a commit."""
    if tree.git.resolve(f"{revision}^{{commit}}") is None:
        raise Misuse(f"--since: there is no commit '{revision}'")
    changed: set[tuple[str, int]] = set()
    file = ""
    for found in _HUNK.finditer(tree.git.out("diff", "--unified=0", revision, "--", "kernel")):
        file = found[1] or file
        start, count = int(found[2] or 0), int(found[3] or 1)
        changed |= {(file, line) for line in range(start, start + count)}
    return lambda mutant: (mutant.file, mutant.line) in changed


def _list(campaign, wanted: Callable[..., bool]) -> int:
    """All mutants, a line each."""
    from tessera.mutation.report import Result

    for mutant in filter(wanted, campaign.mutants.values()):
        note = f"  (left out: {mutant.left_out})" if mutant.left_out else ""
        console.out(f"{Result(mutant, None).words}{note}")
    return 0


def _only(campaign, name: str) -> int:
    """One mutant."""
    from tessera.mutation import report

    key = campaign.named(name).key
    results = campaign.run(lambda mutant: mutant.key == key)
    result = next(result for result in results if result.mutant.key == key)
    report.show_one(result)
    return int(result.alive)


def _report(campaign, results) -> int:
    """Everything, and whether it is enough."""
    from tessera.mutation import report

    report.show(results)
    report.write(results, campaign.tree.build / "mutation/report.json")
    if mistakes := list(_mistakes(campaign, results)):
        raise Failure("\n".join(mistakes), "./tessera mutate --only ID tells more about one.")
    return 0


def _mistakes(campaign, results) -> Iterator[str]:
    """What is not as it has to be."""
    from tessera.mutation import report, survivors

    least = LEAST_OF_SAMPLE if campaign.sample else LEAST
    if (killed := report.score(results)) < least:
        yield f"{killed:.1f} % of the mutants are killed, and it has to be {least:g} %"
    if not campaign.is_held:
        return
    if alive := sum(result.alive for result in results):
        yield f"{survivors.FILE} does not say why {alive} of them survive"
    for entry in report.out_of_date(results, survivors.read(campaign.tree.root)):
        what = f"{entry.file}: {entry.line}: {entry.change}"
        yield f"{survivors.FILE}: no survivor is like this: {what}"
