"""What became of the mutants: for people, and in JSON."""
from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from tessera import console
from tessera.mutation import survivors
from tessera.mutation.execute import SURVIVED, UNREACHED, Verdict
from tessera.mutation.mutants import Mutant
from tessera.mutation.survivors import Survivor
from tessera.stages.store import write_whole

KILLED, LISTED, LEFT_OUT, NOT_RUN = "killed", "listed", "left out", "not run"

COLUMNS = ("file", "mutants", KILLED, SURVIVED, UNREACHED, LISTED, "score")


@dataclass(frozen=True)
class Result:
    """One mutant, how its run ended if there was one, and why it may survive, if that is known."""

    mutant: Mutant
    verdict: Verdict | None
    reason: str = ""

    @property
    def status(self) -> str:
        """In a word."""
        if self.mutant.left_out:
            return LEFT_OUT
        if self.verdict is None:
            return NOT_RUN
        if self.verdict.killed:
            return KILLED
        return LISTED if self.reason else self.verdict.ended

    @property
    def alive(self) -> bool:
        """Whether this one calls for a test."""
        return self.status in (SURVIVED, UNREACHED)

    @property
    def words(self) -> str:
        """A line on it."""
        mutant = self.mutant
        times = f" (no. {mutant.occurrence} in this line)" if mutant.occurrence > 1 else ""
        return f"{mutant.name}  {mutant.file}:{mutant.line}  {mutant.words}{times}"


def score(results: Sequence[Result]) -> float:
    """How many of those that were tried are killed, in per cent: what is listed is alive, too."""
    counts = Counter(result.status for result in results)
    tried = counts[KILLED] + counts[SURVIVED] + counts[UNREACHED] + counts[LISTED]
    return 100.0 * counts[KILLED] / tried if tried else 100.0


def out_of_date(results: Sequence[Result], listed: Sequence[Survivor]) -> list[Survivor]:
    """Entries that say of a mutant that it survives, and it is killed, or there is none like it."""
    files = {result.mutant.file for result in results}
    may_live = {r.mutant.key for r in results if r.status not in (KILLED, LEFT_OUT)}
    return [entry for entry in listed if entry.file in files and entry.key not in may_live]


def show(results: Sequence[Result]) -> None:
    """What lives, by file and line; a table; what was not tried."""
    for status in (SURVIVED, UNREACHED):
        living = [result for result in results if result.status == status]
        if living:
            console.out(f"{status}:", style="bold")
        for result in living:
            console.out(f"  {result.words}")
    run = [result for result in results if result.status not in (LEFT_OUT, NOT_RUN)]
    files = sorted({result.mutant.file for result in run})
    rows = [_row(file, [r for r in run if r.mutant.file == file]) for file in files]
    console.table(None, COLUMNS, [*rows, _row("all", run)])
    _show_left_out(results)


def _row(name: str, results: Sequence[Result]) -> list[str]:
    """The cells of one row."""
    counts = Counter(result.status for result in results)
    cells = [str(counts[status] or "") for status in (KILLED, SURVIVED, UNREACHED, LISTED)]
    return [name, str(len(results)), *cells, f"{score(results):.1f} %"]


def _show_left_out(results: Sequence[Result]) -> None:
    """How many were not tried, and why."""
    reasons = Counter(r.mutant.left_out for r in results if r.status == LEFT_OUT)
    waiting = sum(result.status == NOT_RUN for result in results)
    parts = [f"{count} {reason}" for reason, count in sorted(reasons.items())]
    if waiting:
        parts.append(f"{waiting} not asked for, or no time was left")
    if parts:
        console.out(f"not tried: {', '.join(parts)}")


def show_one(result: Result) -> None:
    """All about one mutant, with the entry that lists it."""
    verdict = result.verdict
    console.out(result.words)
    console.out(f"  in {result.mutant.function}: {result.mutant.text}")
    test = f", by {verdict.test} ({verdict.ended})" if verdict and verdict.killed else ""
    console.out(f"  {result.status}{test}{f': {result.reason}' if result.reason else ''}")
    if result.alive:
        console.out(f"\nIf no test can kill it, say why in {survivors.FILE}:\n")
        console.out(survivors.entry(result.mutant))


def write(results: Sequence[Result], file: Path) -> None:
    """The same as JSON."""
    rows = [
        {
            "id": r.mutant.name,
            "file": r.mutant.file,
            "line": r.mutant.line,
            "function": r.mutant.function,
            "operator": r.mutant.change.operator,
            "before": r.mutant.before,
            "after": r.mutant.change.after,
            "occurrence": r.mutant.occurrence,
            "status": r.status,
            "reason": r.mutant.left_out or r.reason,
            "ended": r.verdict.ended if r.verdict else "",
            "test": r.verdict.test if r.verdict else "",
            "seconds": round(r.verdict.seconds, 3) if r.verdict else 0,
        }
        for r in results
    ]
    write_whole(file, json.dumps({"score": score(results), "mutants": rows}, indent=1).encode())
