"""Less time for boots of a kernel that has been found hanging, within one test run.

A kernel that loops usually does so in every boot, and each would take its whole time. Yet a hang
may also be that one boot's own, so the others are still tried, just not for long.
"""
from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from tessera.boot import files
from tessera.chapter import Limits

#: In the environment: the folder in which the boots of one test run tell each other of hangs.
VARIABLE = "TESSERA_HANGS"

#: What a boot gets after another one of its kernel hung; boots that end take less than a second.
CPU_SECONDS, IDLE_SECONDS = 3, 1.0


def note_hang(image: Path, boot: str) -> None:
    """Lets the other boots of this kernel know."""
    if (file := _note(image)) is not None and not file.exists():
        files.write(file, boot.encode())


def hung_before(image: Path) -> str | None:
    """The boot of this kernel that hung, if one did in this test run."""
    file = _note(image)
    return files.read(file) if file is not None else None


def limits(image: Path, usual: Limits) -> Limits:
    """The limits for a boot of this kernel: the usual ones, or less after a hang."""
    if hung_before(image) is None:
        return usual
    return replace(
        usual,
        cpu_seconds=min(usual.cpu_seconds, CPU_SECONDS),
        idle_seconds=min(usual.idle_seconds, IDLE_SECONDS),
    )


def _note(image: Path) -> Path | None:
    """The file that says that this very kernel hangs; None outside of a test run."""
    if not (folder := os.environ.get(VARIABLE)):
        return None
    return Path(folder) / hashlib.sha256(str(image).encode() + image.read_bytes()).hexdigest()
