"""Runs the unit tests on mutants: each with the tests that come by it, the quick ones first."""
from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Callable, Sequence

from tessera.errors import Failure

#: The first tests that are asked take so long together, in seconds, and the next ones so many times
#: that: most mutants fall at once, and those that run for ever are soon given up.
FIRST, GROWTH = 0.05, 5

#: Processor time that a run may take: so many times what its tests take without mutant, and this.
PATIENCE, GRACE = 5, 0.5

#: Always the same random cases, and a few of them: that a property holds, other runs have shown.
_RANDOM = "seed=1 noshrink=1 max_success=20"

SURVIVED, UNREACHED, FAILED = "survived", "not reached", "failed"


@dataclass(frozen=True)
class Verdict:
    """How it went with one mutant: it may be `failed`, `crashed`, `slow` or `greedy`, by some test."""

    ended: str
    test: str = ""
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        """Whether a test noticed."""
        return self.ended not in (SURVIVED, UNREACHED)


@dataclass
class Program:
    """A test program, and what its tests came by without a mutant."""

    path: Path
    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def record(self) -> None:
        """Runs all tests once."""
        with Runner(self.path) as runner:
            runner.say("record")
            broken = []
            while (words := runner.answer().split())[0] != "end":
                if words[0] == "broken":
                    broken.append(words[1])
                    continue
                _, name, microseconds, *numbers = words
                self.seconds[name] = int(microseconds) / 1e6
                for number in map(int, numbers):
                    self.tests[number].append(name)
        _, ended, *last = words
        if ended != SURVIVED:
            tests = broken if ended == FAILED else [*broken, *last]
            raise Failure(
                f"{self.path.name} {ended} without a mutant, too: {', '.join(tests)}",
                "./tessera test -k unit tells what is wrong.",
            )

    def waves(self, number: int) -> list[list[str]]:
        """The tests that come by a mutant, the quickest first, in heaps that grow."""
        waves: list[list[str]] = []
        room, limit = 0.0, FIRST
        for test in sorted(self.tests.get(number, ()), key=self.seconds.__getitem__):
            if not waves or self.seconds[test] > room:
                waves.append([])
                room, limit = limit, limit * GROWTH
            waves[-1].append(test)
            room -= self.seconds[test]
        return waves


class Runner:
    """A running test program that takes orders: see tests/mutation/runner.cpp."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"RC_PARAMS": _RANDOM},
        )

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def say(self, order: str) -> None:
        """Gives an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """A line of what it answers."""
        assert self._process.stdout is not None
        if line := self._process.stdout.readline():
            return line
        raise Failure("the test program that runs the mutants has died")

    def run(self, number: int, tests: Sequence[str], seconds: float) -> Verdict:
        """Runs some tests with a mutant on."""
        start = time.monotonic()
        self.say(f"run {number} {PATIENCE * seconds + GRACE:.3f} {':'.join(tests)}")
        ended, _, test = self.answer().strip().partition(" ")  # no test, no name
        return Verdict(ended, "" if ended == SURVIVED else test, time.monotonic() - start)


class Crew:
    """Several runners of each program at work on one queue."""

    def __init__(self, programs: Sequence[Program], jobs: int, deadline: float | None) -> None:
        self._programs = programs
        self._jobs = jobs
        self._deadline = deadline
        self.verdicts: dict[int, Verdict] = {}

    def run(self, numbers: Sequence[int], done: Callable[[int], None]) -> dict[int, Verdict]:
        """A verdict on each mutant that there was time for; `done` hears of each."""
        queue: Queue[int] = Queue()
        for number in numbers:
            queue.put(number)
        mistakes: list[BaseException] = []
        workers = [
            threading.Thread(target=self._work, args=(queue, done, mistakes), daemon=True)
            for _ in range(self._jobs)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for mistake in mistakes:
            raise mistake
        return self.verdicts

    def _work(
        self, queue: Queue[int], done: Callable[[int], None], mistakes: list[BaseException]
    ) -> None:
        """Takes one mutant after the other, with runners of its own."""
        runners: dict[Path, Runner] = {}
        try:
            while not mistakes and (self._deadline is None or time.monotonic() < self._deadline):
                number = queue.get_nowait()
                self.verdicts[number] = self._judge(number, runners)
                done(number)
        except Empty:
            pass
        except BaseException as mistake:
            mistakes.append(mistake)
        finally:
            for runner in runners.values():
                runner.__exit__()

    def _judge(self, number: int, runners: dict[Path, Runner]) -> Verdict:
        """Asks the tests that come by, until one fails."""
        waves = [(p, wave) for p in self._programs for wave in p.waves(number)]
        spent = 0.0
        for program, wave in sorted(waves, key=lambda w: sum(w[0].seconds[t] for t in w[1])):
            if program.path not in runners:
                runners[program.path] = Runner(program.path)
            seconds = sum(program.seconds[test] for test in wave)
            verdict = runners[program.path].run(number, wave, seconds)
            spent += verdict.seconds
            if verdict.killed:
                return Verdict(verdict.ended, verdict.test, spent)
        return Verdict(SURVIVED if waves else UNREACHED, seconds=spent)
