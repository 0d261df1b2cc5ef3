"""Where things are in the site: pages, sources and the names that lead to them.

All addresses are relative to the site's root; a page deeper down puts its way up before them.
"""
from __future__ import annotations

import re

from tessera.book.checks import at_stage
from tessera.book.sources import KERNEL, TESTS, Place, Sources

#: Names that are worth a link though nothing behind them says that they are code of ours.
_IDENTIFIER = re.compile(r"(?:\w+::)*~?[A-Za-z_]\w{2,}")
_PLAIN_KINDS = ("class", "struct", "union", "enum", "label", "macro", "concept", "function")


class Links:
    """Turns names and paths into addresses."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def source(self, stage: int, path: str, line: int | None = None) -> str:
        """The page of a file as it is at a stage. Stages that share the file share the page."""
        since = self.sources.same_since(stage, path)
        place = f"#L{line}" if line else ""
        return f"source/{since:02}/{flat(path)}.html{place}"

    def folder(self, stage: int, path: str = "") -> str:
        """The list of a stage's files, at a folder."""
        return f"source/{stage:02}/index.html" + (f"#{flat(path.rstrip('/'))}" if path else "")

    def place(self, place: Place) -> str:
        """A symbol in its file."""
        return self.source(place.stage, place.path, place.symbol.line)

    def name(self, name: str, stage: int) -> str | None:
        """Where a name in backticks leads, at a stage; None if nowhere."""
        stage, name = at_stage(" ".join(name.split()), stage)
        if stage not in self.sources.files:
            return None
        if name.startswith((KERNEL, TESTS)):
            return self._path(name, stage)
        if called := re.fullmatch(r"([\w:~]+)\(\)", name):
            places = self.sources.find(stage, called[1])
            return self.place(places[0]) if places else None
        return self._plain(name, stage) if _IDENTIFIER.fullmatch(name) else None

    def _path(self, path: str, stage: int) -> str | None:
        files = self.sources.files[stage]
        if path in files:
            return self.source(stage, path)
        folder = path.rstrip("/") + "/"
        return self.folder(stage, path) if any(file.startswith(folder) for file in files) else None

    def _plain(self, name: str, stage: int) -> str | None:
        """A bare identifier leads somewhere if exactly one thing in the kernel can be meant."""
        places = [
            place
            for place in self.sources.find(stage, name)
            if place.path.startswith(KERNEL) and place.symbol.kind in _PLAIN_KINDS
        ]
        meant = {place.symbol.qualified for place in places}
        return self.place(places[0]) if len(meant) == 1 else None


def flat(path: str) -> str:
    """A path as one word, for names of pages and anchors."""
    return path.replace("/", "-")
