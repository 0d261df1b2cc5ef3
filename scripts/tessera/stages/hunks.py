"""Hunks of a change to the last stage: which stage owns them, and where their lines are there."""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tessera.errors import Failure
from tessera.stages.branches import Tips
from tessera.stages.store import Store

_RANGE = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
#: `git blame` follows lines that were moved or copied within a file and from other files.
_BLAME = ("blame", "-C", "-C", "--line-porcelain")


@dataclass(frozen=True)
class Place:
    """A position in a file of some stage: an insertion goes before `line`, counted from 1."""

    path: str
    line: int


@dataclass(frozen=True)
class Hunk:
    """Lines that change: the `old` ones from line `start` on, or after it if there are none."""

    path: str
    start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]

    @property
    def size(self) -> str:
        """How many lines go and come."""
        return f"-{len(self.old)} +{len(self.new)}"


def split_lines(store: Store, tree: str, path: str) -> list[bytes]:
    """A file's lines with their ends; the last may have none."""
    text = store.plumbing.run("cat-file", "blob", f"{tree}:{path}").stdout
    return re.findall(rb"[^\n]*\n|[^\n]+", text)


def hunks_of(store: Store, before: str, after: str, path: str) -> list[Hunk]:
    """The hunks of one file, without context."""
    old, new = split_lines(store, before, path), split_lines(store, after, path)
    diff = store.plumbing.run(
        "diff-tree",
        "-p",
        "-U0",
        "--text",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--inter-hunk-context=0",
        before,
        after,
        "--",
        path,
    ).stdout
    hunks = []
    for found in _RANGE.finditer(diff):
        first, count, other, size = (int(number) if number else 1 for number in found.groups())
        at, to = (first - 1 if count else first), (other - 1 if size else other)
        hunks.append(Hunk(path, first, tuple(old[at : at + count]), tuple(new[to : to + size])))
    return hunks


def _replace(lines: list[bytes], placed: list[tuple[int, Hunk]]) -> bytes:
    """The text after applying hunks at their lines, from the last to the first."""
    for line, hunk in sorted(placed, key=lambda pair: (pair[0], pair[1].start), reverse=True):
        lines[line - 1 : line - 1 + len(hunk.old)] = hunk.new
    return b"".join(lines)


class Origins:
    """Where the lines of the last stage come from, by `git blame` over the stage branches."""

    def __init__(self, store: Store, tips: Tips) -> None:
        self.store = store
        self.tips = tips
        self.last = max(tips)
        self.stage_of = self._stages()
        self.blame = cache(self._blame)
        self.place = cache(self._place)

    def _stages(self) -> dict[str, int]:
        """For each commit since the first stage, which stage it is part of."""
        found: dict[str, int] = {}
        for number in range(2, self.last + 1):
            commits = self.store.git.lines(
                "rev-list", f"{self.tips[number - 1]}..{self.tips[number]}"
            )
            found |= dict.fromkeys(commits, number)
        return found

    def _blame(self, path: str, since: int | None) -> list[tuple[str, Place]]:
        """For each line of a file of the last stage: who brought it, and its place there.

        With `since`, history begins at that stage: lines that are older count as that stage's.
        """
        last = self.tips[self.last]
        if since == self.last:
            count = len(split_lines(self.store, last, path))
            return [(last, Place(path, line)) for line in range(1, count + 1)]
        revisions = f"{self.tips[since]}..{last}" if since else last
        found, commit, line = [], "", 0
        for row in self.store.git.run(*_BLAME, revisions, "--", path).stdout.split(b"\n"):
            if head := re.match(rb"([0-9a-f]{40,64}) (\d+) \d+", row):
                commit, line = head[1].decode(), int(head[2])
            elif row.startswith(b"filename "):
                found.append((commit, Place(row[len(b"filename ") :].decode(), line)))
        return found

    def owner(self, hunk: Hunk) -> int:
        """The stage that a hunk belongs to: the latest one that brought a line it removes.

        For lines that are only added, the later of the two neighbours' stages.
        """
        blamed = self.blame(hunk.path, None)
        stages = [
            self.stage_of.get(blamed[index][0], 1) for index in self._touched(hunk, len(blamed))
        ]
        if not stages:
            raise Failure(
                f"{hunk.path} was empty, so no stage owns a line of it",
                "`--into NN` says where this goes.",
            )
        return max(stages)

    @staticmethod
    def _touched(hunk: Hunk, count: int) -> list[int]:
        """The indices of the lines a hunk removes; of its neighbours, if it removes none."""
        if hunk.old:
            return list(range(hunk.start - 1, hunk.start - 1 + len(hunk.old)))
        return [index for index in (hunk.start - 1, hunk.start) if 0 <= index < count]

    def _place(self, hunk: Hunk, stage: int) -> Place:
        """Where a hunk's lines are in a stage; an error when they are not there as in the last."""
        blamed, tip = self.blame(hunk.path, stage), self.tips[stage]
        there = {index: place for index, (commit, place) in enumerate(blamed) if commit == tip}
        touched = self._touched(hunk, len(blamed))
        if hunk.old:
            found = self._block(hunk, stage, [there.get(index) for index in touched])
        else:
            found = self._gap(hunk, touched, there)
        if found is None:
            raise Failure(
                f"{hunk.path}:{hunk.start}: these lines are not in stage {stage:02} "
                "as they are here; nothing was absorbed",
                "Name another stage with `--into NN`, or use `./tessera stage edit`.",
            )
        return found

    def _block(self, hunk: Hunk, stage: int, places: list[Place | None]) -> Place | None:
        """The place of lines that must stand together in the stage, the same to the byte."""
        first = places[0]
        if first is None or places != [
            Place(first.path, first.line + n) for n in range(len(places))
        ]:
            return None
        at, lines = first.line - 1, split_lines(self.store, self.tips[stage], first.path)
        return first if tuple(lines[at : at + len(hunk.old)]) == hunk.old else None

    def _gap(self, hunk: Hunk, touched: list[int], there: dict[int, Place]) -> Place | None:
        """The place of an insertion: after the line before it, or before the line after it.

        The newer of the two lines decides, if it is there.
        """
        blamed = self.blame(hunk.path, None)
        newest_first = sorted(touched, key=lambda index: -self.stage_of.get(blamed[index][0], 1))
        for index in newest_first:
            if (place := there.get(index)) is not None:
                return Place(place.path, place.line + 1) if index < hunk.start else place
        return None

    def files_with(self, stage: int, hunks: list[Hunk]) -> dict[str, bytes]:
        """The files of a stage that hunks change, with the hunks in them."""
        placed: dict[str, list[tuple[int, Hunk]]] = {}
        for hunk in hunks:
            place = self.place(hunk, stage)
            placed.setdefault(place.path, []).append((place.line, hunk))
        tip = self.tips[stage]
        return {
            path: _replace(split_lines(self.store, tip, path), here)
            for path, here in placed.items()
        }

    def check_moved_whole(self, hunk: Hunk, owner: int, stage: int) -> None:
        """Refuses lines that were copied on the way to `stage`: one copy would be forgotten."""
        before, tip = self.place(hunk, owner).path, self.tips[stage]
        if before == self.place(hunk, stage).path:
            return
        if not self.store.git.ok("cat-file", "-e", f"{tip}:{before}"):
            return  # the file was renamed, or all of it has gone elsewhere
        lines, wanted = split_lines(self.store, tip, before), hunk.old or self._line_before(hunk)
        if any(tuple(lines[at : at + len(wanted)]) == wanted for at in range(len(lines))):
            raise Failure(
                f"{hunk.path}:{hunk.start}: these lines were copied from {before}, "
                "which still has them; nothing was absorbed",
                "`./tessera stage edit NN` in the stage where the two should differ.",
            )

    def _line_before(self, hunk: Hunk) -> tuple[bytes, ...]:
        """The line after which a hunk inserts its own."""
        return tuple(
            split_lines(self.store, self.tips[self.last], hunk.path)[hunk.start - 1 : hunk.start]
        )
