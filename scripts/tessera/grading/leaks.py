"""What of a handout would tell a student the solution: pages of the book, patches of stages.

Every file is searched for what the solutions add to the starters. Of a page, the blocks that show
it are cut out; a patch of an earlier stage is left out whole; anywhere else it is a mistake.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from tessera.errors import Failure
from tessera.exercises import catalog, sides
from tessera.exercises.declare import Exercise
from tessera.exercises.sides import Entry
from tessera.stages.patch import FIND_FLAGS, PATCH_FLAGS
from tessera.stages.stack import Stack
from tessera.stages.store import Store

#: A piece of a solution: fewer lines, or shorter ones, are found everywhere.
_FEWEST_LINES, _FEWEST_CHARACTERS = 3, 48
#: What may tell a solution; whatever else does is a mistake. An earlier stage tells what a bug hunt
#: has changed since, or has what is filled in here in an earlier form.
_PAGES = "book/"
_STAGE = re.compile(r"chapters/\d\d/stage\.patch")
_MARK = re.compile(rb"^[-+ ]", re.MULTILINE)
_BLOCK = re.compile(r"^```[^\n]*\n.*?^```$", re.MULTILINE | re.DOTALL)
#: What stands in the place of a block.
_CUT = "*Here the book shows a part of what {} asks for. This folder leaves it to you.*"


@dataclass(frozen=True)
class Clean:
    """A tree that tells no solution; the pages that had to be cut, and the files left out whole."""

    tree: str
    cut: Sequence[str]
    left_out: Sequence[str]


@dataclass(frozen=True)
class _Piece:
    """Lines that a solution adds to the starter, one after the other."""

    exercise: str
    lines: int
    text: str  # squeezed

    def is_told_by(self, path: str, text: str) -> bool:
        """Whether a file tells it. Of a stage, all of which is code, one line is enough."""
        enough = self.lines >= _FEWEST_LINES or _STAGE.fullmatch(path) is not None
        return enough and self.text in text


def without_solutions(
    store: Store, whole: str, exercises: Sequence[Exercise], overlay: Path | None
) -> Clean:
    """The tree without what tells a solution; a Failure where only a mistake can be why it does."""
    data = sides.contents(store, sides.entries(store, whole))
    pieces = [piece for one in exercises for piece in _pieces(store, one, overlay)]
    told = {path: found for path, text in data.items() if (found := _told(path, text, pieces))}
    changes: dict[str, Entry | None] = {}
    for path in (path for path in told if path.startswith(_PAGES)):
        page = _cut(path, data[path], pieces)
        left = _told(path, page, pieces)  # what shows it outside of blocks
        changes[path] = None if left else ("100644", sides.blob(store, page))
    stages = sorted(path for path in data if _STAGE.fullmatch(path))
    first = next((path for path in stages if path in told), None)
    changes |= {path: None for path in stages if first and path >= first}  # they stand on it
    if wrong := next((path for path in told if path not in changes), None):
        raise Failure(
            f"{wrong} would tell a part of the solution of {told[wrong][0]}, so nothing is written",
            "Do these exercises have holes that another one's starter fills?",
        )
    left_out = sorted(path for path, entry in changes.items() if entry is None)
    tree = sides.with_entries(store, whole, changes)
    return Clean(tree, sorted(changes.keys() - set(left_out)), left_out)


def _told(path: str, data: bytes, pieces: Sequence[_Piece]) -> list[str]:
    """The exercises of which a file tells a piece."""
    text = _squeezed(_MARK.sub(b"", data) if _STAGE.fullmatch(path) else data)
    return [piece.exercise for piece in pieces if piece.is_told_by(path, text)]


def _cut(path: str, data: bytes, pieces: Sequence[_Piece]) -> bytes:
    """A page with a sentence in the place of each block that tells a piece."""

    def kept(block: re.Match[str]) -> str:
        told = _told(path, block[0].encode(), pieces)
        return _CUT.format(told[0]) if told else block[0]

    return _BLOCK.sub(kept, data.decode()).encode()


def _pieces(store: Store, exercise: Exercise, overlay: Path | None) -> Iterator[_Piece]:
    """What a solution adds to the starter: each run of lines that is long enough to be told."""
    home = catalog.home(store.tree, exercise.name, overlay)
    ground = Stack.in_folder(store, store.tree.root).tree(exercise.chapter)
    starter, solution = (
        sides.staged_tree(store, home, sides.Side(exercise.name, side), ground)
        for side in (sides.STARTER, sides.SOLUTION)
    )
    diff = store.plumbing.run("diff-tree", *FIND_FLAGS, *PATCH_FLAGS, starter, solution).stdout
    for run in re.findall(rb"(?:^\+(?!\+\+ ).*\n)+", diff, re.MULTILINE):
        piece = _squeezed(_MARK.sub(b"", run))
        if len(piece) >= _FEWEST_CHARACTERS:
            yield _Piece(exercise.name, run.count(b"\n"), piece)


def _squeezed(data: bytes) -> str:
    """Text without blanks and line ends, so that another indentation hides nothing."""
    return re.sub(r"\s+", "", data.decode(errors="replace"))
