"""Golden boots: raw identity first, then the expected log."""
from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Iterable

from tessera import chapter as chapters
from tessera.boot import golden, machine
from tessera.boot.ending import Ending, judge
from tessera.boot.process import Run, run
from tessera.chapter import Boot, Chapter
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

#: The preset whose logs are recorded; `clang` must give the same.
GOLDEN_PRESET = "kernel"
#: Presets whose logs are compared; a release build prints other numbers of lines and frames.
COMPARED_PRESETS = ("kernel", "clang")
PRESETS = ("kernel", "clang", "kernel-release")


class Verdict(Enum):
    """What a check came to."""

    PASSED = "passed"
    ACCEPTED = "accepted"  # the expected log has been written anew
    WRONG_END = "it did not end as declared"
    NOT_REPEATABLE = "two boots of the same image printed different logs"
    DIFFERS = "the log is not the expected one"
    NOT_EXPECTED = "there is no expected log yet"


@dataclass(frozen=True)
class Outcome:
    """The result of one golden boot. The logs are normalised ones."""

    chapter: int
    boot: Boot
    preset: str
    verdict: Verdict
    ending: Ending
    errors: str  # QEMU's own words
    raw_log: Path
    expected_file: Path
    expected: str | None  # None: there is no such file
    actual: str
    difference: golden.RawDifference | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong (any more)."""
        return self.verdict in (Verdict.PASSED, Verdict.ACCEPTED)

    @property
    def name(self) -> str:
        """As in CTest: `01.boot.el1`, `01.boot.el1.clang`."""
        suffix = "" if self.preset == GOLDEN_PRESET else f".{self.preset}"
        return f"{self.chapter:02}.boot.{self.boot.name}{suffix}"


def check_boots(tree: Tree, *, accept: bool = False, names: Iterable[str] | None = None, preset: str = GOLDEN_PRESET,
                once: bool = False, home: Tree | None = None) -> list[Outcome]:
    """Checks the golden boots of a tree whose `preset` has been built.

    `names`: only these boots. `accept`: write the expected logs anew. `once`: leave out the second boot.
    `home`: the tree whose `chapters/` holds the expectations (that of a stage tree is a copy).
    """
    if accept and preset != GOLDEN_PRESET:
        raise Misuse(f"expected logs are recorded with the preset {GOLDEN_PRESET}, not {preset}")
    chapter = chapters.load(home or tree, tree.chapter)
    boots = [chapter.boot(name) for name in names] if names is not None else [chapter.boot(), *chapter.boots[1:]]
    return [_check(_Place(tree, home or tree, chapter, boot, preset), accept, once) for boot in boots]


@dataclass(frozen=True)
class _Place:
    """One boot, and where its files are."""

    tree: Tree
    home: Tree
    chapter: Chapter
    boot: Boot
    preset: str

    @property
    def logs(self) -> Path:
        """Where logs are left for whoever wants to look."""
        return self.tree.build / "boots" / f"{self.chapter.number:02}" / self.preset

    @property
    def expected_file(self) -> Path:
        return self.home.chapter_dir(self.chapter.number) / "expected" / f"{self.boot.name}.log"

    def run(self) -> Run:
        """Boots once."""
        image = image_of(self.tree, self.preset)
        line = machine.command(machine.find_qemu(), self.boot, image, self.logs,
                               initrd=root_task_of(self.tree, self.preset, self.boot))
        return run(line, self.boot.limits, dialogue=self.boot.dialogue)


def image_of(tree: Tree, preset: str) -> Path:
    """The Image a preset produces; Misuse when it has not been built."""
    image = tree.preset(preset) / "Image"
    if not image.exists():
        raise Misuse(f"build/{preset}/Image has not been built", "`./tessera run` builds and boots it.")
    return image


def root_task_of(tree: Tree, preset: str, boot: Boot) -> Path | None:
    """The root task a boot names: a file in the preset's build folder."""
    if not boot.root_task:
        return None
    file = tree.preset(preset) / boot.root_task
    if not file.exists():
        raise Misuse(f"boot '{boot.name}' wants the root task build/{preset}/{boot.root_task}, which has not been built")
    return file


def _check(place: _Place, accept: bool, once: bool) -> Outcome:
    """Both checks of one boot, in order; the first that fails decides."""
    boot = place.boot
    first = place.run()
    raw_log = place.logs / f"{boot.name}.raw.log"
    write(raw_log, first.output)
    ending = judge(first, place.chapter.number)
    actual = golden.normalise(golden.text(first.output), boot.keep)
    expected = _read(place.expected_file)

    def outcome(verdict: Verdict, difference: golden.RawDifference | None = None) -> Outcome:
        return Outcome(place.chapter.number, boot, place.preset, verdict, ending, first.errors, raw_log,
                       place.expected_file, expected, actual, difference)

    if ending.end.value != boot.ends:
        return outcome(Verdict.WRONG_END)
    if not once and not boot.dialogue:  # what is typed arrives at no fixed moment
        second = _boot_again(place)
        if difference := golden.raw_difference(first.output, second.output):
            return outcome(Verdict.NOT_REPEATABLE, difference)
        ending = judge(second, place.chapter.number)
        if ending.end.value != boot.ends:
            return outcome(Verdict.WRONG_END)
    if place.preset not in COMPARED_PRESETS or actual == expected:
        return outcome(Verdict.PASSED)
    if accept:
        write(place.expected_file, actual.encode())
        return outcome(Verdict.ACCEPTED)
    return outcome(Verdict.NOT_EXPECTED if expected is None else Verdict.DIFFERS)


def _boot_again(place: _Place) -> Run:
    """The second boot, for raw identity. Its log is kept beside that of the first."""
    second = place.run()
    write(place.logs / f"{place.boot.name}.second.raw.log", second.output)
    return second


def _read(file: Path) -> str | None:
    """An expected log, or None when there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {file}: {error}") from error


def write(file: Path, data: bytes) -> None:
    """Writes a whole file or leaves the old one: a full disk loses nothing."""
    part = file.with_name(file.name + ".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, file)
    except OSError as error:
        try:
            part.unlink(missing_ok=True)
        except OSError:
            pass  # the folder itself is the problem
        raise Failure(f"cannot write {file}: {error.strerror}", "Is the disk full, or the folder not yours?") from error
