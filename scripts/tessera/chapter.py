"""What a chapter declares about itself: `chapters/NN/chapter.toml`, checked.

A mistake is reported with file, line and what is wrong; all mistakes of a file at once, because
whoever made them wants to mend them in one go.
"""
from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Iterator

from tessera import toml_lines
from tessera.errors import Failure, Misuse
from tessera.toml_reader import Reader, suggest
from tessera.tree import Tree

#: Changed lines of kernel code a stage may have without an argument for more.
LINE_BUDGET = 600
#: The first chapter with user programs.
FIRST_USER_CHAPTER = 7
#: Where QEMU's `virt` machine has its memory, and where it puts an Image with text offset 0.
RAM_START = 0x4000_0000
IMAGE_START = 0x4020_0000
TWO_MIB = 0x20_0000

#: What a boot names as its device tree to be started without one.
NO_TREE = "none"
#: What a boot names as its root task to be started without one; without a name it is the demo.
NO_ROOT_TASK = "none"

#: How a boot can be meant to end.
ENDS = ("ok", "panic", "refused", "stopped")


class ChapterError(Failure):
    """A `chapter.toml` that cannot be used; one mistake a line."""


@dataclass(frozen=True)
class Machine:
    """The golden machine, with what a boot may change about it."""

    virtualization: bool = False  # enter the kernel at EL2
    gic: int = 2  # version of the interrupt controller
    memory: str = "512M"
    cpu: str = "cortex-a53"
    cpus: int = 1

    @property
    def memory_bytes(self) -> int:
        """The size of RAM in bytes."""
        return int(self.memory[:-1]) << {"M": 20, "G": 30}[self.memory[-1]]


@dataclass(frozen=True)
class Limits:
    """When a boot that does not end by itself is ended, and as what."""

    cpu_seconds: int = 20  # of QEMU's CPU time: the boot spins
    idle_seconds: float = 5  # without CPU time and output: the boot idles
    wall_seconds: float = 120  # the backstop
    output_bytes: int = 1_000_000
    memory_bytes: int = 8 << 30  # of the host's


@dataclass(frozen=True)
class Exchange:
    """One step of a console dialogue: wait for `expect`, then type `send`."""

    expect: str
    send: str


@dataclass(frozen=True)
class Boot:
    """One way of booting a chapter's kernel, and how that must end."""

    name: str  # the expected log is chapters/NN/expected/<name>.log
    ends: str  # one of ENDS
    append: str = ""  # the kernel command line
    load_at: int = IMAGE_START
    device_tree: str = ""  # a source file that replaces QEMU's tree, or NO_TREE
    root_task: str = ""  # a file in the preset's build folder, NO_ROOT_TASK, or the chapter's demo
    machine: Machine = Machine()
    limits: Limits = Limits()
    keep: tuple[str, ...] = ()
    dialogue: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter as its `chapter.toml` declares it."""

    number: int
    title: str
    summary: str  # what its boot shows
    budget: int = LINE_BUDGET
    budget_reason: str = ""
    boots: tuple[Boot, ...] = ()

    def boot(self, name: str | None = None) -> Boot:
        """The boot of that name, or the first one; Misuse when there is none."""
        label = f"chapter {self.number:02}"
        if not self.boots:
            raise Misuse(f"{label} declares no boot, so nothing shows that it works",
                         f"Add a [[boot]] to chapters/{self.number:02}/chapter.toml.")
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
    """Reads and checks a chapter; Misuse when there is none, ChapterError when it is malformed."""
    where = f"chapters/{number:02}/chapter.toml"
    try:
        data = (tree.chapter_dir(number) / "chapter.toml").read_bytes()
    except FileNotFoundError:
        raise no_such_chapter(tree, number) from None
    except OSError as error:
        raise ChapterError(f"{where}: cannot be read: {error.strerror}") from error
    return parse(data, number, where)


def no_such_chapter(tree: Tree, number: int) -> Misuse:
    """The error for a chapter that this tree does not have."""
    there = tree.chapters
    if not there:
        return Misuse(f"there is no chapter {number:02}",
                      "This tree has no chapters/NN/chapter.toml at all.")
    has = f"{there[0]:02}" if len(there) == 1 else f"{there[0]:02} to {there[-1]:02}"
    nearest = min(there, key=lambda chapter: abs(chapter - number))
    return Misuse(f"there is no chapter {number:02}; this tree has {has}",
                  f"Did you mean {nearest:02}?")


def parse(data: bytes, number: int, where: str) -> Chapter:
    """Checks the text of a `chapter.toml`; `where` is what errors call the file."""
    try:
        reader = Reader(toml_lines.parse(data), where)
    except toml_lines.TomlError as error:
        raise ChapterError(f"{where}:{error.line}: {error}") from error
    chapter = _chapter(reader, number)
    if reader.mistakes:
        raise ChapterError("\n".join(text for _, text in sorted(reader.mistakes)))
    return chapter


def _chapter(reader: Reader, number: int) -> Chapter:
    """The whole file."""
    values = reader.table(Chapter, (), reader.file.values, others=("boot",), given=("number",))
    budget = values.get("budget", LINE_BUDGET)
    if budget < 1:
        reader.wrong(("budget",), f"budget must be at least 1 line, not {budget}")
    if budget > LINE_BUDGET and not values.get("budget_reason", "").strip():
        reader.wrong(("budget",), f"a budget over {LINE_BUDGET} lines needs a budget_reason")
    boots = read_boots(reader, number)
    return Chapter(**{"title": "", "summary": ""} | values, number=number, boots=boots)


def read_boots(reader: Reader, number: int) -> tuple[Boot, ...]:
    """Every `[[boot]]` of a file, no two with one name. Exercises declare theirs in the same way."""
    boots: list[Boot] = []
    for path, table in reader.tables(("boot",), reader.file.values.get("boot", [])):
        boot = _boot(reader, path, table, number)
        if boot.name in [other.name for other in boots]:
            reader.wrong((*path, "name"), "an earlier boot has this name")
        boots.append(boot)
    return tuple(boots)


def _boot(reader: Reader, path: toml_lines.Path, table: dict[str, Any], number: int) -> Boot:
    """One `[[boot]]`."""
    others = ("machine", "limits", "dialogue", "keep")
    values = {"name": "", "ends": ENDS[0]} | reader.table(Boot, path, table, others)
    boot = Boot(
        **values,
        machine=_machine(reader, (*path, "machine"), table.get("machine", {})),
        limits=_limits(reader, (*path, "limits"), table.get("limits", {})),
        keep=_keep(reader, (*path, "keep"), table.get("keep", [])),
        dialogue=_dialogue(reader, (*path, "dialogue"), table.get("dialogue", [])),
    )
    for key, problem in _boot_problems(boot, number):
        if key in table:
            reader.wrong((*path, key), problem)
    return boot


def _boot_problems(boot: Boot, number: int) -> Iterator[tuple[str, str]]:
    """What no boot can be: key and message."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", boot.name):
        yield "name", ("name must be lower-case words joined by '-': "
                       "it names the expected log and the test")
    if boot.ends not in ENDS:
        yield "ends", (f"ends must be one of {', '.join(ENDS)}, not '{boot.ends}'"
                       f"{suggest(boot.ends, ENDS)}")
    if boot.root_task and number < FIRST_USER_CHAPTER:
        yield "root_task", f"there are no root tasks before chapter {FIRST_USER_CHAPTER:02}"
    if boot.device_tree not in ("", NO_TREE) and not re.fullmatch(r"[\w-]+(/[\w-]+)*\.dts",
                                                                  boot.device_tree):
        yield "device_tree", (f"device_tree must be the path of a .dts file in this tree or "
                              f"'{NO_TREE}', not '{boot.device_tree}'")
    last = RAM_START + boot.machine.memory_bytes - TWO_MIB
    if boot.load_at % TWO_MIB:  # the Image protocol; QEMU's own loader is at the start of memory
        yield "load_at", f"load_at must be a multiple of 2 MiB (0x200000), not {boot.load_at:#x}"
    elif not IMAGE_START <= boot.load_at <= last:
        yield "load_at", (f"load_at must be from {IMAGE_START:#x} to {last:#x} "
                          f"with {boot.machine.memory} of memory, not {boot.load_at:#x}")


def _machine(reader: Reader, path: toml_lines.Path, table: Any) -> Machine:
    """The `machine` of a boot; the default one when it is wrong."""
    before = len(reader.mistakes)
    machine = Machine(**reader.table(Machine, path, table))
    for key, problem in machine_problems(machine):
        reader.wrong((*path, key), problem)
    return machine if len(reader.mistakes) == before else Machine()


def machine_problems(machine: Machine) -> Iterator[tuple[str, str]]:
    """What no `virt` machine can be: field and message. `run` uses it for its options."""
    if machine.gic not in (2, 3):
        yield "gic", f"gic must be 2 or 3, not {machine.gic}"
    if not re.fullmatch(r"[1-9][0-9]*[MG]", machine.memory):
        yield "memory", f"memory must be a size such as 512M or 2G, not '{machine.memory}'"
    elif not 32 << 20 <= machine.memory_bytes <= 255 << 30:
        yield "memory", f"memory must be between 32M and 255G, not {machine.memory}"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*(,[a-z0-9-]+=[a-z0-9]+)*", machine.cpu):
        yield "cpu", f"cpu must be a processor QEMU knows, such as cortex-a53, not '{machine.cpu}'"
    most = 8 if machine.gic == 2 else 64
    if not 1 <= machine.cpus <= most:
        yield "cpus", f"cpus must be 1 to {most} with gic {machine.gic}, not {machine.cpus}"


def _limits(reader: Reader, path: toml_lines.Path, table: Any) -> Limits:
    """The `limits` of a boot."""
    values = reader.table(Limits, path, table)
    for key, value in values.items():
        if not 0 < value < 1e9:
            reader.wrong((*path, key), f"{key} must be more than 0, and finite, not {value}")
    return Limits(**values)


def _keep(reader: Reader, path: toml_lines.Path, patterns: Any) -> tuple[str, ...]:
    """The regular expressions of `keep`."""
    patterns = reader.strings(path, patterns)
    for pattern in patterns:
        try:
            empty = re.compile(pattern).match("")
        except re.error as error:
            reader.wrong(path, f"keep: '{pattern}' is not a regular expression: {error}")
        else:
            if empty:
                reader.wrong(path, f"keep: '{pattern}' also matches nothing at all")
    return patterns


def _dialogue(reader: Reader, path: toml_lines.Path, tables: Any) -> tuple[Exchange, ...]:
    """The `[[boot.dialogue]]` of a boot."""
    exchanges = []
    for at, table in reader.tables(path, tables):
        values = reader.table(Exchange, at, table)
        if values.get("expect") == "":
            reader.wrong((*at, "expect"), "expect must not be empty: typing waits for a prompt")
        exchanges.append(Exchange(values.get("expect", ""), values.get("send", "")))
    return tuple(exchanges)
