"""A recorded boot as a cast (asciicast v2) that plays in the page, and as a list with times."""
from __future__ import annotations

import json
import math
from html import escape
from typing import Sequence

from tessera.book.recording import Line

#: What the usual pause between two lines takes in the cast, in seconds, and the longest one.
_PAUSE, _LONGEST = 0.15, 1.5


def slowdown(lines: Sequence[Line]) -> int:
    """By how much a cast is slower than the machine: a power of ten, for the eye to follow."""
    gaps = sorted(max(1, after.at - before.at) for before, after in zip(lines, lines[1:]))
    usual = gaps[len(gaps) // 2] / 1e9 if gaps else 1e-6
    return 10 ** max(0, round(math.log10(_PAUSE / usual)))


def asciicast(lines: Sequence[Line], title: str) -> str:
    """The cast. Pauses longer than one can wait for are cut short."""
    slower = slowdown(lines)
    width = min(max(len(line.text) for line in lines) + 1, 120)
    header = {
        "version": 2,
        "width": max(width, 60),
        "height": min(len(lines) + 1, 24),
        "title": title,
    }
    rows = [json.dumps(header)]
    at, before = 0.5, lines[0].at
    for line in lines:
        at += min(_LONGEST, (line.at - before) * slower / 1e9)
        before = line.at
        rows.append(json.dumps([round(at, 3), "o", line.text + "\r\n"], ensure_ascii=False))
    rows.append(json.dumps([round(at + _LONGEST, 3), "o", ""]))
    return "\n".join(rows)


def html(lines: Sequence[Line], name: str, title: str) -> str:
    """The boot with the time of each line, and a button that plays it."""
    rows = "\n".join(
        f'<span class="at">{line.at / 1000:,.1f}</span>{escape(line.text, quote=False)}'
        for line in lines
    )
    data = asciicast(lines, title).replace("</", "<\\/")
    return (
        f'<div class="cast"><button type="button" class="play" data-cast="cast-{name}">'
        f"▶ Play, {slowdown(lines):,} times slower than the machine</button>"
        f'<div class="screen"></div></div>'
        f'<script type="text/plain" id="cast-{name}">{data}</script>'
        f'<figure class="timed"><pre tabindex="0"><code>{rows}</code></pre></figure>'
    )
