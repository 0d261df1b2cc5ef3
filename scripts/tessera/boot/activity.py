"""What a process and its children do, from /proc: the CPU time and memory they use, and whether
they want more."""
from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
#: What a process costs beside its own memory, so that many small ones are not for nothing.
_PROCESS_PAGES = (512 << 10) // _PAGE


@dataclass(frozen=True)
class Activity:
    """One look at a process group."""

    cpu_seconds: float
    waiting: bool  # every thread sleeps: none runs, waits for a processor, or for a disk
    memory_bytes: int = 0  # resident, with something for each process


def look(group: int) -> Activity:
    """Looks at all processes of a group and at what they have started, so that a script that wraps
    QEMU is no obstacle, and a child that leaves the group no way out."""
    ticks, pages, waiting = 0, 0, True
    for process, rss in _members(group):
        pages += rss + _PROCESS_PAGES
        for thread in _stats(_threads(process)):
            ticks += int(thread[11]) + int(thread[12])
            waiting = waiting and thread[0] == "S"
    return Activity(ticks / _TICKS, waiting, pages * _PAGE)


def _members(group: int) -> Iterator[tuple[Path, int]]:
    """The /proc folders of the processes in a group and of their descendants, with the pages that
    each has in memory."""
    parents: dict[int, int] = {}
    found: dict[int, tuple[Path, int]] = {}
    inside: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        for stat in _stats([process / "stat"]):
            pid = int(process.name)
            parents[pid], found[pid] = int(stat[1]), (process, int(stat[21]))
            if int(stat[2]) == group:
                inside.add(pid)
    for pid in found:
        if _ancestry(pid, parents) & inside:
            yield found[pid]


def _ancestry(pid: int, parents: dict[int, int]) -> set[int]:
    """A process, its parent, and so on."""
    line: set[int] = set()
    while pid in parents and pid not in line:
        line.add(pid)
        pid = parents[pid]
    return line


def _threads(process: Path) -> list[Path]:
    """The `stat` files of a process's threads; none when it has ended meanwhile."""
    try:
        return list(process.glob("task/*/stat"))
    except (FileNotFoundError, ProcessLookupError):
        return []


def _stats(files: list[Path]) -> Iterator[list[str]]:
    """The fields of `stat` files from the state on (proc(5)), but for what has ended meanwhile."""
    for file in files:
        try:
            yield file.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue


class IdleWatch:
    """Tells when a process group has done nothing for a while.

    Only time in which we looked counts, and only while every thread was asleep of its own will:
    on a loaded machine, a process that waits for its turn is not idle.
    """

    def __init__(self, group: int, step: float) -> None:
        self.group = group
        self.step = step
        self.seconds = 0.0  # idle so far
        self.memory_bytes = 0  # when we last looked
        self._last: tuple[float, float] | None = None  # when we looked, and the CPU time then

    def reset(self) -> None:
        """Something happened."""
        self.seconds, self._last = 0.0, None

    def look(self, now: float) -> None:
        """Looks again if it is time to; `now` in seconds."""
        if self._last is not None and now - self._last[0] < self.step:
            return
        seen = look(self.group)
        self.memory_bytes = seen.memory_bytes
        if self._last is not None:
            idle = seen.waiting and seen.cpu_seconds == self._last[1]
            self.seconds = self.seconds + min(now - self._last[0], 2 * self.step) if idle else 0.0
        self._last = (now, seen.cpu_seconds)
