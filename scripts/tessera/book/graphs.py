"""Graphs by Graphviz, in the colour of the text."""
from __future__ import annotations

import re
import subprocess

from tessera.errors import Failure

_FONTS = [f"-{kind}fontname=sans-serif" for kind in "GNE"]


def render(source: str, name: str) -> str:
    """Runs dot on a source. What it would paint black on white takes the colour of the text."""
    done = subprocess.run(
        ["dot", "-Tsvg", "-Gbgcolor=transparent", *_FONTS],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(f"dot cannot draw {name}: {done.stderr.strip()}")
    svg = re.sub(r'(fill|stroke)="(black|#000000)"', r'\1="currentColor"', done.stdout)
    return re.sub(r"<text (?![^>]*fill=)", '<text fill="currentColor" ', svg)


def quoted(words: str) -> str:
    """Words as a label."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
