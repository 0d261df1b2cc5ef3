"""Host tests of an exercise: GoogleTest's report, and what can be told when there is none."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tessera.boot.process import Run
from tessera.boot.session import Stop
from tessera.errors import TesseraError
from tessera.exercises.bench import Bench
from tessera.exercises.declare import Exercise, Test
from tessera.exercises.numbers import variables
from tessera.exercises.result import Result, failed, passed

#: Failing cases that are shown, and lines of each.
_SHOWN_CASES, _SHOWN_LINES = 3, 14
_RUNNING = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)
_LAST_WORDS = re.compile(r"^(?:SUMMARY: (.*)|.*: (runtime error: .*))$", re.MULTILINE)
#: Addresses, also as the model of the MMU shows them (`7f12345000 as 740`), and processes.
_OF_THIS_RUN = re.compile(r"0x[0-9a-f]{9,}|\b[0-9a-f]{9,}(?= as [0-9a-f]+\b)|\bpid \d+|==\d+==")
_STOPPED = {
    Stop.SPINNING: "it never ended: a loop",
    Stop.IDLING: "it never ended: it waits for something that does not come",
    Stop.WALL_CLOCK: "it never ended",
    Stop.OUTPUT: "it printed more than a megabyte",
    Stop.MEMORY: "it took more memory than it may have",
}


@dataclass(frozen=True)
class Case:
    """A failing test case."""

    name: str
    message: str


def program(bench: Bench) -> Path:
    """The test program of an exercise."""
    return bench.tree.preset("exercise") / "tests/exercise_tests"


def build_options(bench: Bench, exercise: Exercise) -> list[str]:
    """What CMake must know: the sources of the tests."""
    root = bench.tree.root
    own = sorted((root / exercise.folder / "tests").glob("*.cpp"))
    sources = [root / source for source in exercise.sources] + own
    return [f"-DTESSERA_EXERCISE_TESTS={';'.join(map(str, sources))}"]


def run(bench: Bench, test: Test, numbers: dict[str, int]) -> Result:
    """Runs the cases that the test's filter matches, in a process of their own."""
    folder = bench.tree.preset("exercise") / "results"
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"{test.name}.json"
    report.unlink(missing_ok=True)
    command = [str(program(bench)), f"--gtest_filter={test.unit}", f"--gtest_output=json:{report}"]
    done = bench.host(command, variables(numbers), folder)
    if done.stop is Stop.SPINNING:
        bench.hurry()
    cases, total = _read(report)
    if total == 0 and cases is not None and done.stop is Stop.OFF:
        raise TesseraError(f"test '{test.name}': no host test matches '{test.unit}'")
    if cases is None or (not cases and done.stop is not Stop.OFF):
        cases = [_unfinished(done)]
    return _result(test, [_plain(bench, case) for case in cases])


def _read(report: Path) -> tuple[list[Case] | None, int]:
    """The failing cases and how many ran; None when the program left no whole report."""
    try:
        data = json.loads(report.read_text(encoding="utf-8", errors="replace"))
        suites = [case for suite in data["testsuites"] for case in suite["testsuite"]]
        found = [
            Case(f"{case['classname']}.{case['name']}", failure["failure"])
            for case in suites
            for failure in case.get("failures", [])
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return None, 0
    return found, len(suites)


def _unfinished(done: Run) -> Case:
    """The case during which the program came to its end, and how that was."""
    running = _RUNNING.findall(done.output.decode(errors="replace"))
    words = _LAST_WORDS.search(done.errors)
    said = (words[1] or words[2]) if words else f"it ended with exit status {done.status}"
    how = _STOPPED.get(done.stop, said)
    return Case(running[-1] if running else "before the first case", how)


def _plain(bench: Bench, case: Case) -> Case:
    """The case with paths as seen from the tree."""
    return Case(case.name, case.message.replace(f"{bench.tree.root}/", "").strip())


def _result(test: Test, cases: list[Case]) -> Result:
    """The result: what failed, for a person, and how, for comparison."""
    if not cases:
        return passed(test)
    by_name: dict[str, list[str]] = {}
    for case in cases:
        by_name.setdefault(case.name, []).append(case.message)
    shown = [_shown(name, messages) for name, messages in list(by_name.items())[:_SHOWN_CASES]]
    if len(by_name) > _SHOWN_CASES:
        shown.append(f"… and {len(by_name) - _SHOWN_CASES} more cases that fail")
    return failed(test, "\n".join(shown), "\n".join(f"{c.name}: {_canonical(c)}" for c in cases))


def _shown(name: str, messages: list[str]) -> str:
    """A failing case: its first complaint, and how many more there are."""
    more = f"\n  … and {len(messages) - 1} more like that" if len(messages) > 1 else ""
    return f"{name}\n{_few(messages[0])}{more}"


def _few(message: str) -> str:
    """A message, indented, cut to what fits a screen."""
    lines = message.splitlines()
    more = [f"… and {len(lines) - _SHOWN_LINES} more lines"] if len(lines) > _SHOWN_LINES else []
    return "\n".join(f"  {line}" for line in [*lines[:_SHOWN_LINES], *more])


def _canonical(case: Case) -> str:
    """A message without what is not the student's doing: lines of the tests, addresses."""
    text = re.sub(r"(\.[ch]pp):\d+(:\d+)?", r"\1", case.message)
    return _OF_THIS_RUN.sub("…", text)
