"""Calling other programs."""
from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import Any, Iterator

#: Arguments of `subprocess` for a program that is listened to: no keyboard, and whatever it says, on
#: either stream and in whatever encoding, is one text.
HEARD: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "text": True,
    "errors": "replace",
}


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Signals that raise an exception do so only at the end of the block.

    Between a program's start and the moment from which it is sure to be ended, and while it is
    being ended, an exception would leave it behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no handler runs here
        return
    arrived: list[int] = []
    before = {number: handler for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
              if callable(handler := signal.getsignal(number))}
    for number in before:
        signal.signal(number, lambda came, _: arrived.append(came))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in arrived:
            signal.raise_signal(number)
