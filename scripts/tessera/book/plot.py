"""Plots for the book: points joined by lines, drawn as SVG in the colour of the text.

What tells series apart are marks and names, not colours: it reads on white, on black and in print.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Sequence

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 300, 70, 24, 34, 48
_DASHES = ("", "6 4", "2 3")


@dataclass(frozen=True)
class Line:
    """A series of points, in the order of x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Axes:
    """What is drawn against what. A logarithmic x axis is for powers of ten."""

    x: str
    y: str
    logarithmic: bool = False


class Plot:
    """Places of numbers in the picture: y begins at 0, so that heights can be compared."""

    def __init__(self, axes: Axes, lines: Sequence[Line]) -> None:
        self.axes, self.lines = axes, lines
        self.xs = sorted({x for line in lines for x, _ in line.points})
        self.step = _round_step(max(y for line in lines for _, y in line.points))
        self.top = self.step * math.ceil(
            max(y for line in lines for _, y in line.points) / self.step
        )

    def svg(self) -> str:
        """The whole picture."""
        parts = [
            *self._grid(),
            *(part for i, line in enumerate(self.lines) for part in self._line(i, line)),
        ]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" '
            f'width="{_WIDE}" font-size="13" '
            f'font-family="sans-serif" fill="currentColor" stroke="none">{"".join(parts)}</svg>'
        )

    def _x(self, x: float) -> float:
        """Where an x lies."""
        low, high, at = (
            (math.log10(v) for v in (self.xs[0], self.xs[-1], x))
            if self.axes.logarithmic
            else (0.0, self.xs[-1], x)
        )
        return _LEFT + 12 + (at - low) / ((high - low) or 1) * (_WIDE - _LEFT - _RIGHT - 24)

    def _y(self, y: float) -> float:
        """Where a y lies."""
        return _HIGH - _BOTTOM - y / self.top * (_HIGH - _TOP - _BOTTOM)

    def _grid(self) -> list[str]:
        """Axes, their names and numbers."""
        parts = [
            f'<text x="{_WIDE / 2}" y="{_HIGH - 10}" text-anchor="middle">'
            f"{escape(self.axes.x)}</text>",
            f'<text x="4" y="16">{escape(self.axes.y)}</text>',
        ]
        for i in range(round(self.top / self.step) + 1):
            y = self._y(i * self.step)
            parts.append(
                f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="currentColor" opacity="{0.7 if i == 0 else 0.2}"/>'
                f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
                f"{i * self.step:,.0f}</text>"
            )
        return parts + [
            f'<text x="{self._x(x):.1f}" y="{_HIGH - _BOTTOM + 18}" text-anchor="middle">{x:,.0f}'
            "</text>"
            for x in self.xs
        ]

    def _line(self, number: int, line: Line) -> list[str]:
        """A series: its line, a mark at each point, its name over the last."""
        places = [(self._x(x), self._y(y)) for x, y in line.points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = f' stroke-dasharray="{_DASHES[number]}"' if _DASHES[number] else ""
        end_x, end_y = places[-1]
        return [
            f'<polyline points="{joined}" fill="none" stroke="currentColor" '
            f'stroke-width="2"{dash}/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places),
            f'<text x="{end_x:.1f}" y="{end_y - 10:.1f}" text-anchor="end">'
            f"{escape(line.name)}</text>",
        ]


def _round_step(most: float) -> float:
    """The distance of grid lines: 1, 2 or 5 times a power of ten, four to eight of them."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(power * times for times in (1, 2, 5, 10) if most / (power * times) <= 8)
