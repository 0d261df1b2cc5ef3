#!/usr/bin/python3
"""Writes ELF files for the kernel to refuse, each wrong in one way, and two that are merely odd.

    hostile.py FOLDER

FOLDER gets NAME.elf for every function here that ELVES names. They are also where the fuzzer starts from.
"""
from __future__ import annotations

import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

READ, WRITE, EXECUTE = 4, 2, 1

#: adr x1, .; str wzr, [x1]; mov x7, #42; svc #0: writes to itself, and if that is allowed, asks for a
#: system call that there is not. So it shows when the kernel starts it.
PROGRAM = struct.pack("<IIII", 0x10000001, 0xB900003F, 0xD2800547, 0xD4000001)


@dataclass
class Segment:
    """A program header of type PT_LOAD."""

    flags: int
    offset: int
    address: int
    file_bytes: int
    memory_bytes: int
    alignment: int = 0x1000
    type: int = 1

    def pack(self) -> bytes:
        """The header as it is in the file."""
        return struct.pack("<IIQQQQQQ", self.type, self.flags, self.offset, self.address, 0,
                           self.file_bytes, self.memory_bytes, self.alignment)


@dataclass
class Elf:
    """A sound program, until somebody changes it."""

    entry: int = 0x400000
    elf_class: int = 2
    data: int = 1
    type: int = 2
    machine: int = 183
    headers_at: int = 64
    size: int = 0x2100
    segments: list[Segment] = field(default_factory=lambda: [
        Segment(READ | EXECUTE, 0x1000, 0x400000, len(PROGRAM), len(PROGRAM)),
        Segment(READ | WRITE, 0x2000, 0x401000, 0x100, 0x2000)])

    def pack(self) -> bytes:
        """The file."""
        file = bytearray(max(self.size, 0x2100))
        file[0:16] = bytes([0x7F, *b"ELF", self.elf_class, self.data, 1]).ljust(16, b"\0")
        file[16:64] = struct.pack("<HHIQQQIHHHHHH", self.type, self.machine, 1, self.entry,
                                  self.headers_at, 0, 0, 64, 56, len(self.segments), 0, 0, 0)
        headers = b"".join(segment.pack() for segment in self.segments)
        file[64:64 + len(headers)] = headers
        file[0x1000:0x1000 + len(PROGRAM)] = PROGRAM
        return bytes(file[:self.size])


def no_elf(elf: Elf) -> bytes:
    """A script, say."""
    return b"#!/bin/sh\n".ljust(elf.size, b"#")


def cut_in_the_header(elf: Elf) -> None:
    elf.size = 40


def cut_in_the_program_headers(elf: Elf) -> None:
    elf.size = 100


def cut_in_a_segment(elf: Elf) -> None:
    elf.size = 0x2080


def program_headers_beyond(elf: Elf) -> None:
    elf.headers_at = 2**64 - 56


def class_32(elf: Elf) -> None:
    elf.elf_class = 1


def big_endian(elf: Elf) -> None:
    elf.data = 2


def relocatable(elf: Elf) -> None:
    elf.type = 3


def other_machine(elf: Elf) -> None:
    elf.machine = 62


def nothing_to_load(elf: Elf) -> None:
    elf.segments = []


def too_many_segments(elf: Elf) -> None:
    elf.segments += [Segment(READ, 0, 0x500000 + i * 0x1000, 1, 1) for i in range(15)]


def overlapping(elf: Elf) -> None:
    elf.segments[0].memory_bytes = 0x1001


def wrapping(elf: Elf) -> None:
    elf.segments[1].memory_bytes = 2**64 - 0x1000


def kernel_address(elf: Elf) -> None:
    elf.segments[1].address = 0xFFFF_0000_4020_0000


def beyond_user_addresses(elf: Elf) -> None:
    elf.segments[1].address = 0x7FFF_FFFF_F000


def no_room_behind(elf: Elf) -> None:
    elf.segments = [Segment(READ | EXECUTE, 0x1000, 0x7FFF_FFFF_E000, len(PROGRAM), len(PROGRAM))]
    elf.entry = 0x7FFF_FFFF_E000


def larger_than_memory(elf: Elf) -> None:
    elf.segments[1].address = 0x7000_0000_0000


def more_file_than_memory(elf: Elf) -> None:
    elf.segments[1].memory_bytes = 0xFF


def misaligned(elf: Elf) -> None:
    elf.segments[1].address += 0x10


def odd_alignment(elf: Elf) -> None:
    elf.segments[1].alignment = 0x1800


def entry_outside(elf: Elf) -> None:
    elf.entry = 0x500000


def entry_in_data(elf: Elf) -> None:
    elf.entry = 0x401000


def entry_in_kernel(elf: Elf) -> None:
    elf.entry = 0xFFFF_FFFF_8000_0000


def entry_misaligned(elf: Elf) -> None:
    elf.entry = 0x400002


def writable_code(elf: Elf) -> None:
    """Nothing to refuse: programs built for seL4 are like this."""
    elf.segments[0].flags = READ | WRITE | EXECUTE


def shared_page(elf: Elf) -> None:
    """Nor here: the page is writable because of one segment and code because of the other."""
    elf.segments[1].offset = 0x1800
    elf.segments[1].address = 0x400800


ELVES: tuple[Callable[[Elf], bytes | None], ...] = (
    no_elf, cut_in_the_header, cut_in_the_program_headers, cut_in_a_segment, program_headers_beyond,
    class_32, big_endian, relocatable, other_machine, nothing_to_load, too_many_segments, overlapping,
    wrapping, kernel_address, beyond_user_addresses, no_room_behind, larger_than_memory,
    more_file_than_memory, misaligned, odd_alignment, entry_outside, entry_in_data, entry_in_kernel,
    entry_misaligned, writable_code, shared_page)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for spoil in ELVES:
        elf = Elf()
        file = spoil(elf) or elf.pack()
        (folder / f"{spoil.__name__}.elf").write_bytes(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
