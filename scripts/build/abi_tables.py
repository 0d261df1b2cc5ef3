"""Reads the tables of the system-call interface, `kernel/abi/*.def`.

The kernel has them read by the compiler; what is not C++ comes here.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

_COMMENT = re.compile(r"//[^\n]*")
_DIRECTIVE = re.compile(r"^#[ \t]*(\w+)[ \t]*(.*)$")
_ROW = re.compile(r"\b(K_\w+)\s*\(")
_ITEM = re.compile(r"(K_\w+)\(([^)]*)\)")


@dataclass(frozen=True)
class Item:
    """A part of a row: `K_FIELD(arch_flags, w0, 15, 8)`."""

    kind: str  # "FIELD"
    name: str
    word: int = 0  # where it is in the message; of a capability: nothing
    numbers: tuple[int, ...] = ()  # high and low bit of a field, the bit of a flag, the count of words


@dataclass(frozen=True)
class Row:
    """A row: `K_ERROR(RangeError, 4, ...)`, and on which configuration it depends."""

    kind: str  # "ERROR"
    fields: tuple[str, ...]
    condition: str | None = None  # as it stands behind #if

    @property
    def name(self) -> str:
        return self.fields[0]

    @property
    def number(self) -> int:
        """The second field of most rows."""
        return int(self.fields[1], 0)

    def items(self, field: int) -> list[Item]:
        """The parts that one field of the row consists of."""
        return [_item(kind, arguments) for kind, arguments in _ITEM.findall(self.fields[field])]


@dataclass(frozen=True)
class Configuration:
    """What conditions are about. The numbers of one configuration are those of one kernel."""

    cores: int = 1
    debug_calls: bool = True

    def has(self, condition: str | None) -> bool:
        """Whether rows with this condition exist."""
        match condition:
            case None:
                return True
            case "K_CORES > 1":
                return self.cores > 1
            case "K_DEBUG_CALLS":
                return self.debug_calls
        raise ValueError(f"what does `#if {condition}` mean?")


def read(file: Path, configuration: Configuration | None = None) -> list[Row]:
    """The rows of a table: those of a configuration, or all that there are."""
    rows = _rows(_COMMENT.sub("", file.read_text(encoding="utf-8")))
    return [row for row in rows if configuration is None or configuration.has(row.condition)]


def _rows(text: str) -> Iterator[Row]:
    """All rows of a file's text."""
    condition: str | None = None
    block: list[str] = []
    for line in [*text.splitlines(), "#endif"]:
        directive = _DIRECTIVE.match(line)
        if directive is None:
            block.append(line)
            continue
        yield from _block("\n".join(block), condition)
        block = []
        if directive[1] in ("if", "endif"):
            condition = directive[2].strip() or None


def _block(text: str, condition: str | None) -> Iterator[Row]:
    """The rows between two directives."""
    position = 0
    while found := _ROW.search(text, position):
        position = _closing(text, found.end())
        fields = _split(text[found.end():position])
        yield Row(found[1].removeprefix("K_"), tuple(fields), condition)


def _closing(text: str, position: int) -> int:
    """Where the parenthesis closes that opened before `position`."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 1
    return position - 1


def _split(text: str) -> list[str]:
    """A row's fields: what commas separate that stand in no parentheses and no quotes."""
    fields = re.findall(r'(?:[^,()"]|"[^"]*"|\([^()]*\))+', text)
    return [" ".join(field.split()).strip('"') for field in fields]


def _item(kind: str, arguments: str) -> Item:
    """An item out of its text."""
    name, *places = [word.strip() for word in arguments.split(",")]
    word = int(places[0].removeprefix("w")) if places else 0
    return Item(kind.removeprefix("K_"), name, word, tuple(int(place) for place in places[1:]))
