"""The wait for a running QEMU: its output, what is typed into it, its limits."""
from __future__ import annotations

import os
import selectors
import subprocess
import time
from enum import Enum
from typing import Callable, Protocol

from tessera.boot.activity import IdleWatch
from tessera.boot.dialogue import Dialogue
from tessera.chapter import Limits

#: How long we sleep at most before looking at the limits, in seconds.
_TICK = 0.1


class Stop(Enum):
    """Why QEMU is no longer running."""

    OFF = "the machine powered off"
    DIED = "QEMU died"
    SPINNING = "spinning"
    IDLING = "idling"
    WALL_CLOCK = "out of time"
    OUTPUT = "too much output"
    USER = "stopped by the user"


class Keyboard(Protocol):
    """Where typed bytes come from."""

    def fileno(self) -> int:
        """What to wait on."""

    def read(self) -> bytes | None:
        """What was typed; None asks to stop, EOFError says that no more will come."""


class Session:
    """Carries bytes to and from a running QEMU until it ends or must be ended."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, dialogue: Dialogue) -> None:
        self.process = process
        self.limits = limits
        self.dialogue = dialogue
        self.output = bytearray()
        self.errors = bytearray()
        self.stop: Stop | None = None
        self.echo: Callable[[bytes], None] | None = None
        self._idle = IdleWatch(process.pid, step=min(0.25, limits.idle_seconds / 4))
        self._keyboard: Keyboard | None = None
        self._selector = selectors.DefaultSelector()
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
                self._check(start, attended)
            if self.stop is None:
                self._on_output()  # what was still in the pipes
                self._on_errors()
        return self.stop

    def _wait(self) -> None:
        """Sleeps until something happens, for a short while at most."""
        if self.process.stdout.closed:  # it is about to end
            try:
                self.process.wait(_TICK)
            except subprocess.TimeoutExpired:
                pass
            return
        for key, _ in self._selector.select(_TICK):
            key.data()

    def _check(self, start: float, attended: bool) -> None:
        """Compares the run with its limits; the CPU limit is the operating system's to watch."""
        if attended:
            del self.output[: -self.limits.output_bytes]  # the end is what matters
            return
        now = time.monotonic()
        self._idle.look(now)
        if len(self.output) > self.limits.output_bytes:
            self.stop = Stop.OUTPUT
        elif self._idle.seconds >= self.limits.idle_seconds:
            self.stop = Stop.IDLING
        elif now - start >= self.limits.wall_seconds:
            self.stop = Stop.WALL_CLOCK

    def _on_output(self) -> None:
        """Serial output: kept, shown, and perhaps answered."""
        data = self._read(self.process.stdout)
        self.output += data
        if data:
            self._idle.reset()
        if data and self.echo is not None:
            self.echo(data)
        self._type(self.dialogue.answers(self.output))

    def _on_errors(self) -> None:
        """QEMU's own words; a thousand lines of them are enough."""
        self.errors += self._read(self.process.stderr)
        del self.errors[100_000:]

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
            self._type(typed)

    def _type(self, data: bytes) -> None:
        """Types into the guest; what a full pipe or a QEMU that has just ended does not take is lost."""
        if not data:
            return
        self._idle.reset()
        try:
            self.process.stdin.write(data)
        except (BrokenPipeError, BlockingIOError):
            pass

    def _read(self, pipe: object) -> bytes:
        """All there is to read now; closes the pipe at its end."""
        data = b""
        while not pipe.closed and (chunk := pipe.read(65536)) is not None:
            data += chunk
            if not chunk:
                self._selector.unregister(pipe)
                pipe.close()
            if len(data) > self.limits.output_bytes:
                break
        return data
