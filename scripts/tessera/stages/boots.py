"""The seam between the stage stack and the golden boots."""
from __future__ import annotations

from typing import Iterable

from tessera import console
from tessera.stages.checkout import materialise
from tessera.tree import Tree


def boot_stage(tree: Tree, number: int, *, accept: bool) -> bool:
    """Builds one stage and checks its golden boots, showing what differs. True when all is well.

    `accept` records the new logs, in the main tree's chapters/.
    """
    from tessera import setup
    from tessera.boot.check import Verdict, check_boots
    from tessera.boot.report import show
    from tessera.build import build

    setup.ensure("run", tree=tree)
    stage = materialise(tree, number)
    build(stage, "kernel")
    outcomes = check_boots(stage, accept=accept)
    for outcome in outcomes:
        if outcome.verdict is not Verdict.PASSED:
            show(outcome)
    return all(outcome.passed for outcome in outcomes)


def check(tree: Tree, numbers: Iterable[int], hint: str, *, accept: bool = False) -> bool:
    """Boots the given stages; says which fail, and by `hint` what to do about it."""
    numbers, bad = list(numbers), []
    for number in numbers:
        console.step(f"booting stage {number:02}")
        if not boot_stage(tree, number, accept=accept):
            bad.append(f"{number:02}")
    if bad:
        console.error(f"golden boots fail in stage {', '.join(bad)}", hint)
    elif numbers:
        console.good(
            f"golden boots pass in stage {', '.join(f'{number:02}' for number in numbers)}"
        )
    return not bad
