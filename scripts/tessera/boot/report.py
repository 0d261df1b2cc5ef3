"""What a failed golden boot says to the person in front of it."""
from __future__ import annotations

import shutil
from dataclasses import dataclass
from difflib import SequenceMatcher
from os.path import commonprefix
from pathlib import Path
from typing import Iterator

from tessera import console
from tessera.boot import golden
from tessera.boot.check import Outcome, Verdict
from tessera.tree import Tree

#: Unchanged lines shown around a difference, and lines of a report before it is cut.
_CONTEXT = 3
_LONGEST = 80

_ENDS = {"ok": "end well", "panic": "end in a panic", "refused": "be refused"}


def show(outcome: Outcome, tree: Tree) -> None:
    """Prints an outcome. `tree`: paths are given from its root."""
    if outcome.verdict is Verdict.PASSED:
        console.good(f"{outcome.name}: {outcome.ending.sentence}")
    elif outcome.verdict is Verdict.ACCEPTED:
        _show_accepted(outcome, tree)
    else:
        _show_failure(outcome, tree)


def _show_accepted(outcome: Outcome, tree: Tree) -> None:
    """What `--accept` changed."""
    done = "is new" if outcome.expected is None else "has been rewritten"
    console.good(f"{outcome.name}: {_relative(outcome.expected_file, tree)} {done}")
    show_difference(outcome.expected or "", outcome.actual, ("before", "now"))


def _show_failure(outcome: Outcome, tree: Tree) -> None:
    """What went wrong, where it can be seen, and what to do."""
    console.out(f"✗ {outcome.name}: {outcome.verdict.value}", style="bold red")
    _EXPLAIN[outcome.verdict](outcome, tree)
    if outcome.errors:
        console.out("QEMU said:")
        for line in outcome.errors.splitlines():
            console.out(f"    {line}")
    console.out(f"Raw log: {_relative(outcome.raw_log, tree)}")


def _wrong_end(outcome: Outcome, tree: Tree) -> None:
    console.out(f"It must {_ENDS[outcome.boot.ends]}, but: {outcome.ending.sentence}.")
    if outcome.ending.hint:
        console.out(outcome.ending.hint)
    if outcome.expected is not None and outcome.expected != outcome.actual:
        show_difference(outcome.expected, outcome.actual)
    else:
        _show_tail(outcome.actual)


def _not_repeatable(outcome: Outcome, tree: Tree) -> None:
    found = outcome.difference
    console.out(f"They part at byte {found.offset}, in line {found.line}:")
    console.out(f"    first boot   {found.first}")
    console.out(f"    second boot  {found.second}")
    console.out("The machine repeats itself exactly, so the kernel used something that it did not set: memory, a register.")
    second = outcome.raw_log.with_name(f"{outcome.boot.name}.second.raw.log")
    console.out(f"Second log: {_relative(second, tree)}")


def _differs(outcome: Outcome, tree: Tree) -> None:
    line = first_different_line(outcome.expected, outcome.actual)
    console.out(f"It differs from line {line} on ({_relative(outcome.expected_file, tree)}:{line}).")
    show_difference(outcome.expected, outcome.actual)
    console.out(f"If the new log is right: ./tessera boot check {outcome.boot.name} --accept")


def _not_expected(outcome: Outcome, tree: Tree) -> None:
    console.out(f"{_relative(outcome.expected_file, tree)} does not exist. The boot printed:")
    _show_tail(outcome.actual)
    console.out(f"If that is right: ./tessera boot check {outcome.boot.name} --accept")


_EXPLAIN = {Verdict.WRONG_END: _wrong_end, Verdict.NOT_REPEATABLE: _not_repeatable, Verdict.DIFFERS: _differs,
            Verdict.NOT_EXPECTED: _not_expected}


def _show_tail(log: str) -> None:
    """The last lines of a log."""
    lines = golden.lines(log)
    if len(lines) > 12:
        console.out(f"    ({len(lines) - 12} lines before)", style="dim")
    for line in lines[-12:]:
        console.out(f"    {line}")


def first_different_line(expected: str, actual: str) -> int:
    """The line, counted from 1, where two logs begin to differ."""
    before, now = golden.lines(expected), golden.lines(actual)
    return next((i for i, (a, b) in enumerate(zip(before, now), 1) if a != b), min(len(before), len(now)) + 1)


def show_difference(expected: str, actual: str, titles: tuple[str, str] = ("expected", "got")) -> None:
    """Both logs side by side around what differs, as wide as the terminal."""
    for row in side_by_side(golden.lines(expected), golden.lines(actual), titles, _width()):
        console.out(row.text, style=row.style)


def _width() -> int:
    """The terminal's width; 120 columns where there is none."""
    return max(40, shutil.get_terminal_size((120, 24)).columns)


@dataclass(frozen=True)
class Row:
    """A printed row."""

    text: str
    style: str | None = None


def side_by_side(before: list[str], now: list[str], titles: tuple[str, str], width: int) -> list[Row]:
    """The rows of a side-by-side difference: line number, text, a mark, line number, text."""
    number = len(str(max(len(before), len(now), 1)))
    layout = _Layout(number, max(8, (width - 2 * number - 7) // 2))
    rows = [Row(layout.join("", titles[0], " ", "", titles[1]).rstrip(), "bold"), Row("─" * layout.width, "dim")]
    for group in SequenceMatcher(None, before, now, autojunk=False).get_grouped_opcodes(_CONTEXT):
        if len(rows) > 2:
            rows.append(Row("⋮", "dim"))
        for kind, i, i_end, j, j_end in group:
            rows += layout.block(kind, list(enumerate(before[i:i_end], i + 1)), list(enumerate(now[j:j_end], j + 1)))
    if len(rows) > _LONGEST:
        rows[_LONGEST:] = [Row(f"… and {len(rows) - _LONGEST} rows more", "dim")]
    return rows


@dataclass(frozen=True)
class _Layout:
    """Column widths."""

    number: int
    column: int

    @property
    def width(self) -> int:
        """Of a whole row."""
        return 2 * (self.number + self.column) + 7

    def join(self, n: str, left: str, mark: str, m: str, right: str) -> str:
        """One row."""
        return f"{n:>{self.number}} {left:<{self.column}} {mark} │ {m:>{self.number}} {right}"

    def block(self, kind: str, before: list[tuple[int, str]], now: list[tuple[int, str]]) -> Iterator[Row]:
        """The rows of one opcode."""
        for k in range(max(len(before), len(now))):
            n, left = before[k] if k < len(before) else ("", None)
            m, right = now[k] if k < len(now) else ("", None)
            yield from self.line(kind, str(n), left, str(m), right)

    def line(self, kind: str, n: str, left: str | None, m: str, right: str | None) -> Iterator[Row]:
        """One line of each log, wrapped, with a caret under the first character that differs."""
        mark = " " if kind == "equal" else "<" if right is None else ">" if left is None else "≠"
        style = {" ": None, "<": "red", ">": "green"}.get(mark, "yellow")
        at = len(commonprefix([left, right])) if mark == "≠" else -1
        lefts, rights = self.wrap(left, kind), self.wrap(right, kind)
        for k in range(max(len(lefts), len(rights))):
            yield Row(self.join(n if k == 0 else "", lefts[k] if k < len(lefts) else "", mark, m if k == 0 else "",
                                rights[k] if k < len(rights) else "").rstrip(), style)
            if k == at // self.column and at >= 0:
                caret = " " * (at % self.column) + "^"
                yield Row(self.join("", caret, " ", "", caret), style)

    def wrap(self, line: str | None, kind: str) -> list[str]:
        """A line in pieces as wide as the column; in changed lines blanks at the end are made visible."""
        if line is None:
            return [""]
        line = line.replace("\t", "→")
        if kind != "equal":
            body = line.rstrip(" ")
            line = body + "·" * (len(line) - len(body))
        return [line[i : i + self.column] for i in range(0, len(line), self.column)] or [""]


def _relative(file: Path, tree: Tree) -> Path:
    """A path from the tree's root, if it lies there."""
    return file.relative_to(tree.root) if file.is_relative_to(tree.root) else file
