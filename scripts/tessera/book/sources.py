"""The kernel's sources at every stage: files, and the symbols in them.

Files are known by git's blob ids, so what did not change from one stage to the next is read once.
"""
from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tessera.errors import Failure
from tessera.stages.stack import Stack, read_blobs
from tessera.stages.store import Store
from tessera.tree import Tree

#: What counts as the kernel's code, as against its tests.
KERNEL, TESTS = "kernel/", "tests/unit/"
CODE = (".cpp", ".hpp", ".S", ".def", ".ld")

_CTAGS = (
    "ctags",
    "--fields=+neKSt",
    "--output-format=json",
    "--kinds-C++=+pxU",
    "-L",
    "-",
    "-f",
    "-",
)
_ANONYMOUS = re.compile(r"__anon\w+")
#: Kinds of symbols, the one that a reader means by a name first.
_KINDS = (
    "function",
    "class",
    "struct",
    "union",
    "enum",
    "label",
    "macro",
    "concept",
    "typedef",
    "variable",
    "enumerator",
    "prototype",
    "member",
    "using",
    "alias",
    "symbol",
    "section",
)

#: How lines begin that belong to the symbol below them.
_LEADING = ("//", "template <", "requires ", "/*")


@dataclass(frozen=True)
class Symbol:
    """Something with a name in a file: lines are counted from 1, the last one included."""

    name: str
    scope: str  # with `::`, unnamed namespaces left out
    kind: str
    line: int
    end: int
    signature: str = ""

    @property
    def qualified(self) -> str:
        """The whole name."""
        return f"{self.scope}::{self.name}" if self.scope else self.name

    @property
    def short(self) -> str:
        """The name as the book writes it: without the namespace that all of the kernel is in."""
        return self.qualified.removeprefix("k::")


@dataclass(frozen=True)
class Place:
    """A symbol in a file of a stage."""

    stage: int
    path: str
    symbol: Symbol


class Sources:
    """The staged files of all stages."""

    def __init__(self, tree: Tree, scratch: Path) -> None:
        self._store = Store(tree)
        self._scratch = scratch
        self.stack = Stack.in_folder(self._store, tree.root)

    @cached_property
    def files(self) -> dict[int, dict[str, str]]:
        """For each stage the blob id of each of its files, by path."""
        return {number: self._listing(tree) for number, tree in enumerate(self.stack.trees, 1)}

    @cached_property
    def texts(self) -> dict[str, str]:
        """What each blob holds."""
        blobs = sorted({blob for files in self.files.values() for blob in files.values()})
        bodies = read_blobs(self._store.plumbing, blobs)
        return {blob: body.decode() for blob, body in zip(blobs, bodies)}

    @cached_property
    def symbols(self) -> dict[str, list[Symbol]]:
        """The symbols in each blob, by line."""
        found: dict[str, list[Symbol]] = {blob: [] for blob in self.texts}
        for entry in self._tags():
            if symbol := _symbol(entry):
                found[Path(entry["path"]).name.partition(".")[0]].append(symbol)
        for blob, symbols in found.items():
            symbols.sort(key=lambda symbol: symbol.line)
            found[blob] = _closed(symbols, self.texts[blob].count("\n"))
        return found

    @cached_property
    def by_name(self) -> dict[int, dict[str, list[Place]]]:
        """For each stage, the places of each name (its last part), best first."""
        return {stage: self._index(stage) for stage in self.files}

    def text(self, stage: int, path: str) -> str:
        """A file of a stage."""
        return self.texts[self.files[stage][path]]

    def find(self, stage: int, name: str) -> list[Place]:
        """What `name` (`Expected::and_then`) may mean at a stage, the likeliest first."""
        *scope, last = name.split("::")
        wanted = "::".join(["", *scope])
        return [
            place
            for place in self.by_name[stage].get(last, [])
            if not scope or f"::{place.symbol.scope}".endswith(wanted)
        ]

    def extent(self, stage: int, path: str, symbol: Symbol) -> tuple[int, int]:
        """The lines of a symbol together with the comment right above it, counted from 1."""
        having = self.text(stage, path).splitlines()
        first = symbol.line
        while first > 1 and having[first - 2].lstrip().startswith(_LEADING):
            first -= 1
        return first, symbol.end

    def diff(self, stage: int) -> str:
        """What `git diff` says between a stage and the one before."""
        before = self.stack.tree(stage - 1) if stage > 1 else self._store.empty_tree
        done = self._store.plumbing.run("diff", "--find-renames", before, self.stack.tree(stage))
        return done.stdout.decode()

    def first_stage(self, path: str) -> int:
        """The stage in which a file appears."""
        return min(stage for stage, files in self.files.items() if path in files)

    def same_since(self, stage: int, path: str) -> int:
        """The first of the stages, up to `stage`, in which a file has been as it is at `stage`."""
        while stage > 1 and self.files[stage - 1].get(path) == self.files[stage][path]:
            stage -= 1
        return stage

    def same_until(self, stage: int, path: str) -> int:
        """The last stage in which a file is still as it is at `stage`."""
        last = max(self.files)
        while stage < last and self.files[stage + 1].get(path) == self.files[stage][path]:
            stage += 1
        return stage

    def _listing(self, tree: str) -> dict[str, str]:
        lines = self._store.plumbing.out("ls-tree", "-r", "-z", tree).split("\0")
        entries = (line.split("\t") for line in lines if line)
        return {path: about.split()[2] for about, path in entries}

    def _index(self, stage: int) -> dict[str, list[Place]]:
        index: dict[str, list[Place]] = {}
        for path, blob in self.files[stage].items():
            for symbol in self.symbols[blob]:
                index.setdefault(symbol.name, []).append(Place(stage, path, symbol))
        for places in index.values():
            places.sort(key=_likelihood)
        return index

    def _tags(self) -> list[dict[str, str]]:
        """What ctags says of every blob."""
        folder = self._scratch / "blobs"
        folder.mkdir(parents=True, exist_ok=True)
        names = []
        for files in self.files.values():
            for path, blob in files.items():
                if path.endswith((".cpp", ".hpp", ".S")):
                    names.append(file := folder / f"{blob}{Path(path).suffix}")
                    if not file.exists():
                        file.write_text(self.texts[blob], encoding="utf-8")
        asked = "".join(f"{name}\n" for name in sorted(set(names)))
        done = subprocess.run(_CTAGS, input=asked, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"ctags failed: {done.stderr.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]


def _symbol(entry: dict[str, str]) -> Symbol | None:
    """An entry of ctags as a symbol; None for what has no name of its own."""
    if entry["kind"] not in _KINDS or _ANONYMOUS.search(entry["name"]):
        return None
    parts = [part for part in entry.get("scope", "").split("::") if not _ANONYMOUS.match(part)]
    line = int(entry["line"])
    return Symbol(
        entry["name"],
        "::".join(filter(None, parts)),
        entry["kind"],
        line,
        int(entry.get("end", line)),
        entry.get("signature", ""),
    )


def _closed(symbols: list[Symbol], length: int) -> list[Symbol]:
    """Lets each label of an assembly file reach to the one after it: ctags does not say how far."""
    labels = [symbol for symbol in symbols if symbol.kind == "label"]
    ends = {label: after.line - 1 for label, after in zip(labels, labels[1:])}
    return [
        replace(symbol, end=ends.get(symbol, length)) if symbol.kind == "label" else symbol
        for symbol in symbols
    ]


def _likelihood(place: Place) -> tuple[bool, bool, int, str]:
    """Sorts the kernel before its tests and its stand-ins, definitions before declarations."""
    aside = "/arch/host/" in place.path
    return place.path.startswith(TESTS), aside, _KINDS.index(place.symbol.kind), place.path
