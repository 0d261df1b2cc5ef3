"""Golden boots: how it ends, raw identity, the expected log."""
from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Iterable

from tessera import chapter as chapters
from tessera.boot import files, golden, machine, patience
from tessera.boot.ending import Ending, judge
from tessera.boot.process import Run, run
from tessera.boot.session import Stop
from tessera.chapter import Boot
from tessera.errors import Misuse
from tessera.tree import Tree

#: The preset whose logs are recorded.
GOLDEN_PRESET = "kernel"
#: Presets whose logs are compared. A release build has other frames and lines to print.
COMPARED_PRESETS = ("kernel", "clang")


class Verdict(Enum):
    """What a check came to."""

    PASSED = "passed"
    ACCEPTED = "the expected log has been written anew"
    WRONG_END = "it did not end as it should"
    NOT_REPEATABLE = "two boots of the same image printed different logs"
    DIFFERS = "the log is not the expected one"
    NOT_EXPECTED = "there is no expected log yet"


@dataclass(frozen=True)
class Outcome:
    """The result of one golden boot. The logs in it are normalised."""

    tree: Tree
    chapter: int
    boot: Boot
    preset: str
    verdict: Verdict
    ending: Ending
    errors: str  # QEMU's own words
    raw_log: Path
    expected_file: Path
    expected: str | None  # None: there was no such file
    actual: str
    difference: golden.RawDifference | None = None  # between two boots

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return self.verdict in (Verdict.PASSED, Verdict.ACCEPTED)

    @property
    def changed(self) -> bool:
        """Whether the log is another than the expected one (or than was expected before)."""
        return self.expected != self.actual

    @property
    def name(self) -> str:
        """As in CTest: `01.boot.el1`, `01.boot.el1.clang`."""
        suffix = "" if self.preset == GOLDEN_PRESET else f".{self.preset}"
        return f"{self.chapter:02}.boot.{self.boot.name}{suffix}"


def check_boots(tree: Tree, *, accept: bool = False, names: Iterable[str] | None = None,
                preset: str = GOLDEN_PRESET, once: bool = False) -> list[Outcome]:
    """Checks the golden boots of a tree in which `preset` has been built.

    For the tree of a stage (`build/stages/NN`), the expectations are those of the tree it is in.

    `accept`: writes the expected logs anew, but of no boot that fails otherwise.
    `names`: only these boots.
    `once`: leaves out the second boot, and so the proof of raw identity.
    """
    if accept and preset != GOLDEN_PRESET:
        raise Misuse(f"expected logs are recorded from the preset {GOLDEN_PRESET}, not {preset}")
    chapter = chapters.load(files.home_of(tree), tree.chapter)
    if names is None:
        names = [chapter.boot().name, *(boot.name for boot in chapter.boots[1:])]
    boots = [chapter.boot(name) for name in names]
    return [_Check(tree, chapter.number, boot, preset).check(accept, once) for boot in boots]


class _Check:
    """One boot being checked."""

    def __init__(self, tree: Tree, chapter: int, boot: Boot, preset: str) -> None:
        self.tree = tree
        self.chapter = chapter
        self.boot = boot
        self.preset = preset
        self.logs = tree.build / "boots" / f"{chapter:02}" / preset
        self.raw_log = self.logs / f"{boot.name}.raw.log"
        self.expected_file = files.expected(files.home_of(tree), chapter, boot.name)
        self.expected = files.read(self.expected_file)

    def check(self, accept: bool, once: bool) -> Outcome:
        """All checks in order; the first that fails decides."""
        before = patience.hung_before(files.image_of(self.tree, self.preset))
        first = self._run(self.raw_log)
        ending = self._judge(first, before)
        if ending.end.value != self.boot.ends:
            return self._outcome(Verdict.WRONG_END, first, ending)
        if not once and not self.boot.dialogue:  # what is typed arrives at no fixed moment
            second = self._run(self.logs / f"{self.boot.name}.second.raw.log")
            if difference := golden.raw_difference(first.output, second.output):
                return self._outcome(Verdict.NOT_REPEATABLE, first, ending, difference)
            other = judge(second, self.chapter)
            if other.end.value != self.boot.ends:
                other = replace(other, sentence=f"in the second boot, {other.sentence}")
                return self._outcome(Verdict.WRONG_END, second, other)
        return self._compare(first, ending, accept)

    def _compare(self, first: Run, ending: Ending, accept: bool) -> Outcome:
        """The golden check, or the recording of a new expectation."""
        outcome = self._outcome(Verdict.PASSED, first, ending)
        if self.preset not in COMPARED_PRESETS or not outcome.changed:
            return outcome
        if accept:
            files.write(self.expected_file, outcome.actual.encode())
            return self._outcome(Verdict.ACCEPTED, first, ending)
        verdict = Verdict.NOT_EXPECTED if self.expected is None else Verdict.DIFFERS
        return self._outcome(verdict, first, ending)

    def _judge(self, done: Run, before: str | None) -> Ending:
        """How it ended. A hang is passed on to the kernel's other boots; `before` is one that
        hung earlier."""
        ending = judge(done, self.chapter)
        if done.stop not in (Stop.SPINNING, Stop.IDLING):
            return ending
        patience.note_hang(files.image_of(self.tree, self.preset), self.boot.name)
        if before is None:
            return ending
        less = f"It was given less time than usual: boot '{before}' of this kernel hung before it."
        return replace(ending, hint="\n".join(filter(None, (less, ending.hint))))

    def _run(self, log: Path) -> Run:
        """Boots once and keeps the raw log."""
        initrd = files.root_task_of(self.tree, self.preset, self.boot)
        image = files.image_of(self.tree, self.preset)
        command = machine.command(
            machine.find_qemu(), self.boot, image, self.logs, initrd=initrd,
            device_tree=files.device_tree_of(self.tree, self.boot, self.logs))
        limits = patience.limits(image, self.boot.limits)
        done = run(command, limits, dialogue=self.boot.dialogue)
        files.write(log, done.output)
        return done

    def _outcome(self, verdict: Verdict, done: Run, ending: Ending,
                 difference: golden.RawDifference | None = None) -> Outcome:
        """The outcome, with all there is to say about it."""
        actual = golden.normalise(golden.text(done.output), self.boot.keep)
        return Outcome(self.tree, self.chapter, self.boot, self.preset, verdict, ending,
                       done.errors, self.raw_log, self.expected_file, self.expected, actual,
                       difference)
