"""A fixture for tests that debug the real tree: its sessions share build/debug, so they take turns."""
from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Iterator

import pytest


@pytest.fixture
def alone(repository: Path) -> Iterator[None]:
    """Holds back other such tests, in whichever process they run."""
    build = repository / "build"
    build.mkdir(exist_ok=True)
    with (build / "debugging.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
