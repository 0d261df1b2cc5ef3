"""A boot in front of the user: serial output as it comes, the keyboard passed through.

How it ended is not all: a kernel may end well and have printed something else than it should. So where
the tree has the expected log of just this boot, the two are compared.
"""
from __future__ import annotations

import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from tessera import console
from tessera.boot import files, golden, machine, process
from tessera.boot.check import COMPARED_PRESETS
from tessera.boot.ending import End, Ending, judge
from tessera.boot.keyboard import keyboard
from tessera.boot.report import relative, show_difference
from tessera.boot.session import QUIET, Stop
from tessera.boot.sidebyside import first_different_line
from tessera.chapter import FIRST_USER_CHAPTER, Boot, Chapter, machine_problems
from tessera.errors import Misuse
from tessera.tree import Tree

_AS_DECLARED = {End.OK: "ended well", End.PANIC: "panicked, as this boot is meant to",
                End.REFUSED: "refused to boot, as it is meant to",
                End.STOPPED: "stopped for want of a thread that can run, as it is meant to"}


@dataclass(frozen=True)
class Wishes:
    """What the user wants other than chapter.toml says."""

    machine: dict[str, object] = dataclasses.field(default_factory=dict)  # fields of Machine
    append: str | None = None
    root_task: Path | None = None
    qemu: Sequence[str] = ()  # more arguments


def adapt(chapter: Chapter, boot: Boot, wishes: Wishes) -> Boot:
    """The boot as the user wants it; Misuse when that makes no sense."""
    changed = dataclasses.replace(boot.machine, **wishes.machine)
    for _, problem in machine_problems(changed):
        raise Misuse(problem)
    if wishes.root_task is not None and chapter.number < FIRST_USER_CHAPTER:
        raise Misuse(f"chapter {chapter.number:02} has no user mode, so it takes no root task",
                     f"Root tasks come with chapter {FIRST_USER_CHAPTER:02}.")
    append = boot.append if wishes.append is None else wishes.append
    return dataclasses.replace(boot, machine=changed, append=append)


def run(tree: Tree, preset: str, chapter: Chapter, boot: Boot, wishes: Wishes) -> int:
    """Boots, shows, and says how it ended. Returns the exit status."""
    initrd = _root_task(tree, preset, boot, wishes.root_task)
    command = machine.command(machine.find_qemu(), boot, files.image_of(tree, preset),
                              tree.build / "boots", initrd=initrd,
                              device_tree=files.device_tree_of(tree, boot, tree.build / "boots"))
    screen = _Screen()
    with keyboard() as keys:
        attended = keys is not None and os.isatty(keys.fileno())
        # With nobody there to type, the boot gets what its chapter declares.
        done = process.run([*command, *wishes.qemu], boot.limits, keyboard=keys, attended=attended,
                           dialogue=() if attended else boot.dialogue, echo=screen.show,
                           on_quiet=screen.quiet)
    screen.end_line()
    if done.errors:
        print(done.errors, file=sys.stderr)
    if wishes.root_task is not None:
        return _report(chapter, dataclasses.replace(boot, ends="ok"), judge(done, None))
    status = _report(chapter, boot, judge(done, chapter.number))
    if status == 0 and done.stop is not Stop.USER and _is_recorded(preset, boot, wishes):
        _compare(tree, chapter, boot, golden.normalise(golden.text(done.output), boot.keep))
    return status


def _root_task(tree: Tree, preset: str, boot: Boot, wanted: Path | None) -> Path | None:
    """What the user wants, any file or one of the preset's programs, or what the boot names."""
    if wanted is None:
        return files.root_task_of(tree, preset, boot)
    for file in (wanted, tree.preset(preset) / wanted):
        if file.is_file():
            return file
    raise Misuse(f"--root-task: there is no file {wanted}, and no program of that name is built",
                 "A program of this tree is called as its source is: userland/demos/ch07_hello.")


class _Screen:
    """Standard output for serial output."""

    def __init__(self) -> None:
        self._last = b"\n"

    def show(self, data: bytes) -> None:
        """Shows output at once, with the line ends of the host."""
        data = data.replace(b"\r", b"")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        self._last = data[-1:] or self._last

    def quiet(self, busy: bool) -> None:
        """Says that nothing happens, lest someone waits for a kernel that hangs.

        An open line is a prompt: it is the kernel that waits.
        """
        if self._last == b"\n":
            doing = "is busy" if busy else "sleeps"
            print(f"· nothing for {QUIET:g} s: the kernel {doing}; Ctrl-C stops it",
                  file=sys.stderr)

    def end_line(self) -> None:
        """Ends a line that the kernel left open."""
        if self._last != b"\n":
            self.show(b"\n")


def _report(chapter: Chapter, boot: Boot, ending: Ending) -> int:
    """The tool's last line."""
    label = f"chapter {chapter.number:02}"
    if ending.end is End.USER:
        console.step(f"{label} was stopped from the keyboard")
        return 0
    if ending.end.value == boot.ends:
        console.good(f"{label} {_AS_DECLARED[ending.end]}")
        return 0
    console.error(f"{label}: {ending.sentence}", ending.hint)
    return 1


def _is_recorded(preset: str, boot: Boot, wishes: Wishes) -> bool:
    """Whether this is the boot that was recorded, on that machine, with nothing typed."""
    return preset in COMPARED_PRESETS and wishes == Wishes() and not boot.dialogue


def _compare(tree: Tree, chapter: Chapter, boot: Boot, actual: str) -> None:
    """Holds the log against the expected one, if there is one. To differ is no failure here:
    whoever changes a kernel wants to see what becomes of it."""
    file = files.expected(files.home_of(tree), chapter.number, boot.name)
    if (expected := files.read(file)) is None:
        return
    if actual == expected:
        console.good(f"its log is the expected one, {relative(file, tree)}")
        return
    console.out()
    show_difference(expected, actual)
    console.out()
    line = first_different_line(golden.lines(expected), golden.lines(actual))
    console.out(f"! its log differs from the expected one, {relative(file, tree)}:{line}",
                style="yellow")
