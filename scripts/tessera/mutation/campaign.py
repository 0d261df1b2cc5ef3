"""A whole run: find the mutants, build them, try them on the tests."""
from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Callable, Sequence

from tessera import console
from tessera.errors import Misuse
from tessera.mutation import sources, survivors
from tessera.mutation.execute import Crew, Program, Verdict
from tessera.mutation.mutants import Mutant
from tessera.mutation.report import Result
from tessera.mutation.shadow import Shadow, Sheet
from tessera.tree import Tree


#: A sample is taken from so many sources.
SAMPLED = 3


@dataclass
class Campaign:
    """The mutants of some sources of a tree."""

    tree: Tree
    names: Sequence[str]  # folders and files below the tree's root
    jobs: int
    sample: int | None = None  # no more than so many, in a few sources

    def __post_init__(self) -> None:
        self.shadow = Shadow(self.tree)
        files = sources.listed(self.tree, self.names)
        if self.sample:
            files = sources.few(self.tree, files, SAMPLED)
        with console.busy("looking for places to mutate"):
            self.sheets: list[Sheet] = sources.sheets(self.shadow, files, self.jobs)

    @property
    def mutants(self) -> dict[int, Mutant]:
        """All of them, by number."""
        return {number: m for sheet in self.sheets for number, m in sheet.mutants.items()}

    def run(self, wanted: Callable[[Mutant], bool], minutes: float | None = None) -> list[Result]:
        """Tries the wanted mutants; with a limit of any kind, in an order that chance has picked."""
        programs = [Program(path) for path in self.shadow.build(self.sheets, self.jobs)]
        numbers = [n for n, m in self.mutants.items() if not m.left_out and wanted(m)]
        if self.sample or minutes:
            numbers = sorted(numbers, key=lambda n: self.mutants[n].name)[: self.sample]
        with console.busy("running the tests without a mutant"):
            for program in programs:
                program.record()
        deadline = time.monotonic() + 60 * minutes if minutes else None
        return self._results(self._try(Crew(programs, self.jobs, deadline), numbers))

    def _try(self, crew: Crew, numbers: Sequence[int]) -> dict[int, Verdict]:
        """Runs the crew and shows how far it is."""
        lock = threading.Lock()
        with console.progress(f"{len(numbers)} mutants") as show:

            def done(_: int) -> None:
                with lock:
                    verdicts = list(crew.verdicts.values())
                    living = sum(not verdict.killed for verdict in verdicts)
                    show(100 * len(verdicts) / len(numbers), f"tried, {living} alive")

            return crew.run(numbers, done)

    def _results(self, verdicts: dict[int, Verdict]) -> list[Result]:
        """Mutants, verdicts and listed reasons together."""
        reasons = {entry.key: entry.reason for entry in survivors.read(self.tree.root)}
        return [
            Result(mutant, verdicts.get(number), reasons.get(mutant.key, ""))
            for number, mutant in self.mutants.items()
        ]

    @property
    def is_held(self) -> bool:
        """Whether nothing may survive unlisted: all of some sources of the newest chapter."""
        return not self.sample and self.tree.chapter >= max(self.tree.chapters, default=0)

    def named(self, name: str) -> Mutant:
        """The mutant with this name, of which the beginning is enough."""
        found = [mutant for mutant in self.mutants.values() if mutant.name.startswith(name)]
        if len(found) != 1:
            raise Misuse(
                f"{len(found) or 'no'} mutants here have a name that begins with '{name}'",
                "./tessera mutate --list names them all.",
            )
        return found[0]
