"""Repeated timings and the table that shows them."""
from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Callable

from tessera import console


@dataclass(frozen=True)
class Figure:
    """What was measured: the seconds of each run and, where there is one, the aim (seconds)."""

    name: str
    seconds: tuple[float, ...]
    aim: float | None = None

    @property
    def median(self) -> float:
        """The run in the middle: one slow run on a busy machine does not move it."""
        return median(self.seconds)

    def row(self) -> tuple[str, str, str, str]:
        """The figure as a line of the table."""
        spread = f"{min(self.seconds):.2f} to {max(self.seconds):.2f} s" if len(self.seconds) > 1 else ""
        runs = f"{len(self.seconds)} run{'s' if len(self.seconds) > 1 else ''}"
        return self.name, f"{self.median:.2f} s", f"{runs} {spread}".strip(), self._against_aim()

    def _against_aim(self) -> str:
        if self.aim is None:
            return ""
        return f"under {self.aim} s: {'yes' if self.median < self.aim else 'no'}"


def repeat(name: str, runs: int, once: Callable[[int], float], aim: float | None = None) -> Figure:
    """Calls `once` with 0, 1, … and keeps the seconds that it returns."""
    with console.busy(f"{name} ({runs} run{'s' if runs > 1 else ''})"):
        return Figure(name, tuple(once(number) for number in range(runs)), aim)


def machine() -> str:
    """This machine in a few words: figures mean nothing without it."""
    return f"{_processor()}, {len(os.sched_getaffinity(0))} of its processors, {platform.system()} {platform.release()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show(figures: list[Figure]) -> None:
    """Prints the table."""
    console.out()
    console.table(f"On {machine()}:", ("what", "median", "spread", "aim"), [figure.row() for figure in figures])
