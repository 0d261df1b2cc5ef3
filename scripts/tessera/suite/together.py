"""Unit tests in company: each program runs all its tests at once before CTest runs any by itself.

A process of its own costs a test fifteen times what the test does: starting a program with the
sanitizers in it is nearly all. So a program first runs in one process what is selected of it. If it
ends well, its tests are green, each with its own time. If not, none of that counts: CTest runs each
test by itself, like all others, and finds the red one even if it took the whole program with it.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterable

from tessera.suite import ctest
from tessera.suite.ctest import Command, Selection, Test
from tessera.suite.outcome import FAILED, PASSED, Outcome

#: The label of the tests that are quick, and many in a program.
LABEL = "unit"

_FILTER = "--gtest_filter="


@dataclass
class Company:
    """The selected tests of one program, and where it reports on them."""

    report: Path
    tests: list[Test]

    @property
    def name(self) -> str:
        """`NN.together.PROGRAM`: no test is called so."""
        first = self.tests[0]
        return f"{first.name.partition('.')[0]}.together.{Path(first.command[0]).name}"

    @property
    def command(self) -> Command:
        """The program with all its tests, in their environment."""
        first, chosen = self.tests[0], ":".join(self._tests_by_filter())
        place = ("/usr/bin/env", "-C", first.folder, *first.environment)
        options = (f"{_FILTER}{chosen}", "--gtest_color=no", f"--gtest_output=json:{self.report}")
        return Command(self.name, (*place, first.command[0], *options))

    def has_ended(self, outcome: Outcome) -> bool:
        """Whether the program came to its end, and well: one that a test leaves has no report."""
        return outcome.status != FAILED and self.report.exists()

    def passed(self) -> list[Outcome]:
        """The tests that the report calls completed; a skipped one has to say why, by itself."""
        by_filter = self._tests_by_filter()
        suites = json.loads(self.report.read_text(encoding="utf-8"))["testsuites"]
        return [
            Outcome(by_filter[name].name, PASSED, float(test["time"].rstrip("s")))
            for suite in suites
            for test in suite["testsuite"]
            if (name := f"{suite['name']}.{test['name']}") in by_filter
            and test["result"] == "COMPLETED"
            and not test.get("failures")
        ]

    def _tests_by_filter(self) -> dict[str, Test]:
        """The tests by the names that the program has for them."""
        return {test.command[1].removeprefix(_FILTER): test for test in self.tests}


@dataclass
class Result:
    """What running in company has shown."""

    green: list[Outcome] = field(default_factory=list)
    failed: dict[str, Outcome] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)

    def contradictions(self, alone: Iterable[Outcome]) -> list[Outcome]:
        """The programs that failed although each of their tests is green by itself."""
        red = {outcome.name for outcome in alone if outcome.status == FAILED}
        return [outcome for name, outcome in self.failed.items() if not red & self.members[name]]


def run(selection: Selection, jobs: int) -> Result:
    """Runs every program of which several tests are selected; `jobs` at a time."""
    folder = ctest.fresh(selection.folder / "together")
    companies = _companies(ctest.tests(selection), folder)
    programs = Selection(folder, commands=[company.command for company in companies.values()])
    ended = {outcome.name: outcome for outcome in ctest.run(programs, jobs)}
    result = Result()
    for name, company in companies.items():
        if company.has_ended(ended[name]):
            result.green += company.passed()
        else:
            result.failed[name] = replace(ended[name], status=FAILED)
            result.members[name] = {test.name for test in company.tests}
    return result


def _companies(tests: list[Test], folder: Path) -> dict[str, Company]:
    """The tests that can run together, by the names of their programs' runs."""
    by_program: dict[tuple[str, ...], list[Test]] = {}
    for test in tests:
        if LABEL in test.labels and len(test.command) > 1 and test.command[1].startswith(_FILTER):
            by_program.setdefault((test.command[0], *test.environment), []).append(test)
    companies = [
        Company(folder / f"{number}.json", several)
        for number, several in enumerate(by_program.values())
        if len(several) > 1
    ]
    return {company.name: company for company in companies}
