"""What `./tessera test` says at the end: failures with their output, one table, one line."""
from __future__ import annotations

from typing import Iterable

from tessera import console
from tessera.suite.outcome import FAILED, PASSED, SKIPPED, Outcome

#: Kinds of tests in the order in which a reader meets them; others follow.
KINDS = ("build", "unit", "check", "boot", "matrix", "exercise", "at-tag")

#: How much of one failed test's output is shown; CTest's log has all of it.
SHOWN_LINES = 200

#: So many of the tests that took longest are named, and none that was quicker than this.
LONGEST, WORTH_NAMING_SECONDS = 10, 5.0


def show(outcomes: list[Outcome], cached: set[str], log: str) -> None:
    """The whole report. `cached` names the tests whose results are from an earlier run."""
    failed = [outcome for outcome in outcomes if outcome.status == FAILED]
    for outcome in failed:
        _show_failure(outcome)
    _show_skipped([outcome for outcome in outcomes if outcome.status == SKIPPED])
    console.out()
    _show_table(outcomes, cached)
    _show_longest([outcome for outcome in outcomes if outcome.name not in cached])
    if cached:
        console.out(
            f"{len(cached)} of these results are remembered: nothing that those tests read has "
            "changed. --all runs them again."
        )
    if failed:
        console.out(
            f"Everything the tests said is in {log}. One test again: ./tessera test NN -k NAME"
        )
    counts = {
        status: sum(o.status == status for o in outcomes) for status in (PASSED, FAILED, SKIPPED)
    }
    console.out(
        f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped",
        style="bold red" if failed else "bold green",
    )


def _show_failure(outcome: Outcome) -> None:
    """A failed test with what it said."""
    console.out()
    console.out(f"──── {outcome.name} failed after {outcome.seconds:.1f} s ────", style="red")
    lines = outcome.output.splitlines()
    for line in lines[:SHOWN_LINES]:
        console.out(line)
    if len(lines) > SHOWN_LINES:
        console.out(f"… and {len(lines) - SHOWN_LINES} more lines")


def _show_skipped(skipped: list[Outcome]) -> None:
    """Skipped tests, each with its reason."""
    if skipped:
        console.out()
    for outcome in skipped:
        console.out(f"- {outcome.name}: {outcome.reason}")


def _show_longest(fresh: list[Outcome]) -> None:
    """Where the time went: the tests of this run that took longest."""
    slow = [outcome for outcome in fresh if outcome.seconds >= WORTH_NAMING_SECONDS]
    if not slow:
        return
    console.out("These took longest:")
    for outcome in sorted(slow, key=lambda one: -one.seconds)[:LONGEST]:
        console.out(f"{outcome.seconds:6.0f} s  {outcome.name}")


def _show_table(outcomes: list[Outcome], cached: set[str]) -> None:
    """One row a chapter, one for the tools."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.group == "tools", o.group)):
        groups.setdefault(outcome.group, []).append(outcome)
    chapters = [o.kind for o in outcomes if o.group != "tools"]
    kinds = sorted(
        set(chapters), key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)
    )
    tools = ["tools"] if "tools" in groups else []
    rows = [_row(group, of_group, [*kinds, *tools], cached) for group, of_group in groups.items()]
    console.table(None, ("chapter", *kinds, *tools, "remembered" if cached else "", ""), rows)


def _row(group: str, outcomes: list[Outcome], kinds: list[str], cached: set[str]) -> list[str]:
    """The cells of one row: `passed of all`, or just the number when all passed."""
    cells = []
    for kind in kinds:
        whole = kind == "tools" == group
        cells.append(_cell([o for o in outcomes if whole or o.kind == kind]))
    remembered = sum(outcome.name in cached for outcome in outcomes)
    verdict = "✗" if any(outcome.status == FAILED for outcome in outcomes) else "✓"
    return [group, *cells, str(remembered or ""), verdict]


def _cell(outcomes: Iterable[Outcome]) -> str:
    """How many of these passed; skipped ones are counted neither way."""
    counted = [outcome for outcome in outcomes if outcome.status != SKIPPED]
    passed = sum(outcome.status == PASSED for outcome in counted)
    return (
        ""
        if not counted
        else str(passed)
        if passed == len(counted)
        else f"{passed} of {len(counted)}"
    )
