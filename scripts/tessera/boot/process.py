"""Runs QEMU within limits and always gets rid of it again."""
from __future__ import annotations

import os
import resource
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Callable, Iterator, Sequence

from tessera.boot.dialogue import Dialogue
from tessera.boot.session import Keyboard, Session, Stop
from tessera.chapter import Exchange, Limits
from tessera.errors import Failure
from tessera.programs import uninterrupted

#: QEMU says this whenever a guest sleeps without a timer: with `-icount sleep=off` that is no news.
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


def run(command: Sequence[str], limits: Limits, *, dialogue: Sequence[Exchange] = (),
        keyboard: Keyboard | None = None, attended: bool = False,
        echo: Callable[[bytes], None] | None = None,
        on_quiet: Callable[[bool], None] | None = None) -> Run:
    """Runs QEMU until it ends or a limit is reached.

    `attended`: someone sits in front of it, so no limit but theirs applies.
    `echo`: gets the output live. `on_quiet`: told when an attended boot falls silent.
    """
    with _started(command, None if attended else limits) as process:
        session = Session(process, limits, Dialogue(dialogue))
        session.echo, session.on_quiet = echo, on_quiet
        if keyboard is not None:
            session.listen(keyboard)
        stop = session.watch(attended)
        status = process.returncode or 0
    words = session.errors.decode(errors="replace").splitlines()
    return Run(stop or _meaning(status), bytes(session.output[: limits.output_bytes]),
               "\n".join(line for line in words if _NO_NEWS not in line), status,
               session.dialogue.awaited, limits)


@contextmanager
def _started(command: Sequence[str], limits: Limits | None) -> Iterator[subprocess.Popen[bytes]]:
    """QEMU, within limits, until the block is left."""
    with ExitStack() as stack:
        with uninterrupted():
            try:
                process = subprocess.Popen(command, bufsize=0, start_new_session=True,
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
            except OSError as error:
                raise Failure(f"cannot start {command[0]}: {error.strerror}") from error
            stack.enter_context(guarded(process))
        _limit(process.pid, limits)
        yield process


@contextmanager
def guarded(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process leads a group of its own, which is gone when the block is left, however that
    happens: even `kill -9` of the tool leaves no QEMU behind."""
    guard = None
    try:
        guard = _guard(process.pid)
        yield
    finally:
        with uninterrupted():
            _end(process, guard)


def _guard(group: int) -> subprocess.Popen[bytes]:
    """A shell that kills the group when we vanish, for then its input ends."""
    return subprocess.Popen(["/bin/sh", "-c", 'read -r line; kill -KILL -"$1"', "sh", str(group)],
                            bufsize=0, start_new_session=True, stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _limit(pid: int, limits: Limits | None) -> None:
    """Limits QEMU's CPU time, which does not pass faster on a loaded machine; and no core files."""
    try:
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if limits is None:
            return
        _, most = resource.prlimit(pid, resource.RLIMIT_CPU)
        most = most if most != resource.RLIM_INFINITY else limits.cpu_seconds + 5
        resource.prlimit(pid, resource.RLIMIT_CPU, (min(limits.cpu_seconds, most), most))
    except ProcessLookupError:
        pass  # it has ended already


def _end(process: subprocess.Popen[bytes], guard: subprocess.Popen[bytes] | None) -> None:
    """Kills what is left of QEMU's group, then the guard, which has nothing to guard any more."""
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
