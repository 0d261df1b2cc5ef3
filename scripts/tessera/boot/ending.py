"""How a boot ended, told apart: well, in a panic, refused, or in one of the ways nobody asks for."""
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
_REFUSED = re.compile(rf"^{_STAMP}(REFUSED: .*)$", re.MULTILINE)


class End(Enum):
    """The ways in which a boot ends. The first three can be declared in chapter.toml."""

    OK = "ok"
    PANIC = "panic"
    REFUSED = "refused"
    NO_LAST_LINE = "missing last line"
    NO_PROMPT = "missing prompt"
    SPINNING = "spinning"
    IDLING = "idling"
    DIED = "QEMU died"
    WALL_CLOCK = "out of time"
    OUTPUT = "too much output"
    USER = "stopped"


@dataclass(frozen=True)
class Ending:
    """How a boot ended: the kind, a sentence on it, and where that is known what to do."""

    end: End
    sentence: str
    hint: str | None = None


def judge(run: Run, chapter: int) -> Ending:
    """Tells how the boot of a chapter's kernel ended."""
    log = golden.text(run.output)
    if run.stop is not Stop.OFF:
        return _stopped(run, log)
    if found := _PANIC.search(log):
        return Ending(End.PANIC, f"the kernel panicked: {found[1]}")
    if found := _REFUSED.search(log):
        return Ending(End.REFUSED, f"the kernel refused to boot: {found[1]}")
    if run.awaited is not None:
        return Ending(End.NO_PROMPT, f"the machine powered off before it printed the prompt {run.awaited.expect!r}")
    return _powered_off(log, f"[ch{chapter:02}] OK")


def _powered_off(log: str, last: str) -> Ending:
    """A power-off without panic: it depends on the last line."""
    lines = golden.lines(log)
    if lines and lines[-1] == last:
        return Ending(End.OK, f"it ended well: {last}")
    said = f"its last line is {lines[-1]!r}" if lines else "it printed nothing at all"
    return Ending(End.NO_LAST_LINE, f"the machine powered off without the last line '{last}'; {said}",
                  "A machine also powers off when the kernel resets it, or calls PSCI too early.")


def _stopped(run: Run, log: str) -> Ending:
    """A boot that did not power off by itself."""
    ending = _STOPPED[run.stop](run)
    lines = golden.lines(log)
    where = f"after {len(lines)} line{'' if len(lines) == 1 else 's'}, the last one {lines[-1]!r}" if lines \
        else "before it printed anything"
    if found := _PANIC.search(log):
        where = f"after a panic: {found[1]}"
    if run.awaited is not None:
        where += f", while the prompt {run.awaited.expect!r} was awaited"
    return Ending(ending.end, f"{ending.sentence}; {where}", ending.hint)


def _spinning(run: Run) -> Ending:
    return Ending(End.SPINNING, f"spinning: QEMU used {run.limits.cpu_seconds} s of CPU time and the boot had not ended",
                  "A loop that never ends, or exceptions that lead to themselves: "
                  "`./tessera debug` shows where (Ctrl-C in GDB, then `bt`).")


def _idling(run: Run) -> Ending:
    return Ending(End.IDLING, f"idling: no output and no CPU time for {run.limits.idle_seconds:g} s",
                  "The processor sleeps in `wfi` (or was switched off) and nothing will wake it.")


def _died(run: Run) -> Ending:
    if run.status < 0 or run.status > 128:
        number = -run.status if run.status < 0 else run.status - 128
        how = f"killed by {signal.Signals(number).name}" if number in set(signal.Signals) else f"killed by signal {number}"
    else:
        how = f"exit status {run.status}"
    return Ending(End.DIED, f"QEMU died: {how}", None if run.errors else "It said nothing on why.")


def _wall_clock(run: Run) -> Ending:
    return Ending(End.WALL_CLOCK, f"out of time: not ended after {run.limits.wall_seconds:g} s, "
                  "though neither spinning nor idling", "Is this machine very busy? `limits.wall_seconds` is the limit.")


def _output(run: Run) -> Ending:
    return Ending(End.OUTPUT, f"too much output: more than {run.limits.output_bytes} bytes")


def _user(run: Run) -> Ending:
    return Ending(End.USER, "stopped from the keyboard")


_STOPPED = {Stop.SPINNING: _spinning, Stop.IDLING: _idling, Stop.DIED: _died, Stop.WALL_CLOCK: _wall_clock,
            Stop.OUTPUT: _output, Stop.USER: _user}
