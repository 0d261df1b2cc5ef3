"""Calling other programs."""
from __future__ import annotations

import subprocess
from typing import Any

#: Arguments of `subprocess` for a program that is listened to: no keyboard, and whatever it says, on
#: either stream and in whatever encoding, is one text.
HEARD: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "text": True,
    "errors": "replace",
}
