"""A copy of the tree whose kernel has the mutants in it, built beside the real one.

Sources without mutants are taken out of the compiler cache, because in a copy below `build/` paths
come out the same. A mutant that does not compile is found here, and left out.
"""
from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Iterable, Iterator, Sequence

from tessera import build, console
from tessera.errors import Failure
from tessera.mutation.mutants import Mutant
from tessera.mutation.weave import Numbered, Woven, weave
from tessera.stages.store import write_whole
from tessera.tree import Tree

PRESET = "mutation"

#: What the copy does without.
_LEFT_OUT = shutil.ignore_patterns(".git", "build", "book", "tools", "__pycache__", "*.patch")

#: What only the copy has.
_SWITCH = "kernel/mutation/switch.hpp"
_HEAD = '#pragma GCC system_header\n#include "mutation/switch.hpp"\n#line 1 "{name}"\n'

UNCOMPILABLE = "does not compile"

#: The modules that decide what the mutants look like to the compiler.
_MAKERS = ("mutants.py", "operators.py", "shadow.py", "syntax.py", "weave.py")

_ERROR = re.compile(r"^(\S+?):(\d+):(\d+): error:", re.MULTILINE)

#: How often sources are tried again without the mutants that the compiler complained about.
_TRIES = 12


@dataclass
class Sheet:
    """One source with its mutants, by the numbers that turn them on."""

    name: str  # below the tree's root
    text: bytes
    command: dict[str, str]  # of a translation unit that has it
    mutants: dict[int, Mutant] = field(default_factory=dict)

    def woven(self) -> Woven:
        """Its text with all mutants that are not left out."""
        present = [Numbered(n, m.change) for n, m in self.mutants.items() if not m.left_out]
        return weave(self.text, present)

    def leave_out(self, numbers: Iterable[int]) -> None:
        """Takes out mutants that do not compile."""
        for number in numbers:
            self.mutants[number] = replace(self.mutants[number], left_out=UNCOMPILABLE)

    def blamed(self, line: int, column: int) -> set[int]:
        """The mutants that a complaint about this place is due to; if unclear, all in the line."""
        woven = self.woven()
        lines = bytes(woven.text).split(b"\n")
        offset = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
        return set(woven.blamed(offset)) or {
            n for n, m in self.mutants.items() if m.line == line and not m.left_out
        }


class Shadow:
    """The copy in `build/mutation/tree`."""

    def __init__(self, origin: Tree) -> None:
        self.origin = origin
        self.folder = origin.build / "mutation"
        self.tree = Tree(self.folder / "tree")

    def lay_out(self, mutated: Sequence[str]) -> list[dict[str, str]]:
        """Brings the copy up to date, but for the sources that `build` is going to write.

        Returns how the compiler is called for each translation unit.
        """
        root = self.tree.root

        def copy(source: str, target: str) -> None:
            place = Path(target)
            if not (place.exists() and place.relative_to(root).as_posix() in mutated):
                _write(place, Path(source).read_bytes(), Path(source).stat().st_mode)

        shutil.copytree(
            self.origin.root, root, ignore=_LEFT_OUT, dirs_exist_ok=True, copy_function=copy
        )
        _write(root / _SWITCH, (root / "tests/mutation/switch.hpp").read_bytes())
        self._tidy_up({_SWITCH, *(f"{Path(name).with_suffix('.woven')}" for name in mutated)})
        folder = build.build(self.tree, PRESET, ["build.ninja"])
        return json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))

    def _tidy_up(self, own: set[str]) -> None:
        """Removes what the original no longer has."""
        for part in ("kernel", "tests"):
            for file in (self.tree.root / part).rglob("*"):
                name = file.relative_to(self.tree.root).as_posix()
                if file.is_file() and name not in own and not (self.origin.root / name).exists():
                    file.unlink()

    def build(self, sheets: Sequence[Sheet], jobs: int) -> list[Path]:
        """Builds the unit tests with the mutants in them, and returns the programs.

        Mutants that do not compile are left out: those known from the last time, those that the
        compiler complains about when it reads a source, and those that some user of a template
        cannot do with.
        """
        memory = Memory(self.folder / "uncompilable.json", self._key(sheets))
        for sheet in sheets:
            sheet.leave_out(n for n, m in sheet.mutants.items() if m.name in memory.names)
        self._write(sheets)
        if not memory.known:
            self._weed(sheets, jobs)
        programs = self._build(sheets, jobs)
        mutants = [mutant for sheet in sheets for mutant in sheet.mutants.values()]
        memory.write(mutant.name for mutant in mutants if mutant.left_out == UNCOMPILABLE)
        return programs

    def _key(self, sheets: Sequence[Sheet]) -> str:
        """Names everything that decides which mutants compile, but for the tests."""
        makers = [Path(__file__).with_name(name) for name in _MAKERS]
        files = [*(self.origin.root / "kernel").rglob("*.?pp"), *makers]
        facts = [*(sheet.name for sheet in sheets), *(f.read_text("utf-8") for f in sorted(files))]
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()

    def _weed(self, sheets: Sequence[Sheet], jobs: int) -> None:
        """Has the compiler read every source until it complains about none."""
        by_name = {sheet.name: sheet for sheet in sheets}
        units = {sheet.command["file"]: sheet.command for sheet in sheets}
        with ThreadPoolExecutor(jobs) as pool, console.activity() as say:
            for attempt in range(_TRIES):
                say("trying the mutants on the compiler", f"time {attempt + 1}")
                found = list(pool.map(lambda c: _complaints(c, by_name), units.values()))
                if not any(found):
                    return
                if not self._leave_out(by_name, {place for places in found for place in places}):
                    break
                units = {file: units[file] for file, places in zip(units, found) if places}
        raise Failure(f"{', '.join(units)} cannot be compiled, whichever mutants are left out")

    def _build(self, sheets: Sequence[Sheet], jobs: int) -> list[Path]:
        """Builds, and takes out what does not compile, until all is built."""
        by_name = {sheet.name: sheet for sheet in sheets}
        for _ in range(_TRIES):
            try:
                folder = build.build(self.tree, PRESET, ["unit_programs"], jobs=jobs)
            except Failure as failure:
                places = _ERROR.findall(str(failure))
                found = {(name, int(line), int(at)) for name, line, at in places if name in by_name}
                if not self._leave_out(by_name, found):
                    raise
                continue
            names = sorted((folder / "unit_programs").iterdir())
            return [Path(name.read_text(encoding="utf-8")) for name in names]
        raise Failure("the unit tests cannot be compiled with mutants, whichever are left out")

    def _leave_out(self, sheets: dict[str, Sheet], places: set[tuple[str, int, int]]) -> bool:
        """Takes out the mutants that complaints at these places are due to, if there are some."""
        blamed = {(file, n) for file, *place in places for n in sheets[file].blamed(*place)}
        for name, number in blamed:
            sheets[name].leave_out([number])
        self._write({name: sheets[name] for name, _ in blamed}.values())
        return bool(blamed)

    def _place(self, sheet: Sheet) -> Path:
        """Where a source with its mutants is written."""
        place = self.tree.root / sheet.name
        return place.with_suffix(".woven") if place.suffix == ".cpp" else place

    def _write(self, sheets: Iterable[Sheet]) -> None:
        """Puts sources with their mutants in the place of the originals.

        As if they were headers of the system, so that nobody warns of `a == b || c`.
        """
        for sheet in sheets:
            place = self._place(sheet)
            _write(place, _HEAD.format(name=sheet.name).encode() + bytes(sheet.woven().text))
            if place.suffix == ".woven":
                _write(self.tree.root / sheet.name, f'#include "{place.name}"\n'.encode())


class Memory:
    """Which mutants did not compile the last time, if all that matters is as it was then."""

    def __init__(self, file: Path, key: str) -> None:
        self._file, self._key = file, key
        try:
            entry = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            entry = {}
        self.known = entry.get("key") == key
        self.names = frozenset(entry["names"] if self.known else ())

    def write(self, names: Iterable[str]) -> None:
        """Remembers these."""
        entry = {"key": self._key, "names": sorted(names)}
        write_whole(self._file, json.dumps(entry, indent=1).encode())


def _write(file: Path, text: bytes, mode: int = 0o644) -> None:
    """Writes a file if it differs, so that unchanged ones are not compiled again."""
    if not file.exists() or file.read_bytes() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
        file.chmod(mode)


def _complaints(unit: dict[str, str], sheets: dict[str, Sheet]) -> list[tuple[str, int, int]]:
    """File, line and column of the compiler's errors that lie in sources with mutants."""
    command = [word for word in shlex.split(unit["command"]) if not word.endswith("ccache")]
    command += ["-fsyntax-only", "-fdiagnostics-format=json", "-fmax-errors=0"]
    done = subprocess.run(
        command, cwd=unit["directory"], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return []
    carets = _carets(json.loads(done.stderr.splitlines()[0]))
    found = [(c["file"], c["line"], c["byte-column"]) for c in carets if c["file"] in sheets]
    if not found:
        raise Failure(f"{unit['file']} does not compile with mutants in it:\n{done.stderr}")
    return found


def _carets(diagnostics: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Where the errors are, and where else the compiler points to explain them."""
    for diagnostic in diagnostics:
        if diagnostic["kind"] in ("error", "fatal error"):
            parts = (diagnostic, *diagnostic.get("children", ()))
            yield from (place["caret"] for part in parts for place in part["locations"])
