"""What a chapter declares about itself: `chapters/NN/chapter.toml`, checked.

A mistake is reported with file, line and what is wrong; all mistakes of a file at once, because
whoever writes one wants to fix them in one go.
"""
from __future__ import annotations

import difflib
import re
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Iterator

from tessera import toml_lines
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

#: Changed lines of kernel code a stage may have without an argument for more.
LINE_BUDGET = 600
#: The first chapter with user programs.
FIRST_USER_CHAPTER = 7
#: Where QEMU's `virt` machine has its memory, and where it puts an Image with text offset 0.
RAM_START = 0x4000_0000
IMAGE_START = 0x4020_0000
TWO_MIB = 0x20_0000

ENDS = ("ok", "panic", "refused")


class ChapterError(Failure):
    """A `chapter.toml` that cannot be used; one mistake a line."""


@dataclass(frozen=True)
class Machine:
    """The golden machine, with what a boot may change about it."""

    virtualization: bool = False
    gic: int = 2
    memory: str = "512M"
    cpu: str = "cortex-a53"
    cpus: int = 1

    @property
    def memory_bytes(self) -> int:
        """The RAM's size in bytes."""
        return int(self.memory[:-1]) << {"M": 20, "G": 30}[self.memory[-1]]


@dataclass(frozen=True)
class Limits:
    """When a boot that does not end by itself is ended, and as what."""

    cpu_seconds: int = 20  # of QEMU's CPU time: the boot spins
    idle_seconds: float = 5  # without CPU time and output: the boot idles
    wall_seconds: float = 120  # the backstop
    output_bytes: int = 1_000_000


@dataclass(frozen=True)
class Exchange:
    """One step of a console dialogue: wait for `expect`, then type `send`."""

    expect: str
    send: str


@dataclass(frozen=True)
class Boot:
    """One way of booting a chapter's kernel, and how that must end."""

    name: str
    ends: str
    machine: Machine = Machine()
    append: str = ""
    load_at: int = IMAGE_START
    root_task: str = ""
    keep: tuple[str, ...] = ()
    limits: Limits = Limits()
    dialogue: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter as its `chapter.toml` declares it."""

    number: int
    title: str
    summary: str
    budget: int = LINE_BUDGET
    budget_reason: str = ""
    boots: tuple[Boot, ...] = field(default=())

    def boot(self, name: str | None = None) -> Boot:
        """The boot of that name, or the first one; Misuse when there is none."""
        label = f"chapter {self.number:02}"
        if not self.boots:
            raise Misuse(f"{label} declares no boot", f"Add a [[boot]] to chapters/{self.number:02}/chapter.toml.")
        if name is None:
            return self.boots[0]
        for boot in self.boots:
            if boot.name == name:
                return boot
        names = [boot.name for boot in self.boots]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Its boots: {', '.join(names)}."
        raise Misuse(f"{label} has no boot '{name}'", hint)


def load(tree: Tree, number: int) -> Chapter:
    """Reads and checks chapter `number`; Misuse when there is none, ChapterError when it is malformed."""
    file = tree.chapter_dir(number) / "chapter.toml"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise no_such_chapter(tree, number) from None
    except OSError as error:
        raise ChapterError(f"chapters/{number:02}/chapter.toml: cannot be read: {error.strerror}") from error
    return parse(data, number, f"chapters/{number:02}/chapter.toml")


def no_such_chapter(tree: Tree, number: int) -> Misuse:
    """The error for a chapter that this tree does not have."""
    there = tree.chapters
    if not there:
        return Misuse(f"there is no chapter {number:02}: this tree has no chapters/NN/chapter.toml at all")
    has = f"{there[0]:02}" if len(there) == 1 else f"{there[0]:02} to {there[-1]:02}"
    return Misuse(f"there is no chapter {number:02}; this tree has {has}",
                  f"Did you mean {min(there, key=lambda c: abs(c - number)):02}?")


def parse(data: bytes, number: int, where: str) -> Chapter:
    """Checks the text of a `chapter.toml`; `where` is what errors call the file."""
    try:
        file = toml_lines.parse(data)
    except toml_lines.TomlError as error:
        raise ChapterError(f"{where}:{error.line}: {error}") from error
    reader = _Reader(file, where)
    chapter = _chapter(reader, number)
    if reader.mistakes:
        raise ChapterError("\n".join(text for _, text in sorted(reader.mistakes)))
    return chapter


class _Reader:
    """Reads tables into dataclasses and collects what is wrong with them."""

    def __init__(self, file: toml_lines.TomlFile, where: str) -> None:
        self.file = file
        self.where = where
        self.mistakes: list[tuple[int, str]] = []

    def wrong(self, path: toml_lines.Path, message: str) -> None:
        """Notes a mistake at `path`."""
        line = self.file.line(*path)
        self.mistakes.append((line, f"{self.where}:{line}: {self._label(path)}{message}"))

    def _label(self, path: toml_lines.Path) -> str:
        """`boot 'el2': ` for what lies in a boot."""
        if len(path) < 2 or path[0] != "boot":
            return ""
        name = self.file.values["boot"][path[1]].get("name")
        return f"boot '{name}': " if isinstance(name, str) else f"boot number {int(path[1]) + 1}: "

    def table(self, kind: type, path: toml_lines.Path, values: Any, skip: tuple[str, ...] = ()) -> dict[str, Any]:
        """The values that suit the fields of `kind`, by name; the others are noted. `skip`: not read here."""
        if not isinstance(values, dict):
            self.wrong(path, f"{path[-1]} must be a table, not {_kind(values)}")
            return {}
        known = {f.name: f for f in fields(kind) if f.name not in ("number", "boots")}
        for key in values:
            if key not in known and key not in skip:
                self.wrong((*path, key), f"unknown key '{key}'{_suggest(key, [*known, *skip])}")
        for name, spec in known.items():
            if name not in values and name not in skip and spec.default is MISSING:
                self.wrong(path, f"'{name}' is missing")
        return {name: value for name, value in values.items()
                if name in known and name not in skip and self._suits(known[name].type, (*path, name), value)}

    def _suits(self, annotation: str, path: toml_lines.Path, value: Any) -> bool:
        """Whether `value` has the type that a field asks for; bool is not an int here."""
        kinds = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}[annotation]
        if type(value) in kinds:
            return True
        wanted = {"str": "a string", "bool": "true or false", "int": "a whole number", "float": "a number"}[annotation]
        self.wrong(path, f"{path[-1]} must be {wanted}, not {_kind(value)}")
        return False

    def tables(self, path: toml_lines.Path, values: Any) -> Iterator[tuple[toml_lines.Path, dict[str, Any]]]:
        """The elements of an array of tables with their paths."""
        if isinstance(values, list) and all(isinstance(value, dict) for value in values):
            yield from (((*path, index), value) for index, value in enumerate(values))
        else:
            self.wrong(path, f"write [[{'.'.join(str(p) for p in path if isinstance(p, str))}]], once for each")


def _chapter(reader: _Reader, number: int) -> Chapter:
    """The whole file."""
    values = reader.table(Chapter, (), reader.file.values, skip=("boot",))
    budget = values.get("budget", LINE_BUDGET)
    if budget < 1:
        reader.wrong(("budget",), f"budget must be at least 1 line, not {budget}")
    if budget > LINE_BUDGET and not values.get("budget_reason", "").strip():
        reader.wrong(("budget",), f"a budget of more than {LINE_BUDGET} lines needs a budget_reason")
    boots: list[Boot] = []
    for path, table in reader.tables(("boot",), reader.file.values.get("boot", [])):
        boot = _boot(reader, path, table, number)
        if boot.name in [other.name for other in boots]:
            reader.wrong((*path, "name"), "this name is taken by an earlier boot")
        boots.append(boot)
    return Chapter(number, values.pop("title", ""), values.pop("summary", ""), boots=tuple(boots), **values)


def _boot(reader: _Reader, path: toml_lines.Path, table: dict[str, Any], number: int) -> Boot:
    """One `[[boot]]`."""
    values = reader.table(Boot, path, table, skip=("machine", "limits", "dialogue", "keep"))
    name, ends = values.pop("name", ""), values.pop("ends", ENDS[0])
    if "name" in table and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        reader.wrong((*path, "name"), "name must be lower-case words joined by '-': it names the log in expected/")
    if ends not in ENDS:
        reader.wrong((*path, "ends"), f"ends must be one of {', '.join(ENDS)}, not '{ends}'{_suggest(ends, ENDS)}")
    if values.get("root_task") and number < FIRST_USER_CHAPTER:
        reader.wrong((*path, "root_task"), f"there are no root tasks before chapter {FIRST_USER_CHAPTER:02}")
    machine = _machine(reader, (*path, "machine"), table.get("machine", {}))
    _check_load_at(reader, (*path, "load_at"), values.get("load_at", IMAGE_START), machine)
    return Boot(name, ends, machine, keep=_keep(reader, (*path, "keep"), table.get("keep", [])),
                limits=_limits(reader, (*path, "limits"), table.get("limits", {})),
                dialogue=_dialogue(reader, (*path, "dialogue"), table.get("dialogue", [])), **values)


def _machine(reader: _Reader, path: toml_lines.Path, table: Any) -> Machine:
    """The `machine` of a boot; the default one when it is wrong."""
    found = len(reader.mistakes)
    machine = Machine(**reader.table(Machine, path, table))
    for problem_at, problem in machine_problems(machine):
        reader.wrong((*path, problem_at), problem)
    return machine if len(reader.mistakes) == found else Machine()


def machine_problems(machine: Machine) -> Iterator[tuple[str, str]]:
    """What no QEMU `virt` machine can be: field and message. Also used for the options of `run`."""
    if machine.gic not in (2, 3):
        yield "gic", f"gic must be 2 or 3, not {machine.gic}"
    if not re.fullmatch(r"[1-9][0-9]*[MG]", machine.memory):
        yield "memory", f"memory must be a size such as 512M or 2G, not '{machine.memory}'"
    elif not 32 << 20 <= machine.memory_bytes <= 255 << 30:
        yield "memory", f"memory must be between 32M and 255G, not {machine.memory}"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*(,[a-z0-9-]+=[a-z0-9]+)*", machine.cpu):
        yield "cpu", f"cpu must be a QEMU processor such as cortex-a53, not '{machine.cpu}'"
    most = 8 if machine.gic == 2 else 64
    if not 1 <= machine.cpus <= most:
        yield "cpus", f"cpus must be 1 to {most} with gic = {machine.gic}, not {machine.cpus}"


def _check_load_at(reader: _Reader, path: toml_lines.Path, address: int, machine: Machine) -> None:
    """The Image protocol wants 2 MiB alignment; QEMU's own loader occupies the start of memory."""
    last = RAM_START + machine.memory_bytes - TWO_MIB
    if address % TWO_MIB:
        reader.wrong(path, f"load_at must be a multiple of 2 MiB (0x200000), not {address:#x}")
    elif not IMAGE_START <= address <= last:
        reader.wrong(path, f"load_at must be from {IMAGE_START:#x} to {last:#x} with {machine.memory}, not {address:#x}")


def _limits(reader: _Reader, path: toml_lines.Path, table: Any) -> Limits:
    """The `limits` of a boot."""
    values = reader.table(Limits, path, table)
    for key, value in values.items():
        if value <= 0:
            reader.wrong((*path, key), f"{key} must be more than 0, not {value}")
    return Limits(**values)


def _keep(reader: _Reader, path: toml_lines.Path, patterns: Any) -> tuple[str, ...]:
    """The regular expressions of `keep`."""
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        reader.wrong(path, "keep must be an array of strings")
        return ()
    for pattern in patterns:
        try:
            empty = re.compile(pattern).match("")
        except re.error as error:
            reader.wrong(path, f"keep: '{pattern}' is not a regular expression: {error}")
            continue
        if empty:
            reader.wrong(path, f"keep: '{pattern}' matches nothing at all as well, so it keeps nothing in particular")
    return tuple(patterns)


def _dialogue(reader: _Reader, path: toml_lines.Path, tables: Any) -> tuple[Exchange, ...]:
    """The `[[boot.dialogue]]` of a boot."""
    exchanges = []
    for at, table in reader.tables(path, tables):
        values = reader.table(Exchange, at, table)
        if values.get("expect") == "":
            reader.wrong((*at, "expect"), "expect must not be empty: typing waits for a prompt")
        exchanges.append(Exchange(values.get("expect", ""), values.get("send", "")))
    return tuple(exchanges)


def _kind(value: Any) -> str:
    """What TOML calls a value."""
    if isinstance(value, bool):
        return str(value).lower()
    names = {str: "a string", int: "a whole number", float: "a number", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")


def _suggest(word: str, choices: Any) -> str:
    """`; did you mean 'machine'?`, or nothing."""
    near = difflib.get_close_matches(word, choices, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
