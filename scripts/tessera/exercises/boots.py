"""Boots of an exercise: how they end, and what they print."""
from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tessera import chapter as chapters
from tessera.boot import ending, files, golden, machine
from tessera.boot.process import Run
from tessera.boot.report import ENDS
from tessera.boot.sidebyside import side_by_side
from tessera.chapter import Boot
from tessera.exercises.bench import Bench
from tessera.exercises.declare import Exercise, Test
from tessera.exercises.numbers import fill_in
from tessera.exercises.result import Result, failed, passed
from tessera.tree import Tree

PRESET = "kernel"
_WIDTH = 100
_TAIL = 12
_ROWS = 26
#: What the end of a boot is told by; a grader's kernel prints a nonce after these words.
_VERDICT = re.compile(r"PANIC: |REFUSED: |STOPPED: |^\[ch\d\d\] OK", re.MULTILINE)

#: The note that the linker writes for `--build-id=sha1`.
_BUILD_ID = re.compile(rb"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0(.{20})", re.DOTALL)


def boot_of(bench: Bench, exercise: Exercise, test: Test, numbers: dict[str, int]) -> Boot:
    """The boot that a test names: the exercise's own, or the chapter's."""
    boot = _declared(bench.tree, exercise, test)
    return replace(boot, append=fill_in(boot.append, numbers))


def _declared(tree: Tree, exercise: Exercise, test: Test) -> Boot:
    """That boot as it is declared."""
    own = {boot.name: boot for boot in exercise.boots}
    return own.get(test.boot) or chapters.load(tree, exercise.chapter).boot(test.boot)


def programs(tree: Tree, exercise: Exercise) -> set[str]:
    """The folders of the root tasks that the exercise's boots run."""
    if exercise.chapter < chapters.FIRST_USER_CHAPTER:
        return set()
    named = {_declared(tree, exercise, test).root_task for test in exercise.tests if test.boot}
    return {name or files.demo_of(tree, exercise.chapter) for name in named}


def expected_file(root: Path, exercise: Exercise, boot: Boot) -> Path:
    """Where the log is that a boot must print."""
    own = any(boot.name == other.name for other in exercise.boots)
    folder = root / exercise.folder if own else root / f"chapters/{exercise.chapter:02}"
    return folder / "expected" / f"{boot.name}.log"


def run(bench: Bench, exercise: Exercise, test: Test, numbers: dict[str, int]) -> Result:
    """Boots once and compares with the expected log."""
    boot = boot_of(bench, exercise, test, numbers)
    done = boot_once(bench, boot)
    if problem := _forged(bench, done):
        return failed(test, problem, problem)
    expected = files.read(expected_file(bench.tree.root, exercise, boot)) or ""
    actual = golden.normalise(log(bench, done), boot.keep)
    end = ending.judge(genuine(bench, done), exercise.chapter)
    how = f"{end.end.value}\n{actual}"
    if end.end.value != boot.ends:
        said = f"The boot must {ENDS[boot.ends]}. It did not: {end.sentence}."
        return failed(test, f"{said}\n{_difference(fill_in(expected, numbers), actual)}", how)
    if actual != fill_in(expected, numbers):
        said = "It ended as it should, but did not print what it should:"
        return failed(test, f"{said}\n{_difference(fill_in(expected, numbers), actual)}", how)
    return passed(test)


def boot_once(bench: Bench, boot: Boot) -> Run:
    """One boot. No semihosting, whatever the boot is: it would open the host's files."""
    scratch = bench.tree.build / "boots/exercise"
    scratch.mkdir(parents=True, exist_ok=True)
    command = machine.command(
        machine.find_qemu(),
        boot,
        files.image_of(bench.tree, PRESET),
        scratch,
        initrd=files.root_task_of(bench.tree, PRESET, boot),
        device_tree=files.device_tree_of(bench.tree, boot, scratch),
        semihosting=False,
    )
    return bench.boot(command, boot.limits, boot.dialogue)


def log(bench: Bench, done: Run) -> str:
    """What was printed, without a grader's nonce. Where that is the id of the very image, it says
    so: another id looks like any other."""
    printed = golden.text(genuine(bench, done).output)
    found = _BUILD_ID.search(files.image_of(bench.tree, PRESET).read_bytes())
    return printed.replace(found[1].hex(), "<id of this image>") if found else printed


def genuine(bench: Bench, done: Run) -> Run:
    """The run as if there were no nonce."""
    if not bench.nonce:
        return done
    return replace(done, output=done.output.replace(f" {bench.nonce}".encode(), b""))


def _forged(bench: Bench, done: Run) -> str:
    """What is wrong with the words that say how it ended, where a nonce must go with them."""
    if not bench.nonce:
        return ""
    text = golden.text(done.output)
    after = [text[found.end() :].lstrip(" ") for found in _VERDICT.finditer(text)]
    if all(words.startswith(bench.nonce) for words in after):
        return ""
    return "The log says how the boot ended, but it is not the kernel's own code that says so."


def _difference(expected: str, actual: str) -> str:
    """Expected and printed, side by side around what differs; the end alone if nothing is known."""
    if not expected:
        return "\n".join(f"    {line}" for line in golden.lines(actual)[-_TAIL:])
    rows = side_by_side(golden.lines(expected), golden.lines(actual), ("expected", "got"), _WIDTH)
    more = [f"… and {len(rows) - _ROWS} more rows"] if len(rows) > _ROWS else []
    return "\n".join([row.text for row in rows[:_ROWS]] + more)
