"""Which sources are mutated, and how the compiler sees each one."""
from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterable, Sequence

from tessera.errors import Misuse
from tessera.mutation import mutants, syntax
from tessera.mutation.operators import Source
from tessera.mutation.shadow import Shadow, Sheet
from tessera.tree import Tree

Command = dict[str, str]

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)

#: Where what a source includes is looked for, besides its own folder.
_FOLDERS = ("kernel", "kernel/arch/host")


def listed(tree: Tree, names: Sequence[str]) -> list[str]:
    """All C++ files in folders, and files, below the tree's root."""
    found: set[str] = set()
    for name in names:
        place = tree.root / name
        files = [place] if place.is_file() else [*place.rglob("*.cpp"), *place.rglob("*.hpp")]
        found |= {file.relative_to(tree.root).as_posix() for file in files}
    return sorted(found)


def few(tree: Tree, names: Sequence[str], number: int) -> list[str]:
    """A few of the sources, no headers: little has to be built. An edit may bring other ones."""
    units = [name for name in names if name.endswith(".cpp")]

    def lot(name: str) -> str:
        return hashlib.sha256(name.encode() + (tree.root / name).read_bytes()).hexdigest()

    return sorted(sorted(units, key=lot)[:number])


def sheets(shadow: Shadow, names: Sequence[str], jobs: int) -> list[Sheet]:
    """The sources among `names` that the unit tests are linked with, each with its mutants."""
    origin, copy = str(shadow.origin.root), str(shadow.tree.root)
    units = {
        Path(command["file"]).relative_to(copy).as_posix(): command
        for command in shadow.lay_out(names)
        if command["file"].startswith((f"{copy}/kernel/", f"{copy}/tests/"))
    }
    chosen = _chosen(shadow.origin.root, names, units)
    if not chosen:
        raise Misuse(
            f"no code in {', '.join(names)} is compiled for the unit tests",
            "kernel/CMakeLists.txt says what is: what it calls portable.",
        )
    original = {name: _moved(units[name], copy, origin) for name in set(chosen.values())}
    with ThreadPoolExecutor(jobs) as pool:
        trees = dict(zip(original, pool.map(syntax.parse, original.values())))
    found, number = [], 1
    for name, unit in chosen.items():
        text = (shadow.origin.root / name).read_bytes()
        all_of_it = _mutants(shadow.origin.root / name, name, text, trees[unit])
        found.append(Sheet(name, text, units[unit], dict(enumerate(all_of_it, number))))
        number += len(all_of_it)
    return found


def _mutants(file: Path, name: str, text: bytes, nodes: list[syntax.Node]) -> list[mutants.Mutant]:
    """The mutants of one source."""
    source = Source(text, mutants.enumerators(nodes))
    return mutants.Finder(str(file), name, source, mutants.records(nodes)).find(nodes)


def _moved(command: Command, copy: str, origin: str) -> Command:
    """The call of a compiler for the original of a source; it runs where it did."""
    moved = {key: value.replace(copy, origin) for key, value in command.items()}
    return moved | {"directory": command["directory"]}


def _chosen(root: Path, names: Sequence[str], units: Iterable[str]) -> dict[str, str]:
    """A translation unit for each source: itself, or one that includes it, as few as will do."""
    chosen = {name: name for name in names if name in units}
    ordered = sorted(units, key=lambda unit: (unit not in chosen, unit))
    included = {unit: _included(root, unit) for unit in ordered}
    for name in names:
        users = [unit for unit in ordered if name in included[unit]]
        if name not in chosen and users:
            chosen[name] = users[0]
    return dict(sorted(chosen.items()))


def _included(root: Path, unit: str) -> set[str]:
    """The project's headers that a source includes, directly or not."""
    known: set[str] = set()
    waiting = [unit]
    while waiting:
        file = waiting.pop()
        for name in _INCLUDE.findall((root / file).read_text(encoding="utf-8")):
            for folder in (*_FOLDERS, str(Path(file).parent)):
                header = f"{folder}/{name}"
                if header not in known and (root / header).is_file():
                    known.add(header)
                    waiting.append(header)
    return known
