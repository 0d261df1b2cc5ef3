#!/usr/bin/python3
"""Holds every header to compiling alone: it includes, or declares, all that it uses.

    headers.py BUILD

For each header the build folder BUILD knows a unit that includes it and nothing else (CMake's header
sets). Two thirds of these units would prove what others have proved: whoever compiles a source that
begins with `#include "a.hpp"` has seen a.hpp with nothing before it, and what a.hpp begins with, too.
So the sources that begin with a header are brought up to date, and only the units of those headers
are compiled that nothing begins with.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: How CMake calls the target of the units with one header each.
ALONE = "_verify_interface_header_sets.dir/"

#: Nothing but comments and `#pragma once`, then an include.
BEGINNING = re.compile(r'(?:\s|//[^\n]*|/\*.*?\*/|#\s*pragma\s+once\b)*#\s*include\s*["<]([^">]+)', re.S)
QUOTED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)


@dataclass(frozen=True)
class Unit:
    """One compilation: what is compiled, how, to which object, and where its includes are looked for."""

    source: Path
    output: str
    folders: tuple[Path, ...]
    options: frozenset[str]

    @classmethod
    def of(cls, entry: dict[str, str]) -> Unit:
        """A unit as compile_commands.json has it."""
        source, words = entry["file"], shlex.split(entry["command"])
        output = words[words.index("-o") + 1]
        folders = tuple(Path(word[2:]) for word in words if word.startswith("-I"))
        options = {word for word in words if not word.startswith("-I")}
        return cls(Path(source), output, folders, frozenset(options - {source, output, "-x", "c++"}))

    @property
    def is_alone(self) -> bool:
        """Whether this is a unit that includes one header and nothing else."""
        return ALONE in self.output

    def included(self, file: Path, name: str) -> Path | None:
        """What `name` means where `file` includes it; None if that is none of the project's files."""
        places = (folder / name for folder in (file.parent, *self.folders))
        return next((place.resolve() for place in places if place.is_file()), None)

    def beginning(self, file: Path) -> Path | None:
        """The header that a file begins with, if it begins with one."""
        found = BEGINNING.match(file.read_text(encoding="utf-8"))
        return self.included(file, found[1]) if found else None

    def proves(self, other: Unit, header: Path) -> bool:
        """Whether seeing a header here says what seeing it in `other`, its own unit, would say."""
        names = QUOTED.findall(header.read_text(encoding="utf-8"))
        return other.options <= self.options and all(other.included(header, name) for name in names)


def necessary(units: list[Unit]) -> list[Unit]:
    """The units that together prove that each header compiles alone."""
    alone = {unit.beginning(unit.source): unit for unit in units if unit.is_alone}
    chosen: list[Unit] = []
    proved: set[Path] = set()
    for unit in (unit for unit in units if not unit.is_alone and unit.source.suffix == ".cpp"):
        seen = _seen(unit, unit.beginning(unit.source), alone)
        chosen += [unit] if seen else []
        proved |= seen
    left = alone.keys() - proved
    begun = {alone[header].beginning(header) for header in left}
    for header in sorted(left, key=lambda header: (header in begun, header)):
        if header not in proved:
            chosen.append(alone[header])
            proved |= {header} | _seen(alone[header], header, alone)
    return chosen


def _seen(unit: Unit, header: Path | None, alone: dict[Path, Unit]) -> set[Path]:
    """Of a header, the one that it begins with, and so on: those that a unit proves to be right."""
    seen: set[Path] = set()
    while header in alone and header not in seen and unit.proves(alone[header], header):
        seen.add(header)
        header = unit.beginning(header)
    return seen


def ninja(build: Path, *targets: str) -> int:
    """Brings targets up to date; what ninja says is this check's word too."""
    return subprocess.run(["ninja", "-C", build, *targets]).returncode


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    build = Path(arguments[0])
    if ninja(build, "build.ninja") != 0:  # a new file is in no list yet
        return 1
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    chosen = necessary([Unit.of(entry) for entry in entries])
    return ninja(build, *(unit.output for unit in chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
