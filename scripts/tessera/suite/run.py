"""From a plan to results: build what the parts need, run CTest once, remember what was green."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.suite import ctest, plan, summary, together
from tessera.suite.builds import HOST, Builds, build_all
from tessera.suite.cache import Cache
from tessera.suite.outcome import FAILED, Outcome
from tessera.suite.plan import Part
from tessera.tree import Tree


def run(
    tree: Tree,
    parts: list[Part],
    presets: Sequence[str],
    pattern: str,
    jobs: int,
    *,
    use_cache: bool,
) -> int:
    """Runs the parts and reports; returns the exit status."""
    folder = tree.build / "test"
    cache = Cache(folder / "green.json")
    known = (
        {part: cache.get(part.prefix, part.key) for part in parts if part.key} if use_cache else {}
    )
    remembered = [outcome for outcomes in known.values() for outcome in outcomes or ()]
    to_run = [part for part in parts if known.get(part) is None]
    builds = _build(to_run, presets, jobs)
    broken = [outcome for built in builds for outcome in built.failed.values()]
    testless = {built.tree.root for built in builds if HOST in built.failed}
    selection = _selection(folder, to_run, testless, pattern)
    broken += _leave_out(selection, builds)
    fresh = [*broken, *_too_early(to_run, pattern), *run_selected(selection, jobs)]
    if not (remembered or fresh):
        raise Misuse(
            f"no test matches '{pattern}'" if pattern else "there are no tests",
            "./tessera test --list shows all.",
        )
    if not pattern:
        _remember(cache, to_run, fresh)
    summary.show(
        [*remembered, *fresh],
        {outcome.name for outcome in remembered},
        str(folder / "Testing/Temporary/LastTest.log"),
    )
    return int(any(outcome.status == FAILED for outcome in fresh))


def list_tests(
    tree: Tree, parts: list[Part], presets: Sequence[str], pattern: str, jobs: int
) -> int:
    """Prints the names of all tests; builds first, because the unit tests are asked for theirs.

    In a folder of its own: a run that is under way in the other one goes on undisturbed.
    """
    for built in _build(parts, presets, jobs):
        for outcome in built.failed.values():
            raise Failure(outcome.output)
    for name in ctest.names(_selection(tree.build / "test/list", parts, set(), pattern)):
        console.out(name)
    return 0


def _build(parts: list[Part], presets: Sequence[str], jobs: int) -> list[Builds]:
    """Builds the parts' trees."""
    return build_all((part.tree for part in parts if part.tree is not None), presets, jobs)


def run_selected(selection: ctest.Selection, jobs: int) -> list[Outcome]:
    """Runs the selected tests: first what can run together, then one by one what is left."""
    company = together.run(selection, jobs)
    selection.done = {outcome.name for outcome in company.green}
    alone = ctest.run(selection, jobs)
    return [*company.green, *alone, *company.contradictions(alone)]


def _leave_out(selection: ctest.Selection, builds: list[Builds]) -> list[Outcome]:
    """Takes out of a selection the tests of kernels that did not build: they are skipped."""
    if not any(built.failed for built in builds):
        return []
    names = ctest.names(selection)
    skipped = [outcome for built in builds for outcome in built.skipped(names)]
    selection.exclude += [f"^{re.escape(outcome.name)}$" for outcome in skipped]
    return skipped


def _selection(folder: Path, parts: list[Part], broken: set[Path], pattern: str) -> ctest.Selection:
    """The CTest run over these parts. What else the build folders hold is excluded."""
    trees = {
        part.tree.root: part.tree
        for part in parts
        if part.tree is not None and part.tree.root not in broken
    }
    wanted = {part.prefix for part in parts}
    present = {
        prefix for tree in trees.values() for prefix in (f"{tree.chapter:02}.", *plan.COMMON)
    }
    return ctest.Selection(
        folder,
        builds=[tree.preset("host") for tree in trees.values()],
        commands=[part.command for part in parts if part.command is not None],
        only=pattern,
        exclude=[Part(prefix, None).pattern for prefix in sorted(present - wanted)],
    )


def _too_early(parts: list[Part], pattern: str) -> list[Outcome]:
    """What the stages asked for are too early for; silent when only some tests are wanted."""
    if pattern:
        return []
    return [
        outcome
        for part in parts
        if part.tree and part.prefix[0].isdigit()
        for outcome in plan.too_early(part.tree)
    ]


def _remember(cache: Cache, parts: list[Part], fresh: list[Outcome]) -> None:
    """Records the parts that are green and forgets the others' earlier results."""
    for part in parts:
        if part.key:
            cache.put(part.prefix, part.key, [outcome for outcome in fresh if part.owns(outcome)])
    cache.save()
