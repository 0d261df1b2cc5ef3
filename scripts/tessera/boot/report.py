"""What a golden boot says to the person in front of it."""
from __future__ import annotations

import shutil
from pathlib import Path

from tessera import console
from tessera.boot import golden
from tessera.boot.check import Outcome, Verdict
from tessera.boot.files import home_of
from tessera.boot.sidebyside import first_different_line, side_by_side
from tessera.tree import Tree

#: Lines of a log that are shown when there is nothing to compare them with.
_TAIL = 12

#: What a boot must do, by what chapter.toml says.
ENDS = {"ok": "end well", "panic": "end in a panic", "refused": "refuse to boot",
        "stopped": "stop for want of a thread that can run"}


def show(outcome: Outcome) -> None:
    """Prints an outcome."""
    if outcome.verdict is Verdict.PASSED:
        meant = "" if outcome.boot.ends == "ok" else "as it is meant to, "
        console.good(f"{outcome.name}: {meant}{outcome.ending.sentence}")
    elif outcome.verdict is Verdict.ACCEPTED:
        _show_accepted(outcome)
    else:
        _show_failure(outcome)


def _show_accepted(outcome: Outcome) -> None:
    """What `--accept` changed. A new log is a file to be read, not a change to be shown."""
    file = relative(outcome.expected_file, outcome.tree)
    if outcome.expected is None:
        console.good(f"{outcome.name}: {file} is new ({outcome.ending.sentence})")
        return
    console.good(f"{outcome.name}: {file} has been rewritten")
    show_difference(outcome.expected, outcome.actual, ("before", "now"))


def _show_failure(outcome: Outcome) -> None:
    """What went wrong, where it can be seen, and what to do."""
    console.out(f"✗ {outcome.name}: {outcome.verdict.value}", style="bold red")
    _EXPLAIN[outcome.verdict](outcome)
    if outcome.errors:
        console.out("QEMU said:")
        show_tail(outcome.errors)
    console.out(f"Raw log: {relative(outcome.raw_log, outcome.tree)}")


def _wrong_end(outcome: Outcome) -> None:
    """The end is not the declared one."""
    console.out(f"It must {ENDS[outcome.boot.ends]}. It did not: {outcome.ending.sentence}.")
    if outcome.ending.hint:
        console.out(outcome.ending.hint)
    console.out()
    if outcome.expected is not None and outcome.changed:
        show_difference(outcome.expected, outcome.actual)
    else:
        show_tail(outcome.actual)
    console.out()


def _not_repeatable(outcome: Outcome) -> None:
    """Two boots differ."""
    found = outcome.difference
    second = outcome.raw_log.with_name(f"{outcome.boot.name}.second.raw.log")
    console.out(f"They part at byte {found.offset}, in line {found.line}:")
    console.out(f"    first boot   {found.first}")
    console.out(f"    second boot  {found.second}")
    console.out("The machine repeats itself exactly. So the kernel's output depends on something")
    console.out("that is not the kernel's, or the image was replaced between the two.")
    console.out(f"Second log: {relative(second, outcome.tree)}")


def _differs(outcome: Outcome) -> None:
    """The log is another one."""
    line = first_different_line(golden.lines(outcome.expected), golden.lines(outcome.actual))
    place = f"{relative(outcome.expected_file, outcome.tree)}:{line}"
    console.out(f"It ended as it should, but differs from line {line} on ({place}).")
    console.out()
    show_difference(outcome.expected, outcome.actual)
    console.out()
    _show_accept(outcome)


def _not_expected(outcome: Outcome) -> None:
    """Nothing has been recorded."""
    file = relative(outcome.expected_file, outcome.tree)
    console.out(f"{file} does not exist. The boot printed:")
    show_tail(outcome.actual)
    _show_accept(outcome)


_EXPLAIN = {Verdict.WRONG_END: _wrong_end, Verdict.NOT_REPEATABLE: _not_repeatable,
            Verdict.DIFFERS: _differs, Verdict.NOT_EXPECTED: _not_expected}


def _show_accept(outcome: Outcome) -> None:
    """How to record the log."""
    tool = f"./{outcome.tree.root.relative_to(home_of(outcome.tree).root) / 'tessera'}"
    if outcome.preset == "kernel":
        console.out(f"If that is right: {tool} boot check {outcome.boot.name} --accept")
    else:
        console.out("The kernels of GCC and Clang must print the same, but for what is replaced:")
        console.out(f"if `{tool} boot check {outcome.boot.name}` passes, this one must too.")


def show_tail(log: str) -> None:
    """The last lines of a log."""
    lines = golden.lines(log)
    if len(lines) > _TAIL:
        console.out(f"    … {len(lines) - _TAIL} lines before", style="dim")
    for line in lines[-_TAIL:] or ["(nothing)"]:
        console.out(f"    {line}")


def show_difference(before: str, now: str, titles: tuple[str, str] = ("expected", "got")) -> None:
    """Two logs side by side around what differs, as wide as the terminal."""
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    for row in side_by_side(golden.lines(before), golden.lines(now), titles, width):
        console.out(row.text, style=row.style)


def relative(file: Path, tree: Tree) -> Path:
    """A path as seen from the tree that the person works in."""
    root = home_of(tree).root
    return file.relative_to(root) if file.is_relative_to(root) else file
