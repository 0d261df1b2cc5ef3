"""Mutants that people have written, each with the tests that must notice it: all in one build.

The chapters say of a line what goes wrong without it. Here it is left out, or changed, as in any
other mutant, and those very tests are run on it.
"""
from __future__ import annotations

import re
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, Sequence

from tessera import build
from tessera.errors import Failure
from tessera.mutation.execute import Runner
from tessera.mutation.mutants import Mutant
from tessera.mutation.operators import Change, Layer
from tessera.mutation.shadow import PRESET, Shadow, Sheet
from tessera.tree import Tree

#: What a test may take without a mutant, in seconds of processor time; with one, several times that.
_SECONDS = 1.0

#: What stands before, in and behind «»; or all of it is meant.
_MARKED = re.compile(r"(?:([^«]*)«(?=.*»))?([^»]*)(?:»(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """One change: in `file`, `before` becomes `after`."""

    words: str  # what it does, for people
    file: str
    before: str  # stands once in the file; «» around what is changed, if that is not all of it
    tests: tuple[str, ...]  # each of them has to notice
    after: str = ""  # an expression of the same type; nothing if a statement is left out

    def mutant(self, text: bytes) -> Mutant:
        """The change at its place in a file's text."""
        head, changed, tail = re.fullmatch(_MARKED, self.before).groups("")
        context = f"{head}{changed}{tail}"
        if text.count(context.encode()) != 1:
            raise Failure(f"{self.words}: {self.file} does not have this just once: {context}")
        if not self.after and changed.find(";") != len(changed) - 1:
            raise Failure(f"{self.words}: without 'after', this has to be a statement: {changed}")
        begin = text.index(context.encode()) + len(head.encode())
        layer = Layer.VALUE if self.after else Layer.JUMP
        change = Change("written", begin, begin + len(changed.encode()), self.after, layer)
        line = text.count(b"\n", 0, begin) + 1
        return Mutant(self.file, "", line, changed, changed, change)


class Bench(Shadow):
    """A copy of a tree with written mutants, beside the one that `./tessera mutate` works on."""

    def __init__(self, origin: Tree) -> None:
        super().__init__(origin)
        self.folder = origin.build / "written"
        self.tree = Tree(self.folder / "tree")

    def build(self, sheets: Sequence[Sheet], jobs: int) -> list[Path]:
        """The programs with the unit tests; a mutant that does not compile is a Failure."""
        self._write(sheets)
        folder = build.build(self.tree, PRESET, ["unit_programs"], jobs=jobs)
        names = sorted((folder / "unit_programs").iterdir())
        return [Path(name.read_text(encoding="utf-8")) for name in names]


def unnoticed(tree: Tree, changes: Sequence[Written], jobs: int) -> list[str]:
    """The tests that do not notice what they are said to notice, a line each."""
    bench, numbered = Bench(tree), dict(enumerate(changes, 1))
    bench.lay_out([change.file for change in changes])
    programs = bench.build(list(_sheets(tree, numbered)), jobs)
    with ExitStack() as stack:
        runners = [stack.enter_context(Runner(program)) for program in programs]
        _must_pass(runners, {test for change in changes for test in change.tests})
        return [
            f"{change.words}: {test} does not notice"
            for number, change in numbered.items()
            for test in change.tests
            if not _is_killed(runners, number, test)
        ]


def _sheets(tree: Tree, numbered: dict[int, Written]) -> Iterator[Sheet]:
    """Each file that is changed, with its mutants."""
    by_file = defaultdict[str, dict[int, Written]](dict)
    for number, change in numbered.items():
        by_file[change.file][number] = change
    for file, own in sorted(by_file.items()):
        text = (tree.root / file).read_bytes()
        yield Sheet(file, text, {}, {number: one.mutant(text) for number, one in own.items()})


def _must_pass(runners: Sequence[Runner], tests: Iterable[str]) -> None:
    """A test that fails without a mutant says nothing about one."""
    if broken := [test for test in sorted(tests) if _is_killed(runners, 0, test)]:
        raise Failure(f"without a change, too: {', '.join(broken)} fails")


def _is_killed(runners: Sequence[Runner], number: int, test: str) -> bool:
    """Whether a test, which is in one of the programs, fails with a mutant."""
    filters = [test, f"*/{test}/*"]  # the second is that of a test with parameters
    return any(runner.run(number, filters, _SECONDS).killed for runner in runners)
