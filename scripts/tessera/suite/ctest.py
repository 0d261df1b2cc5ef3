"""One CTest run over the host builds of several trees, followed live."""
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

from tessera import console
from tessera.boot import patience
from tessera.errors import Failure, Misuse
from tessera.programs import HEARD
from tessera.suite.outcome import FAILED, Outcome, read_junit

#: A backstop for tests that bring no time-out of their own, in seconds.
TIMEOUT = 900

#: The cost of a test that is as long as those of the tools, for CTest, which starts the dearest
#: first. None asks for several processors: CTest would let it wait until all else is done.
EARLY = 30

#: With less left than this, in bytes, whatever goes wrong is put down to the full disk.
DISK_SPARE = 4 << 20

_START = re.compile(r"\s*Start\s+\d+: (\S+)")
_RESULT = re.compile(r"\s*(\d+)/(\d+) Test\s+#\d+: (\S+) \.*\s*(.*?)\s+[\d.]+ sec")


@dataclass(frozen=True)
class Command:
    """A test that is a command of the tool itself, and takes long enough to start early."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Test:
    """A test as CTest knows it."""

    name: str
    command: tuple[str, ...]
    labels: tuple[str, ...]
    environment: tuple[str, ...]
    folder: str

    @classmethod
    def of(cls, entry: dict) -> Test:
        """One entry of CTest's own list."""
        facts = {fact["name"]: fact["value"] for fact in entry["properties"]}
        lists = (tuple(facts.get(name, ())) for name in ("LABELS", "ENVIRONMENT"))
        return cls(
            entry["name"], tuple(entry.get("command", ())), *lists, facts["WORKING_DIRECTORY"]
        )


@dataclass
class Selection:
    """What one run consists of: build folders with tests, commands, and patterns on names.

    `done` are the names of tests that need not run any more.
    """

    folder: Path
    builds: list[Path] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    only: str = ""
    exclude: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def write(self) -> None:
        """Writes the CTestTestfile.cmake that brings them together."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"subdirs({_quoted(str(build))})" for build in self.builds]
        for test in self.commands:
            name = _quoted(test.name)
            lines.append(f"add_test({name} {' '.join(map(_quoted, test.command))})")
            lines.append(f"set_tests_properties({name} PROPERTIES COST {EARLY})")
        (self.folder / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def options(self) -> list[str]:
        """ctest's options for this selection."""
        only = ["-R", self.only] if self.only else []
        exclude = ["-E", "|".join(self.exclude)] if self.exclude else []
        return ["--test-dir", str(self.folder), *only, *exclude]


def check_pattern(folder: Path, pattern: str) -> None:
    """Misuse when ctest does not understand a pattern: said at once, not after an hour of builds."""
    words = _list(Selection(folder, only=pattern)).partition("{")[0]
    if found := re.search(r"RegularExpression::compile\(\): (.*)", words):
        raise Misuse(f"-k '{pattern}' is not a pattern that ctest understands: {found[1]}")


def tests(selection: Selection) -> list[Test]:
    """The tests that the selection's patterns let through."""
    return [Test.of(entry) for entry in json.loads(_list(selection))["tests"]]


def names(selection: Selection) -> list[str]:
    """The names of these tests."""
    return [test.name for test in tests(selection)]


def _list(selection: Selection) -> str:
    """What ctest prints when asked which tests it would run."""
    selection.write()
    listing = subprocess.run(
        ["ctest", *selection.options(), "--show-only=json-v1"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        raise Failure(f"ctest could not list the tests: {listing.stderr.strip()}")
    return listing.stdout


def run(selection: Selection, jobs: int) -> list[Outcome]:
    """Runs the tests, `jobs` at a time, and returns how each ended."""
    folder = selection.folder
    left = [at for at, name in enumerate(names(selection), 1) if name not in selection.done]
    if not left:
        return []
    numbers = folder / "left.txt"
    numbers.write_text(_numbered(left), encoding="utf-8")
    report = folder / "junit.xml"
    report.unlink(missing_ok=True)
    limits = f"-j {jobs} --timeout {TIMEOUT} --test-output-size-failed 400000".split()
    with subprocess.Popen(
        ["ctest", *selection.options(), "-I", str(numbers), *limits, "--output-junit", str(report)],
        env=os.environ | {patience.VARIABLE: str(fresh(folder / "hangs"))},
        **HEARD,
        process_group=0,
    ) as ctest:
        try:
            verdicts, words = _follow(ctest, len(left))
        except BaseException:
            os.killpg(ctest.pid, signal.SIGTERM)  # ctest would leave its tests behind
            raise
    if not report.exists():
        raise Failure(
            "\n  ".join(["ctest broke off without a report; its last words:", *words[-10:]]),
            _disk_hint(folder),
        )
    return [
        _with_verdict(outcome, verdicts.get(outcome.name, "")) for outcome in read_junit(report)
    ]


def _numbered(tests: list[int]) -> str:
    """Tests by their numbers, as ctest's -I reads them from a file.

    It begins with a range, of which there is none; without a line end ctest leaves out the last.
    """
    return ",".join(map(str, (0, 0, 0, *tests))) + "\n"


def fresh(folder: Path) -> Path:
    """A folder in which nothing of an earlier run is left."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _with_verdict(outcome: Outcome, verdict: str) -> Outcome:
    """Adds how a test ended if it did not just fail, but crashed, say: the report leaves it out."""
    if outcome.status != FAILED or verdict in ("", "***Failed"):
        return outcome
    return replace(outcome, output="\n".join(filter(None, (outcome.output, verdict.lstrip("*")))))


def _disk_hint(folder: Path) -> str | None:
    """What to do if a full disk is the likely cause."""
    free = shutil.disk_usage(folder).free
    return (
        f"The disk is full ({free >> 20} MiB left): free some space and try again."
        if free < DISK_SPARE
        else None
    )


def _follow(ctest: subprocess.Popen[str], total: int) -> tuple[dict[str, str], list[str]]:
    """Shows how many tests are done and which are running; a failure is named at once.

    Returns ctest's verdicts and whatever else it said.
    """
    running: list[str] = []
    verdicts: dict[str, str] = {}
    words: list[str] = []
    with console.activity() as say:
        for line in ctest.stdout or ():
            if start := _START.match(line):
                running.append(start[1])
            elif result := _RESULT.match(line):
                verdicts[result[3]] = result[4]
                running = [name for name in running if name != result[3]]
                if result[4].startswith("***") and not re.search("Skipped|Disabled", result[4]):
                    console.out(f"✗ {result[3]}", style="red")
            elif line.strip():
                words.append(line.rstrip())
            say(
                f"running {total} tests",
                f"{len(verdicts)} done, now {', '.join(running) or 'none'}",
            )
    return verdicts, words


def _quoted(text: str) -> str:
    """A CMake argument that is taken as it stands."""
    return f"[==[{text}]==]"
