"""What pictures are drawn from: golden logs, and the sources of a stage.

Each of these answers with what was looked for or fails. A picture whose data is gone must not be
drawn from the memory of it.
"""
from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Sequence

from tessera.book.sources import Sources
from tessera.errors import Failure
from tessera.tree import Tree


def log(tree: Tree, boot: str) -> list[str]:
    """The golden log of a boot, named as blocks name it: `05/tables`."""
    chapter, _, name = boot.partition("/")
    file = tree.root / "chapters" / chapter / "expected" / f"{name}.log"
    if not file.is_file():
        raise Failure(f"there is no boot '{boot}' to draw from")
    return file.read_text(encoding="utf-8").splitlines()


def below(lines: Sequence[str], heading: str) -> list[str]:
    """The lines behind a heading up to the next line that is indented no more than the heading."""
    if heading not in lines:
        raise Failure(f"the log to draw from has no line '{heading}'")
    depth = len(heading) - len(heading.lstrip())
    found: list[str] = []
    for line in lines[lines.index(heading) + 1 :]:
        if len(line) - len(line.lstrip()) <= depth:
            break
        found.append(line)
    return found


def matches(pattern: str, lines: Sequence[str]) -> list[re.Match[str]]:
    """The lines that are of this form, at least one."""
    if found := [match for line in lines if (match := re.search(pattern, line))]:
        return found
    raise Failure(f"nothing to draw: no line is of the form '{pattern}'")


@functools.cache
def _sources(root: Tree) -> Sources:
    return Sources(root, root.build / "book")


def source(tree: Tree, stage: int, path: str) -> str:
    """A file of a stage."""
    if stage not in (sources := _sources(tree)).files or path not in sources.files[stage]:
        raise Failure(f"stage {stage:02} has no '{path}' to draw from")
    return sources.text(stage, path)


def body(text: str, opening: str) -> str:
    """What stands in the braces behind `opening`: a type's members, a list's elements."""
    start = re.search(rf"{opening}[^;{{]*\{{", text)
    if not start:
        raise Failure(f"the source to draw from has no '{opening}'")
    depth, at = 1, start.end()
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[start.end() : at - 1]


def enumerators(text: str, name: str) -> list[str]:
    """The names of an enumeration in their order."""
    inside = re.sub(r"//.*", "", body(text, rf"enum class {name}\b"))
    return re.findall(r"\w+(?=\s*(?:=[^,]*)?(?:,|$))", inside.strip())


@dataclass(frozen=True)
class Field:
    """Bits of a word with a name."""

    high: int
    low: int
    name: str


_FIELD = re.compile(r"constexpr (?:Field|InPlace|Bit)<(\d+)(?:, (\d+))?[^>]*> (\w+)\{\}")


def fields(text: str, word: str) -> list[Field]:
    """The fields of a word with names, from the highest bit down."""
    found = [
        Field(int(high), int(low or high), name)
        for high, low, name in _FIELD.findall(body(text, rf"struct {word} :"))
    ]
    if not found:
        raise Failure(f"the word '{word}' has no fields to draw")
    return sorted(found, key=lambda field: -field.high)
