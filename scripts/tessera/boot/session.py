"""The wait for a running QEMU: its output, what is typed into it, its limits."""
from __future__ import annotations

import os
import selectors
import subprocess
import time
from enum import Enum
from typing import IO, Callable, Protocol

from tessera.boot.activity import IdleWatch, look
from tessera.boot.dialogue import Dialogue
from tessera.chapter import Limits

#: How long we sleep at most before looking at the limits, in seconds.
_TICK = 0.1
#: Whoever sits in front of a boot is told when nothing has happened for so long, in seconds.
QUIET = 10.0
#: QEMU's own words are kept up to here, in bytes.
_ERRORS = 100_000


class Stop(Enum):
    """Why QEMU is no longer running."""

    OFF = "the machine powered off"
    DIED = "QEMU died"
    SPINNING = "spinning"
    IDLING = "idling"
    WALL_CLOCK = "out of time"
    OUTPUT = "too much output"
    MEMORY = "too much memory"
    USER = "stopped by the user"


class Keyboard(Protocol):
    """Where typed bytes come from."""

    def fileno(self) -> int:
        """What to wait on."""

    def read(self) -> bytes | None:
        """What was typed; None asks to stop, EOFError says that no more will come."""


class Session:
    """Carries bytes to and from a running QEMU until it ends or must be ended."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits,
                 dialogue: Dialogue) -> None:
        self.process = process
        self.limits = limits
        self.dialogue = dialogue
        self.output = bytearray()
        self.errors = bytearray()
        self.stop: Stop | None = None
        self.echo: Callable[[bytes], None] | None = None  # gets the output live
        self.on_quiet: Callable[[bool], None] | None = None  # told once; whether QEMU is busy
        self._unsent = bytearray()  # typed, but not yet taken by QEMU
        self._idle = IdleWatch(process.pid, step=min(0.25, limits.idle_seconds / 4))
        self._last = time.monotonic()  # when something was printed or typed
        self._keyboard: Keyboard | None = None
        self._selector = selectors.PollSelector()  # which, unlike epoll, takes plain files
        os.set_blocking(process.stdin.fileno(), False)
        for pipe, handler in ((process.stdout, self._on_output), (process.stderr, self._on_errors)):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, handler)

    def listen(self, keyboard: Keyboard) -> None:
        """Passes on what is typed on a keyboard."""
        self._keyboard = keyboard
        self._selector.register(keyboard, selectors.EVENT_READ, self._on_typed)

    def watch(self, attended: bool) -> Stop | None:
        """Returns when QEMU has ended by itself (None) or must be ended.

        `attended`: someone sits in front of it, so no limit but theirs applies.
        """
        start = time.monotonic()
        with self._selector:
            while self.stop is None and self.process.poll() is None:
                self._wait()
                self._send()
                self._check(start, attended)
            if self.stop is None:
                self._on_output()  # what was still in the pipes
                self._on_errors()
        if self.stop is None and not attended and len(self.output) > self.limits.output_bytes:
            self.stop = Stop.OUTPUT
        return self.stop

    def _wait(self) -> None:
        """Sleeps until something happens, for a short while at most."""
        if self.process.stdout.closed:  # QEMU is about to end
            try:
                self.process.wait(_TICK)
            except subprocess.TimeoutExpired:
                pass
            return
        for key, _ in self._selector.select(_TICK):
            key.data()

    def _check(self, start: float, attended: bool) -> None:
        """Compares the run with its limits; that of CPU time is the operating system's to watch."""
        now = time.monotonic()
        if attended:
            del self.output[: -self.limits.output_bytes]  # the end is what tells how it ended
            self._tell_if_quiet(now)
            return
        self._idle.look(now)
        if len(self.output) > self.limits.output_bytes:
            self.stop = Stop.OUTPUT
        elif self._idle.memory_bytes > self.limits.memory_bytes:
            self.stop = Stop.MEMORY
        elif self._idle.seconds >= self.limits.idle_seconds:
            self.stop = Stop.IDLING
        elif now - start >= self.limits.wall_seconds:
            self.stop = Stop.WALL_CLOCK

    def _tell_if_quiet(self, now: float) -> None:
        """Silence may be meant, or not: who sits there decides, but should know of it."""
        if self.on_quiet is not None and now - self._last >= QUIET:
            self.on_quiet(not look(self.process.pid).waiting)
            self.on_quiet = None

    def _happened(self) -> None:
        """Something was printed or typed: neither idle nor quiet."""
        self._idle.reset()
        self._last = time.monotonic()

    def _on_output(self) -> None:
        """Serial output: kept, shown, and perhaps answered."""
        data = self._read(self.process.stdout)
        if not data:
            return
        self._happened()
        self.output += data
        if self.echo is not None:
            self.echo(data)
        self._unsent += self.dialogue.answers(self.output)

    def _on_errors(self) -> None:
        """QEMU's own words."""
        self.errors += self._read(self.process.stderr)
        del self.errors[_ERRORS:]

    def _on_typed(self) -> None:
        """Something was typed."""
        try:
            typed = self._keyboard.read()
        except EOFError:
            self._selector.unregister(self._keyboard)
            return
        if typed is None:
            self.stop = Stop.USER
        else:
            self._unsent += typed

    def _send(self) -> None:
        """Types into the guest as much as QEMU takes now."""
        if not self._unsent:
            return
        try:
            sent = self.process.stdin.write(self._unsent) or 0
        except BrokenPipeError:  # QEMU has just ended
            sent = len(self._unsent)
        if sent:
            self._happened()
        del self._unsent[:sent]

    def _read(self, pipe: IO[bytes]) -> bytes:
        """What there is to read now, up to the output limit; closes the pipe at its end."""
        data = b""
        while not pipe.closed and len(data) <= self.limits.output_bytes:
            chunk = pipe.read(65536)
            if chunk is None:
                break
            data += chunk
            if not chunk:
                self._selector.unregister(pipe)
                pipe.close()
        return data
