"""Drawings for the book's pictures: text, boxes and lines as SVG, in the colour of the text.

What tells things apart is their form and their names, not a colour: it reads on white, on black and
in print. The drawing knows how high it has become, so whoever draws goes from the top down.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

#: How wide a letter is, as a share of the font's size: generous, so that text stays in its box.
_LETTER = {"mono": 0.61, "sans": 0.56}
#: The same size for all pictures, so that none shouts.
SIZE = 13


@dataclass(frozen=True)
class Style:
    """How text is written."""

    anchor: str = "start"  # or `middle` or `end`
    mono: bool = False
    bold: bool = False
    small: bool = False

    @property
    def size(self) -> int:
        """Height of the font in units of the picture."""
        return SIZE - 2 if self.small else SIZE

    def width(self, words: str) -> float:
        """About how much room a text takes."""
        return len(words) * self.size * _LETTER["mono" if self.mono else "sans"]


class Drawing:
    """A picture of a fixed width that grows downwards."""

    def __init__(self, wide: float) -> None:
        self._wide, self._high = wide, 0.0
        self._parts: list[str] = []

    def text(self, x: float, y: float, words: str, style: Style = Style()) -> None:
        """Writes; `y` is the line that the letters stand on."""
        look = f' text-anchor="{style.anchor}"' if style.anchor != "start" else ""
        look += ' font-family="monospace"' if style.mono else ""
        look += ' font-weight="bold"' if style.bold else ""
        look += f' font-size="{style.size}"' if style.small else ""
        self._add(f'<text x="{x:g}" y="{y:g}"{look}>{escape(words)}</text>', y + 4)

    def box(self, x: float, y: float, wide: float, high: float, shade: float = 0.0) -> None:
        """A frame, filled with so much of the text's colour."""
        self._add(
            f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" fill-opacity="{shade:g}" '
            'stroke="currentColor"/>',
            y + high,
        )

    def line(
        self, start: tuple[float, float], end: tuple[float, float], dashed: bool = False
    ) -> None:
        """A line from one point to another."""
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self._add(
            f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" '
            f'stroke="currentColor"{dash}/>',
            max(start[1], end[1]),
        )

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], dashed: bool = False
    ) -> None:
        """A line with a head."""
        self.line(start, end, dashed)
        long = math.dist(start, end)
        across, down = (end[0] - start[0]) / long, (end[1] - start[1]) / long
        back, side = (end[0] - 8 * across, end[1] - 8 * down), (-4 * down, 4 * across)
        points = f"{end[0]:g},{end[1]:g} " + " ".join(
            f"{back[0] + turn * side[0]:g},{back[1] + turn * side[1]:g}" for turn in (1, -1)
        )
        self._add(f'<polygon points="{points}"/>', end[1] + 4)

    def svg(self) -> str:
        """The whole picture."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._wide:g} '
            f'{self._high + 4:g}" width="{self._wide:g}" font-size="{SIZE}" '
            f'font-family="sans-serif" fill="currentColor" stroke="none">{"".join(self._parts)}</svg>'
        )

    def _add(self, part: str, bottom: float) -> None:
        self._parts.append(part)
        self._high = max(self._high, bottom)
