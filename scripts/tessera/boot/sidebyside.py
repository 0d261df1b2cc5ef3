"""Two logs side by side around what differs."""
from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import Iterator

#: Unchanged lines shown around a difference, and rows shown at most.
_CONTEXT = 3
_MOST = 80

#: How the marks between the columns are coloured: only left, only right, both but different.
_STYLES = {"<": "red", ">": "green", "≠": "yellow"}

#: A line with its number; no number and no line where the other log has one more.
_Numbered = tuple["int | str", "str | None"]


@dataclass(frozen=True)
class Row:
    """A printed row, and its style on a terminal."""

    text: str
    style: str | None = None


def first_different_line(before: list[str], now: list[str]) -> int:
    """The line, counted from 1, from which two logs differ."""
    pairs = enumerate(zip(before, now), 1)
    return next((n for n, (a, b) in pairs if a != b), min(len(before), len(now)) + 1)


def side_by_side(before: list[str], now: list[str], titles: tuple[str, str],
                 width: int) -> list[Row]:
    """The rows of a difference, none wider than `width`: number, text, mark, number, text."""
    digits = len(str(max(len(before), len(now), 1)))
    layout = _Layout(digits, max(8, (width - 2 * digits - 6) // 2))
    rows = [Row(layout.join("", titles[0], " ", "", titles[1]), "bold"),
            Row("─" * layout.width, "dim")]
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for count, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        rows += [Row("⋮", "dim")] if count else []
        for kind, i, i_end, j, j_end in group:
            lefts: list[_Numbered] = list(enumerate(before[i:i_end], i + 1))
            rights: list[_Numbered] = list(enumerate(now[j:j_end], j + 1))
            rows += layout.block(lefts, rights, changed=kind != "equal")
    if len(rows) > _MOST:
        rows[_MOST:] = [Row(f"… and {len(rows) - _MOST} more rows", "dim")]
    return rows


@dataclass(frozen=True)
class _Layout:
    """The columns."""

    digits: int
    column: int

    @property
    def width(self) -> int:
        """The width of a whole row."""
        return 2 * (self.digits + self.column) + 6

    def join(self, n: int | str, left: str, mark: str, m: int | str, right: str) -> str:
        """One row."""
        return (f"{n:>{self.digits}} {left:<{self.column}} {mark}│"
                f"{m:>{self.digits}} {right}").rstrip()

    def block(self, lefts: list[_Numbered], rights: list[_Numbered], changed: bool
              ) -> Iterator[Row]:
        """Rows for lines that belong together."""
        for k in range(max(len(lefts), len(rights))):
            left = lefts[k] if k < len(lefts) else ("", None)
            right = rights[k] if k < len(rights) else ("", None)
            yield from self.pair(left, right, changed)

    def pair(self, left: _Numbered, right: _Numbered, changed: bool) -> Iterator[Row]:
        """A line of each log, wrapped, with a caret under the first character that differs."""
        (n, before), (m, now) = left, right
        mark = " " if not changed else "<" if now is None else ">" if before is None else "≠"
        style = _STYLES.get(mark)
        befores, nows = self.wrap(before, changed), self.wrap(now, changed)
        caret_row, caret = divmod(len(commonprefix([before or "", now or ""])), self.column)
        for k in range(max(len(befores), len(nows))):
            pieces = [lines[k] if k < len(lines) else "" for lines in (befores, nows)]
            yield Row(self.join(n if k == 0 else "", pieces[0], mark, m if k == 0 else "",
                                pieces[1]), style)
            if mark == "≠" and k == caret_row:
                pointer = " " * caret + "^"
                yield Row(self.join("", pointer, " ", "", pointer), style)

    def wrap(self, line: str | None, changed: bool) -> list[str]:
        """A line in pieces as wide as the column. Where it matters, blanks at its end are shown."""
        if line is None:
            return [""]
        line = line.replace("\t", "→")
        if changed:
            body = line.rstrip(" ")
            line = body + "·" * (len(line) - len(body))
        return [line[i : i + self.column] for i in range(0, len(line), self.column)] or [""]
