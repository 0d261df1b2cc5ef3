"""Reads TOML tables into dataclasses and collects what is wrong with them, each with its line."""
from __future__ import annotations

import difflib
from dataclasses import MISSING, fields
from typing import Any, Iterable, Iterator, Sequence

from tessera.toml_lines import Path, TomlFile

#: The types a field may have, as annotated: what suits them, and what they are called.
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a string"),
    "bool": ((bool,), "true or false"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
}


class Reader:
    """One file. `mistakes` holds (line, message) in the order of discovery."""

    def __init__(self, file: TomlFile, where: str) -> None:
        self.file = file
        self.where = where
        self.mistakes: list[tuple[int, str]] = []

    def wrong(self, path: Path, message: str) -> None:
        """Notes a mistake at `path`."""
        line = self.file.line(*path)
        self.mistakes.append((line, f"{self.where}:{line}: {self._owner(path)}{message}"))

    def _owner(self, path: Path) -> str:
        """`boot 'el2': ` for what lies in an element of an array of tables, nothing elsewhere."""
        if len(path) < 2 or not isinstance(path[1], int):
            return ""
        name = self.file.values[path[0]][path[1]].get("name")
        return f"{path[0]} '{name}': " if isinstance(name, str) else f"{path[0]} {path[1] + 1}: "

    def table(self, kind: type, path: Path, values: Any, others: Sequence[str] = (),
              given: Sequence[str] = ()) -> dict[str, Any]:
        """Those of the values that suit fields of `kind`, by name; everything else is noted.

        `others`: keys that are not plain values, which the caller reads.
        `given`: fields that do not come from the file.
        """
        if not isinstance(values, dict):
            self.wrong(path, f"{path[-1]} must be a table, not {kind_of(values)}")
            return {}
        plain = {f.name: f for f in fields(kind) if f.type in _TYPES and f.name not in given}
        for key in values:
            if key not in plain and key not in others:
                self.wrong((*path, key), f"unknown key '{key}'{suggest(key, [*plain, *others])}")
        for name, field in plain.items():
            if name not in values and field.default is MISSING:
                self.wrong(path, f"'{name}' is missing")
        return {name: value for name, value in values.items()
                if name in plain and self._suits(plain[name].type, (*path, name), value)}

    def _suits(self, annotation: str, path: Path, value: Any) -> bool:
        """Whether a value has the type its field asks for. (Python's bool is an int; here not.)"""
        types, name = _TYPES[annotation]
        if type(value) in types:
            return True
        self.wrong(path, f"{path[-1]} must be {name}, not {kind_of(value)}")
        return False

    def tables(self, path: Path, values: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The elements of an array of tables with their paths."""
        if isinstance(values, list) and all(isinstance(value, dict) for value in values):
            yield from (((*path, index), value) for index, value in enumerate(values))
        else:
            header = ".".join(key for key in path if isinstance(key, str))
            self.wrong(path, f"write [[{header}]], once for each")

    def strings(self, path: Path, values: Any) -> tuple[str, ...]:
        """An array of strings."""
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return tuple(values)
        self.wrong(path, f"{path[-1]} must be an array of strings")
        return ()


def kind_of(value: Any) -> str:
    """What TOML calls a value."""
    if isinstance(value, bool):
        return str(value).lower()
    names = {str: "a string", int: "a whole number", float: "a number",
             list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")


def suggest(word: str, choices: Iterable[str]) -> str:
    """`; did you mean 'machine'?`, or nothing."""
    near = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
