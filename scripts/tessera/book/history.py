"""Functions through the chapters: in which stage each one appeared, and what became of it."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tessera.book.sources import KERNEL, Place, Sources

#: The stand-in for the processor is there for the tests, not for the reader.
_ASIDE = "kernel/arch/host/"


@dataclass(frozen=True)
class Version:
    """A function as it is from a stage on: where it stands, and its text with the comment above."""

    stage: int
    path: str
    line: int
    text: str  # empty: the function is gone


@dataclass(frozen=True)
class Function:
    """All versions of a function, by stage. Functions of one name are followed together."""

    name: str
    versions: list[Version]

    @property
    def anchor(self) -> str:
        """Its place on the page of its file."""
        return "f-" + "".join(letter if letter.isalnum() else "-" for letter in self.name)

    @property
    def home(self) -> str:
        """The file it stands in, or stood in last."""
        return next(version.path for version in reversed(self.versions) if version.text)

    def at(self, stage: int) -> Version | None:
        """The version that holds at a stage."""
        return next((v for v in reversed(self.versions) if v.stage <= stage), None)


class Histories:
    """The functions of the kernel, by name."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Every function that any stage has."""
        found: dict[str, list[Version]] = {}
        for stage in sorted(self._sources.files):
            here = self._of_stage(stage)
            for name, versions in found.items():
                if name not in here and versions[-1].text:
                    versions.append(Version(stage, versions[-1].path, 0, ""))
            for name, version in here.items():
                known = found.setdefault(name, [])
                if not known or known[-1].text != version.text:
                    known.append(version)
        return {name: Function(name, versions) for name, versions in sorted(found.items())}

    @cached_property
    def changing(self) -> dict[str, list[Function]]:
        """The functions with more than one version, by the file they stand in."""
        found: dict[str, list[Function]] = {}
        for function in self.functions.values():
            if len(function.versions) > 1:
                found.setdefault(function.home, []).append(function)
        return dict(sorted(found.items()))

    def touched(self, stage: int) -> dict[str, list[tuple[str, Function]]]:
        """What a stage does to functions: by file, each with `new`, `changed` or `gone`."""
        found: dict[str, list[tuple[str, Function]]] = {}
        for function in self.functions.values():
            for at, version in enumerate(function.versions):
                if version.stage == stage:
                    kind = "gone" if not version.text else "new" if at == 0 else "changed"
                    found.setdefault(version.path, []).append((kind, function))
        return found

    def _of_stage(self, stage: int) -> dict[str, Version]:
        """Every function as it is at a stage."""
        places: dict[str, list[Place]] = {}
        for path, blob in self._sources.files[stage].items():
            if path.startswith(KERNEL) and not path.startswith(_ASIDE):
                for symbol in self._sources.symbols[blob]:
                    if symbol.kind in ("function", "label"):
                        places.setdefault(symbol.short, []).append(Place(stage, path, symbol))
        return {name: self._version(all_of_name) for name, all_of_name in places.items()}

    def _version(self, places: list[Place]) -> Version:
        """One version of what may be several functions of one name."""
        texts = []
        for place in places:
            lines = self._sources.text(place.stage, place.path).splitlines()
            first, last = self._sources.extent(place.stage, place.path, place.symbol)
            texts.append("\n".join(lines[first - 1 : last]).rstrip())
        first_place = places[0]
        return Version(
            first_place.stage, first_place.path, first_place.symbol.line, "\n\n".join(texts)
        )
