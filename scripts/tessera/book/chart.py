"""The size of the kernel, chapter by chapter, as a picture and as a table."""
from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from tessera.book.sources import CODE, KERNEL, TESTS, Sources
from tessera.chapter import Chapter

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BAR, _GAP, _LEFT, _WIDE = 18, 8, 44, 640


@dataclass(frozen=True)
class Size:
    """Lines of a stage that are neither blank nor comment."""

    kernel: int
    tests: int


def sizes(sources: Sources) -> dict[int, Size]:
    """The size of every stage."""
    counted = {blob: _code_lines(text) for blob, text in sources.texts.items()}

    def count(stage: int, folder: str) -> int:
        files = sources.files[stage].items()
        return sum(
            counted[blob] for path, blob in files if path.startswith(folder) and path.endswith(CODE)
        )

    return {stage: Size(count(stage, KERNEL), count(stage, TESTS)) for stage in sources.files}


def _code_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in _COMMENT.sub("", text).splitlines())


def html(sizes: dict[int, Size], current: int, chapters: dict[int, Chapter]) -> str:
    """A bar for each chapter, that of the current one filled; the numbers beside."""
    most = max(size.kernel for size in sizes.values())
    bars = []
    for row, (stage, size) in enumerate(sizes.items()):
        y, width = row * (_BAR + _GAP), max(2, round((_WIDE - _LEFT - 70) * size.kernel / most))
        kind = "now" if stage == current else "then"
        bars.append(
            f'<text x="0" y="{y + 13}">{stage:02}</text>'
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}"/>'
            f'<text x="{_LEFT + width + 8}" y="{y + 13}">{size.kernel:,}</text>'
        )
    told = ", ".join(f"chapter {stage:02}: {size.kernel}" for stage, size in sizes.items())
    height = len(sizes) * (_BAR + _GAP)
    return (
        f'<figure class="picture chart"><div class="scroll" tabindex="0">'
        f'<svg viewBox="0 0 {_WIDE} {height}" role="img" '
        f'aria-label="Lines of kernel code. {escape(told)}">{"".join(bars)}</svg></div>'
        f"<figcaption>Lines of kernel code, without blank lines and comments, chapter by chapter"
        f"</figcaption></figure>"
    )
