"""A TOML file read together with the line on which each of its keys stands.

`tomllib` gives values without lines, and an error without its line sends the reader searching. A
TOML file is a sequence of statements (`[header]`, `[[header]]`, `key = value`), and a statement is
complete as soon as it parses by itself: so the lines are found by parsing one after the other.
"""
from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any, Iterator

#: Where something stands in the file: keys, and the index within an array of tables.
Path = tuple["str | int", ...]


class TomlError(Exception):
    """The text is not TOML; `line` is where it stops being so."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class TomlFile:
    """The values of a file, and the line of each key."""

    values: dict[str, Any]
    lines: dict[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of `path`, or of the nearest thing around it that has one."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def parse(data: bytes) -> TomlFile:
    """Parses a whole file; raises TomlError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TomlError(data.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text") from error
    text = text.replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _with_line(error, text) from error
    lines: dict[Path, int] = {}
    for path, line in _lines(text):
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], line)
    return TomlFile(values, lines)


def _with_line(error: tomllib.TOMLDecodeError, text: str) -> TomlError:
    """tomllib puts the place at the end of its message; we want it in front."""
    message = str(error)
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(found[1]) if found else len(text.splitlines())
    message = re.sub(r" \(at .*\)$", "", message)
    return TomlError(line, f"not valid TOML: {message[:1].lower()}{message[1:]}")


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Each key of a valid file with its line, in the order of the file."""
    table: Path = ()
    counts: dict[Path, int] = {}
    for line, statement in _statements(text):
        keys = _spine(tomllib.loads(statement))
        if not statement.lstrip().startswith("["):
            yield table + keys, line
        elif statement.lstrip().startswith("[["):
            outer = _indexed(keys[:-1], counts) + keys[-1:]
            counts[outer] = counts.get(outer, -1) + 1
            table = outer + (counts[outer],)
            yield table, line
        else:
            table = _indexed(keys, counts)
            yield table, line


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the line where it starts: lines are added to it until it parses."""
    start, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        start = start if statement else number
        statement += line + "\n"
        try:
            values = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if values:  # not merely a blank line or a comment
            yield start, statement
        statement = ""


def _spine(values: dict[str, Any]) -> Path:
    """The dotted key that a statement sets: down the tables that the statement itself opened."""
    key, inner = next(iter(values.items()))
    if isinstance(inner, list) and inner == [{}]:
        return (key,)
    if isinstance(inner, dict) and len(inner) == 1:
        return (key, *_spine(inner))
    return (key,)


def _indexed(keys: Path, counts: dict[Path, int]) -> Path:
    """`keys` with the index of the newest element after each key that names an array of tables."""
    path: Path = ()
    for key in keys:
        path += (key,)
        if path in counts:
            path += (counts[path],)
    return path
