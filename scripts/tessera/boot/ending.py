"""How a boot ended: well, in a panic, refused, or in one of the ways that nobody asks for."""
from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import Enum

from tessera.boot import golden
from tessera.boot.process import Run
from tessera.boot.session import Stop

_STAMP = r"(?:\[ *\d+\.\d{6}\] )?"
_PANIC = re.compile(rf"^{_STAMP}(PANIC: .*)$", re.MULTILINE)
#: A kernel that panics in the middle of a line does not finish its sentence first.
_INTERRUPTED = re.compile(r"(PANIC: .*)$", re.MULTILINE)
_REFUSED = re.compile(rf"^{_STAMP}(REFUSED: .*)$", re.MULTILINE)
_STOPPED = re.compile(rf"^{_STAMP}(STOPPED: .*)$", re.MULTILINE)


class End(Enum):
    """The ways in which a boot ends. The first four can be declared in chapter.toml."""

    OK = "ok"
    PANIC = "panic"
    REFUSED = "refused"
    STOPPED = "stopped"
    NO_LAST_LINE = "missing last line"
    NO_PROMPT = "missing prompt"
    SPINNING = "spinning"
    IDLING = "idling"
    DIED = "QEMU died"
    WALL_CLOCK = "out of time"
    OUTPUT = "too much output"
    MEMORY = "too much memory"
    USER = "stopped by hand"


@dataclass(frozen=True)
class Ending:
    """How a boot ended: the kind, a sentence on it, and where that is known what to do."""

    end: End
    sentence: str
    hint: str | None = None


def judge(run: Run, chapter: int | None) -> Ending:
    """Tells how the boot of a chapter's kernel ended. Without a chapter it was somebody's own root
    task, of whose last words nothing is known."""
    log = golden.text(run.output)
    if run.stop is not Stop.OFF:
        return _broken_off(run, log)
    if found := _PANIC.search(log):
        return Ending(End.PANIC, f"the kernel panicked: {found[1]}")
    if found := _REFUSED.search(log):
        return Ending(End.REFUSED, f"the kernel refused to boot: {found[1]}")
    if found := _STOPPED.search(log):
        return Ending(End.STOPPED, f"no thread was left that could run: {found[1]}")
    if run.awaited is not None:
        return Ending(End.NO_PROMPT, "missing prompt: the machine powered off before it printed "
                                     f"{run.awaited.expect!r}")
    return _powered_off(log, None if chapter is None else f"[ch{chapter:02}] OK")


def _powered_off(log: str, last: str | None) -> Ending:
    """A power-off with no line that says why: it depends on the last line, if one is known."""
    lines = golden.lines(log)
    if lines and lines[-1] == last:
        return Ending(End.OK, f"it ended well: {last}")
    if found := _INTERRUPTED.search(log):
        return Ending(End.PANIC, f"the kernel panicked: {found[1]}")
    if last is None:
        return Ending(End.OK, "the root task turned the machine off")
    said = f"ended with {lines[-1]!r}" if lines else "printed nothing at all"
    return Ending(End.NO_LAST_LINE, f"missing last line: the machine powered off without "
                                    f"'{last}'; it {said}",
                  "A reset counts as power-off here, and so does an early call of PSCI.")


def _broken_off(run: Run, log: str) -> Ending:
    """A boot that did not power off: what happened, and how far it had come."""
    end, sentence, hint = _REASONS[run.stop](run)
    if run.awaited is not None:
        sentence += f", while the prompt {run.awaited.expect!r} was awaited"
    lines = golden.lines(log)
    if found := _PANIC.search(log):
        sentence += f", after a panic: {found[1]}"
    elif lines:
        sentence += f"; the last of {len(lines)} line(s) is {lines[-1]!r}"
    else:
        sentence += "; nothing was printed"
    return Ending(end, sentence, hint)


_Facts = tuple[End, str, "str | None"]


def _spinning(run: Run) -> _Facts:
    return (End.SPINNING,
            f"spinning: not ended after {run.limits.cpu_seconds} s of QEMU's CPU time",
            "A loop that never ends, or an exception that leads to itself. `./tessera debug` shows "
            "where:\nCtrl-C in GDB, then `bt`.")


def _idling(run: Run) -> _Facts:
    return (End.IDLING,
            f"idling: no output and no CPU time for {run.limits.idle_seconds:g} s",
            "The processor sleeps in `wfi` (or is switched off), and nothing will wake it.")


def _died(run: Run) -> _Facts:
    number = -run.status if run.status < 0 else run.status - 128
    if number in set(signal.Signals):
        how = f"killed by {signal.Signals(number).name}"
    else:
        how = f"exit status {run.status}"
    return End.DIED, f"QEMU died: {how}", None if run.errors else "It said nothing on why."


def _wall_clock(run: Run) -> _Facts:
    return (End.WALL_CLOCK,
            f"out of time: not ended after {run.limits.wall_seconds:g} s, neither spinning nor "
            "idling all the while",
            "Is this machine very busy? chapter.toml can raise limits.wall_seconds.")


def _output(run: Run) -> _Facts:
    return End.OUTPUT, f"too much output: more than {run.limits.output_bytes} bytes", None


def _memory(run: Run) -> _Facts:
    return End.MEMORY, f"too much memory: more than {run.limits.memory_bytes >> 20} MiB", None


def _user(_: Run) -> _Facts:
    return End.USER, "stopped from the keyboard", None


_REASONS = {Stop.SPINNING: _spinning, Stop.IDLING: _idling, Stop.DIED: _died,
            Stop.WALL_CLOCK: _wall_clock, Stop.OUTPUT: _output, Stop.MEMORY: _memory,
            Stop.USER: _user}
