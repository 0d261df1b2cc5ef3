"""The user's keyboard as the guest's console: every key goes through, Ctrl-C and Ctrl-A x stop."""
from __future__ import annotations

import os
import sys
import termios
from contextlib import contextmanager
from typing import Iterator

_CTRL_A = b"\x01"


class Typed:
    """Standard input, byte by byte."""

    def __init__(self, descriptor: int, escapes: bool) -> None:
        self._descriptor = descriptor
        self._escapes = escapes
        self._escaped = False  # the last key was Ctrl-A

    def fileno(self) -> int:
        """For selectors."""
        return self._descriptor

    def read(self) -> bytes | None:
        """What was typed; None for Ctrl-A x, EOFError at the end of the input."""
        data = os.read(self._descriptor, 4096)
        if not data:
            raise EOFError
        return self._unescaped(data) if self._escapes else data

    def _unescaped(self, data: bytes) -> bytes | None:
        """Handles Ctrl-A as QEMU does: x stops, a second Ctrl-A types one."""
        typed = b""
        for key in (data[i : i + 1] for i in range(len(data))):
            if self._escaped and key in b"xX":
                return None
            typed += b"" if key == _CTRL_A and not self._escaped else key
            self._escaped = key == _CTRL_A and not self._escaped
        return typed


@contextmanager
def keyboard() -> Iterator[Typed | None]:
    """Standard input for a guest; None where there is none, or when it belongs to another job.

    A terminal gives its keys at once, unseen; it is as before when the block is left.
    """
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, ValueError, OSError):  # closed, or no file at all
        yield None
        return
    if not os.isatty(descriptor):
        yield Typed(descriptor, escapes=False)
    elif os.tcgetpgrp(descriptor) != os.getpgrp():
        yield None
    else:
        before = termios.tcgetattr(descriptor)
        try:
            _unbuffer(descriptor)
            yield Typed(descriptor, escapes=True)
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _unbuffer(descriptor: int) -> None:
    """Keys come one by one and unseen; Ctrl-C stays a signal, Enter stays a newline."""
    mode = termios.tcgetattr(descriptor)
    mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
    characters = mode[6]
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    for key in (termios.VSUSP, termios.VQUIT):  # Ctrl-Z and Ctrl-\ are for the guest, not for us
        characters[key] = b"\0"
    termios.tcsetattr(descriptor, termios.TCSADRAIN, mode)
