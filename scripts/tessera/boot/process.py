"""Runs QEMU within limits and always gets rid of it again."""
from __future__ import annotations

import os
import resource
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Iterator, Sequence

from tessera.boot.dialogue import Dialogue
from tessera.boot.session import Keyboard, Session, Stop
from tessera.chapter import Exchange, Limits
from tessera.errors import Failure

#: QEMU says this whenever a guest sleeps without a timer; under `-icount sleep=off` that is no news.
_NO_NEWS = "warning: icount sleep disabled and no active timers"


@dataclass(frozen=True)
class Run:
    """A finished run of QEMU."""

    stop: Stop
    output: bytes  # serial output, raw
    errors: str = ""  # QEMU's own words
    status: int = 0  # as subprocess has it: negative for a signal
    awaited: Exchange | None = None  # the step of the dialogue that was not reached
    limits: Limits = Limits()


def run(command: Sequence[str], limits: Limits, *, dialogue: Sequence[Exchange] = (), keyboard: Keyboard | None = None,
        attended: bool = False, echo: Callable[[bytes], None] | None = None) -> Run:
    """Runs QEMU until it ends or a limit is reached.

    `attended`: someone sits in front of it, so no limit but theirs applies. `echo` gets the output live.
    """
    with _started(command, None if attended else limits) as process:
        session = Session(process, limits, Dialogue(dialogue))
        session.echo = echo
        if keyboard is not None:
            session.listen(keyboard)
        stop = session.watch(attended)
        status = process.returncode or 0
    errors = "\n".join(line for line in session.errors.decode(errors="replace").splitlines() if _NO_NEWS not in line)
    return Run(stop or _meaning(status), bytes(session.output[: limits.output_bytes]), errors, status,
               session.dialogue.awaited, limits)


@contextmanager
def _started(command: Sequence[str], limits: Limits | None) -> Iterator[subprocess.Popen[bytes]]:
    """QEMU in a process group of its own, gone when the block is left, however that happens."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   bufsize=0, start_new_session=True)
    except OSError as error:
        raise Failure(f"cannot start {command[0]}: {error.strerror}") from error
    with guarded(process):
        _limit(process.pid, limits)
        yield process


@contextmanager
def guarded(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process leads a group of its own, which is gone when the block is left, also if we are killed in it."""
    guard = None
    try:
        guard = _guard(process.pid)
        yield
    finally:
        _end(process, guard)


def _guard(group: int) -> subprocess.Popen[bytes]:
    """A shell that waits for us to vanish (its input ends then) and kills the group: even `kill -9` leaves no QEMU."""
    return subprocess.Popen(["/bin/sh", "-c", 'read -r line; kill -KILL -"$1"', "sh", str(group)], bufsize=0,
                            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)


def _limit(pid: int, limits: Limits | None) -> None:
    """CPU seconds count QEMU's work, not the machine's load. No core file of a whole guest either."""
    try:
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if limits is not None:
            resource.prlimit(pid, resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    except ProcessLookupError:
        pass  # it has ended already


def _end(process: subprocess.Popen[bytes], guard: subprocess.Popen[bytes] | None) -> None:
    """Kills what is left of QEMU's group, and the guard before it could mistake another group for it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if guard is not None:
        guard.kill()
        guard.wait()
        guard.stdin.close()
    process.wait()
    for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
        pipe.close()


def _meaning(status: int) -> Stop:
    """Why QEMU ended by itself. A shell that wraps QEMU reports a signal as 128 + its number."""
    if status == 0:
        return Stop.OFF
    if status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        return Stop.SPINNING
    return Stop.DIED
