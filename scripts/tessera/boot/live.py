"""A boot in front of the user: serial output as it comes, the keyboard passed through."""
from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import sys
from pathlib import Path

from tessera import console
from tessera.boot import machine
from tessera.boot.check import image_of, root_task_of
from tessera.boot.ending import End, Ending, judge
from tessera.boot.keyboard import keyboard
from tessera.boot.process import run as run_qemu
from tessera.chapter import FIRST_USER_CHAPTER, Boot, Chapter, machine_problems
from tessera.errors import Misuse
from tessera.tree import Tree

_MEANT = {End.OK: "ended well", End.PANIC: "panicked, as it means to", End.REFUSED: "refused to boot, as it means to"}


def adapt(chapter: Chapter, boot: Boot, args: argparse.Namespace) -> Boot:
    """The boot with the user's changes to the machine; Misuse when they make no sense."""
    changes = {name: getattr(args, name) for name in ("memory", "cpu", "cpus", "gic", "virtualization")}
    changed = dataclasses.replace(boot.machine, **{k: v for k, v in changes.items() if v is not None})
    for option, problem in machine_problems(changed):
        raise Misuse(f"--{problem}" if changes.get(option) is not None else problem)
    if args.root_task and chapter.number < FIRST_USER_CHAPTER:
        raise Misuse(f"chapter {chapter.number:02} has no user mode yet, so it takes no root task",
                     f"Root tasks come with chapter {FIRST_USER_CHAPTER:02}.")
    if args.root_task and not Path(args.root_task).is_file():
        raise Misuse(f"--root-task: there is no file {args.root_task}")
    return dataclasses.replace(boot, machine=changed, append=boot.append if args.append is None else args.append)


def run(tree: Tree, chapter: Chapter, boot: Boot, args: argparse.Namespace) -> int:
    """Boots, shows, and says how it ended. The exit status."""
    initrd = Path(args.root_task) if args.root_task else root_task_of(tree, args.preset, boot)
    command = machine.command(machine.find_qemu(), boot, image_of(tree, args.preset),
                              tree.build / "boots", initrd=initrd)
    screen = _Screen()
    with keyboard() as keys:
        attended = keys is not None and os.isatty(keys.fileno())
        # With nobody there to type, a boot that waits for input gets what its chapter declares.
        result = run_qemu([*command, *shlex.split(args.qemu)], boot.limits,
                          dialogue=() if attended else boot.dialogue, keyboard=keys,
                          attended=attended, echo=screen.show)
    screen.end_line()
    if result.errors:
        print(result.errors, file=sys.stderr)
    return _report(chapter, boot, judge(result, chapter.number))


class _Screen:
    """Standard output for serial output."""

    def __init__(self) -> None:
        self._last = b"\n"

    def show(self, data: bytes) -> None:
        """Shows output at once; line ends are the host's."""
        data = data.replace(b"\r", b"")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        self._last = data[-1:] or self._last

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
        console.good(f"{label} {_MEANT[ending.end]}")
        return 0
    console.error(f"{label}: {ending.sentence}", ending.hint)
    return 1
