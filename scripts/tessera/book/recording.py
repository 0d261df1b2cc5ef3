"""Recording a boot: what it prints, and when, in the machine's own time.

QEMU can keep a record of everything that is not determined by the program. In it stands how many
instructions ran before each character went out, and on the golden machine an instruction takes a
nanosecond. What the record does not tell is how long the processor slept. Where the kernel prints time
stamps of its own, those do.
"""
from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from tessera.boot import files, machine, process
from tessera.boot.golden import normalise
from tessera.boot.golden import text as as_text
from tessera.chapter import Boot, Chapter
from tessera.errors import Failure
from tessera.tree import Tree

#: The record begins with its format and a place that is not used.
_HEADER = struct.Struct(">IQ")
_FORMAT = 0xE0200C  # QEMU 7.2
#: Events: one byte, then so many of data. We are after these two; all others are passed over.
_INSTRUCTIONS, _WRITE = 0x00, 0x16
_SIZES = {_INSTRUCTIONS: 4, _WRITE: 8, 0x1C: 8, 0x1D: 8}
_END = 0x27

_STAMP = re.compile(rb"\[ *(\d+)\.(\d{6})\]")


@dataclass(frozen=True)
class Line:
    """A line of serial output and when its first character went out, in nanoseconds."""

    at: int
    text: str


def can_record(boot: Boot) -> bool:
    """Whether QEMU can record a boot: one processor, and nobody types."""
    return boot.machine.cpus == 1 and not boot.dialogue


def record(tree: Tree, chapter: Chapter, boot: Boot, scratch: Path) -> list[Line]:
    """Boots once more, recording. A recording that is not the golden log is an error."""
    scratch.mkdir(parents=True, exist_ok=True)
    log = scratch / f"{chapter.number:02}-{boot.name}.record"
    command = machine.command(
        machine.find_qemu(),
        boot,
        files.image_of(tree, "kernel"),
        scratch,
        initrd=files.root_task_of(tree, "kernel", boot),
        device_tree=files.device_tree_of(tree, boot, scratch),
    )
    at = command.index("-icount") + 1
    command[at] += f",rr=record,rrfile={log}"
    done = process.run(command, boot.limits)
    golden = (tree.chapter_dir(chapter.number) / "expected" / f"{boot.name}.log").read_text("utf-8")
    if normalise(as_text(bytes(done.output)), boot.keep) != golden:
        raise Failure(
            f"chapter {chapter.number:02}: the boot '{boot.name}' does not print its golden "
            "log when it is recorded",
            "`./tessera boot check` at that chapter tells more.",
        )
    return lines(bytes(done.output), moments(log.read_bytes()))


def moments(record: bytes) -> list[int]:
    """For each character of the output how many instructions had run before it."""
    form, _ = _HEADER.unpack_from(record)
    if form != _FORMAT:
        raise Failure(
            f"QEMU's record of a boot has format {form:#x}, which is not that of QEMU 7.2"
        )
    at, instructions, found = _HEADER.size, 0, list[int]()
    while at < len(record) and record[at] != _END:
        event, at = record[at], at + 1
        if event == _INSTRUCTIONS:
            instructions += struct.unpack_from(">I", record, at)[0]
        elif event == _WRITE:
            found += [instructions] * struct.unpack_from(">I", record, at + 4)[0]
        at += _SIZES.get(event, 0)
    return found


def lines(output: bytes, moments: list[int]) -> list[Line]:
    """The lines of an output with their times; sleep counts where a time stamp tells of it."""
    if len(output) != len(moments):
        raise Failure(f"QEMU recorded {len(moments)} characters of {len(output)}")
    found, start, slept = list[Line](), 0, 0
    for line in output.splitlines(keepends=True):
        at = moments[start]
        if stamp := _STAMP.match(line):
            slept = max(slept, (int(stamp[1]) * 1_000_000 + int(stamp[2])) * 1000 - at)
        found.append(Line(at + slept, as_text(line).rstrip("\n")))
        start += len(line)
    return found
