"""The same root task with many seeds: of the timer's jitter, or of the program's own choices.

A machine under `-icount` shows one interleaving. `jitter=SEED` on the kernel command line makes
the timer late by amounts that only the seed decides, so threads are preempted elsewhere; what a
demo prints must not depend on that. The stress task takes its operations from `seed=SEED`.
"""
from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from typing import Iterable, Iterator

from tessera import chapter as chapters, console
from tessera.boot import demos, files, golden, machine
from tessera.boot.ending import Ending, judge
from tessera.boot.process import run
from tessera.boot.report import show_difference, show_tail
from tessera.chapter import Boot, Chapter, Limits
from tessera.errors import Misuse
from tessera.tree import Tree

#: The first chapter whose demo has threads to be preempted.
FIRST_THREADS = 12
STRESS = "userland/stress/ch16_stress"
STRESS_CHAPTER = 16
#: Of a whole stress run, per operation: generous, since it is for runs that hang.
_SECONDS_PER_OPERATION = 0.002


@dataclass(frozen=True)
class Outcome:
    """One boot with one seed; the log begins with user mode and is normalised."""

    name: str  # of the demo, or `stress`
    seed: int
    ending: Ending
    expected: str | None  # None: whatever it prints, if it ends well
    actual: str
    wanted: str = "ok"

    @property
    def passed(self) -> bool:
        """Whether it ended as with any other seed."""
        return self.ending.end.value == self.wanted and self.expected in (None, self.actual)


@dataclass(frozen=True)
class Case:
    """What is booted."""

    name: str
    seed: int
    boot: Boot
    chapter: int  # for its last line
    expected: str | None


def jitter(tree: Tree, chapter: int | None, seeds: Iterable[int]) -> list[Case]:
    """The demos with threads, or one chapter's demo, each with every seed."""
    home = files.home_of(tree)
    numbers = [chapter] if chapter else range(FIRST_THREADS, tree.chapter + 1)
    wanted = [chapters.load(home, number) for number in numbers if number in home.chapters]
    if not wanted:
        raise Misuse(
            f"no demo of this tree has threads; the first is that of chapter {FIRST_THREADS}"
        )
    return [_jittered(tree, home, demo, seed) for demo in wanted for seed in seeds]


def _jittered(tree: Tree, home: Tree, demo: Chapter, seed: int) -> Case:
    """A demo with a timer that is late."""
    boot = demo.boot()
    log = files.read(files.expected(home, demo.number, boot.name))
    if log is None:
        raise Misuse(
            f"chapters/{demo.number:02}/expected/{boot.name}.log does not exist, so nothing "
            "tells what this demo prints"
        )
    boot = replace(
        boot,
        root_task=boot.root_task or files.demo_of(tree, demo.number),
        append=f"{boot.append} jitter={seed}".strip(),
    )
    return Case(f"ch{demo.number:02}", seed, boot, demo.number, demos.in_user_mode(log))


def stress(tree: Tree, seeds: Iterable[int], operations: int) -> list[Case]:
    """The stress task, with every seed for its choices and for the timer."""
    if tree.chapter < STRESS_CHAPTER:
        raise Misuse(f"the stress task needs the kernel of chapter {STRESS_CHAPTER:02} or later")
    seconds = 60 + round(operations * _SECONDS_PER_OPERATION)
    limits = Limits(cpu_seconds=seconds, wall_seconds=10 * seconds)
    return [
        Case(
            "stress",
            seed,
            Boot(
                "stress",
                "ok",
                root_task=STRESS,
                limits=limits,
                append=f"seed={seed} operations={operations} jitter={seed}",
            ),
            STRESS_CHAPTER,
            None,
        )
        for seed in seeds
    ]


def check(tree: Tree, preset: str, cases: list[Case], jobs: int | None = None) -> bool:
    """Boots them all, so many at a time, and says what differs; whether nothing does."""
    failed: list[Outcome] = []
    with console.progress("seeds") as say:
        for number, outcome in enumerate(
            _outcomes(tree, preset, cases, jobs or os.cpu_count() or 1), 1
        ):
            say(100 * number / len(cases), f"{outcome.name}, seed {outcome.seed}")
            failed += [] if outcome.passed else [outcome]
    for outcome in failed[:1]:
        _show(outcome)
    for name in dict.fromkeys(case.name for case in cases):
        _sum_up(
            name,
            sum(case.name == name for case in cases),
            [outcome.seed for outcome in failed if outcome.name == name],
        )
    return not failed


def _outcomes(tree: Tree, preset: str, cases: list[Case], jobs: int) -> Iterator[Outcome]:
    """The boots' outcomes, in the order of the cases."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(partial(_boot, tree, preset), cases)


def _boot(tree: Tree, preset: str, case: Case) -> Outcome:
    """One boot."""
    logs = tree.build / "boots" / f"{tree.chapter:02}" / preset
    command = machine.command(
        machine.find_qemu(),
        case.boot,
        files.image_of(tree, preset),
        logs,
        initrd=files.root_task_of(tree, preset, case.boot),
    )
    done = run(command, case.boot.limits, dialogue=case.boot.dialogue)
    files.write(logs / f"{case.name}.seed{case.seed}.raw.log", done.output)
    log = demos.in_user_mode(golden.normalise(golden.text(done.output), case.boot.keep))
    return Outcome(
        case.name, case.seed, judge(done, case.chapter), case.expected, log, case.boot.ends
    )


def _show(outcome: Outcome) -> None:
    """The first one that failed, in full."""
    console.out(
        f"✗ {outcome.name}, seed {outcome.seed}: {outcome.ending.sentence}", style="bold red"
    )
    if outcome.expected in (None, outcome.actual):
        show_tail(outcome.actual)
    else:
        show_difference(
            outcome.expected, outcome.actual, ("without a seed", f"with seed {outcome.seed}")
        )


def _sum_up(name: str, seeds: int, failed: list[int]) -> None:
    """One line for each program."""
    if failed:
        console.out(
            f"✗ {name}: otherwise with {len(failed)} of {seeds} seeds: "
            f"{', '.join(map(str, failed[:20]))}",
            style="bold red",
        )
    else:
        console.good(f"{name}: the same end with {seeds} seeds")
