"""Forms that several pictures share: maps of memory, words with fields, records with offsets."""
from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Sequence

from tessera.book.drawing import Drawing, Style
from tessera.book.evidence import Field, body
from tessera.errors import Failure

_BAND, _BIT, _MARGIN = 30, 11, 10


@dataclass(frozen=True)
class Band:
    """A piece of memory: its first address or offset, what it is, and what else there is to say."""

    begins: str
    name: str
    note: str = ""
    shade: float = 0.08  # 0: nothing is there


def memory(
    drawing: Drawing, place: tuple[float, float], wide: float, bands: Sequence[Band]
) -> None:
    """A map of memory, the highest address on top; each band's first address stands at its foot."""
    x, y = place
    for band in bands:
        drawing.box(x, y, wide, _BAND, band.shade)
        drawing.text(x + 10, y + 19, band.name, Style(bold=band.shade > 0))
        drawing.text(x + wide - 10, y + 19, band.note, Style("end", mono=True, small=True))
        drawing.text(x - 8, y + _BAND + 1, band.begins, Style("end", mono=True, small=True))
        y += _BAND


def word(drawing: Drawing, y: float, name: str, fields: Sequence[Field]) -> float:
    """A word of 64 bits, its fields to scale, bit 63 at the left; where the next may begin."""
    left = _MARGIN
    drawing.text(left, y + 12, name, Style(bold=True))
    top = y + 34
    drawing.box(left, top, 64 * _BIT, 26)
    for number, one in enumerate(fields):
        x, wide = left + (63 - one.high) * _BIT, (one.high - one.low + 1) * _BIT
        drawing.box(x, top, wide, 26, 0.1)
        ends = f"{one.high}–{one.low}" if one.high > one.low else str(one.high)
        drawing.text(x + wide / 2, top - 5, ends, Style("middle", mono=True, small=True))
        if Style().width(one.name) < wide:
            drawing.text(x + wide / 2, top + 18, one.name, Style("middle"))
            continue
        below = top + 40 + 15 * (number % 2)
        drawing.line((x + wide / 2, top + 26), (x + wide / 2, below - 10))
        drawing.text(x + wide, below, one.name, Style("end"))
    return top + (
        66 if any(Style().width(f.name) >= (f.high - f.low + 1) * _BIT for f in fields) else 42
    )


def word_width() -> float:
    """How wide a drawing of words has to be."""
    return 64 * _BIT + 2 * _MARGIN


_MEMBER = re.compile(
    r"^    (?:std::array<(?P<of>\w+), (?P<count>\d+)>|(?P<type>[\w:]+)) (?P<name>\w+)(?:\{\}| = [^;]+);"
    r"(?: +///< (?P<about>.*))?$",
    re.MULTILINE,
)


def record(text: str, name: str) -> str:
    """The members of a struct of words: offset, name, comment beside it; the lowest on top."""
    drawing, offset, y = Drawing(600), 0, 4.0
    members = list(_MEMBER.finditer(body(text, rf"struct (?:alignas\(16\) )?{name} ?")))
    if not members:
        raise Failure(f"'{name}' has no members to draw")
    for member in members:
        high = 56 if member["count"] else 28
        drawing.box(70, y, 110, high, 0.08)
        label = f"{member['name']}[{member['count']}]" if member["count"] else member["name"]
        drawing.text(125, y + high / 2 + 5, label, Style("middle", mono=True))
        drawing.text(62, y + 14, f"+{offset}", Style("end", mono=True, small=True))
        for number, line in enumerate(textwrap.wrap(member["about"] or "", 68)):
            drawing.text(192, y + 12 + 15 * number, line, Style(small=True))
        offset, y = offset + 8 * int(member["count"] or 1), y + high
    drawing.text(62, y + 10, f"+{offset}", Style("end", mono=True, small=True))
    return drawing.svg()
