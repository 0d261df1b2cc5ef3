"""Waiting for other processes to do something, or to be gone."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Callable, TypeVar

T = TypeVar("T")


def eventually(attempt: Callable[[], T], seconds: float = 30) -> T:
    """What `attempt` returns, as soon as it does so without an OSError or ValueError."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, ValueError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def is_gone(pid: int) -> None:
    """Raises ValueError while there is such a process; a zombie is gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return
    if state not in "ZX":
        raise ValueError(f"process {pid} is still there, in state {state}")
