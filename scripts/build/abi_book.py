#!/usr/bin/python3
"""Writes the book's page on the system-call interface from the tables in kernel/abi.

    abi_book.py ABI PAGE            writes the page
    abi_book.py --check ABI PAGE    fails unless the page is what the tables say
"""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterable, Iterator, Sequence

from abi_tables import Configuration, Item, Row, read

INTRODUCTION = """\
# The system-call interface

This page is made from the tables in `kernel/abi`, from which the kernel's decoding, the user stubs and
the C headers are made as well: what it says is what the kernel does. The names are seL4's. What the
calls do is told in the chapters that build them, and in the seL4 reference manual.

A message has a label, up to 120 words and up to three capabilities. Words are written `w0`, `w1` and so
on; the first four travel in the registers x2 to x5, the others in the IPC buffer. `w0[15:8]` are bits 15
to 8 of word 0. Of a field that ends with `[7:0]` and has its word to itself, stubs send the low byte, and
the kernel reads the whole word.
"""

#: What a row's condition means.
CONDITIONS = {
    "K_CORES > 1": "more than one core; all later labels are one higher then",
    "K_DEBUG_CALLS": "debug kernels",
}


def page(abi: Path) -> str:
    """The whole page."""
    def rows(table: str) -> list[Row]:
        return read(abi / f"{table}.def")

    sections = [
        ("System calls", "`svc #0` with the number in x7, sign-extended.",
         ("call", "number", "when"), _numbered(rows("syscalls"))),
        ("Invocations", "A message to a capability of the kernel's; the label says what to do. Capabilities "
         "are the message's extra ones, in order.",
         ("label", "object", "method", "capabilities", "words", "words of the reply", "when"),
         _invocations(rows("invocations"))),
        ("Objects", "What Retype makes. Sizes are powers of two, in bytes.",
         ("object", "type", "size bits"), map(_object, rows("objects"))),
        ("Errors", "The label of a reply, and the words that it brings.",
         ("error", "number", "words"), map(_worded, rows("errors"))),
        ("Lookup failures", "Why a capability was not found. The words follow those of FailedLookup, and word 3 "
         "of a CapFault.", ("failure", "number", "words"), map(_worded, rows("lookup_failures"))),
        ("Faults", "The label of the message to a thread's fault handler, and its words.",
         ("fault", "label", "words"), map(_worded, rows("faults"))),
        ("Capability types", "What DebugCapIdentify answers.", ("type", "number", "when"),
         _numbered(rows("capability_types"))),
        ("The first thread's capabilities", "Slots of its CNode. The ranges that BootInfo lists follow.",
         ("capability", "slot", "when"), _numbered(rows("initial_slots"))),
        ("Sizes and limits", "Bits are powers of two.", ("name", "value", "of what"),
         ((f"`{row.name}`", row.fields[1], row.fields[2]) for row in rows("limits"))),
    ]
    registers = ", ".join(row.name for row in rows("user_context"))
    return "\n".join([
        INTRODUCTION, *(_section(*section) for section in sections),
        f"## Registers\n\nReadRegisters and WriteRegisters carry them in this order: {registers}.\n"])


def _section(title: str, text: str, head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A heading, a sentence and a table, without columns in which nothing stands."""
    rows = list(body)
    used = [column for column in range(len(head)) if any(row[column] for row in rows)]
    lines = [head, *rows]
    table = ["| " + " | ".join(line[column] for column in used) + " |\n" for line in lines]
    table.insert(1, "|---" * len(used) + "|\n")
    return f"## {title}\n\n{text}\n\n{''.join(table)}"


def _numbered(rows: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    """Names, numbers, conditions."""
    return ((row.name, str(row.number), CONDITIONS[row.condition] if row.condition else "") for row in rows)


def _object(row: Row) -> tuple[str, str, str]:
    """Of an object with a size to choose, what is added to the choice."""
    extra = row.fields[2]
    given = "as given" if extra == "0" else f"as given + {extra}"
    return row.name, str(row.number), extra if row.kind == "OBJECT" else given


def _worded(row: Row) -> tuple[str, str, str]:
    """Something that brings words with it."""
    return row.name, str(row.number), _words(row.items(2))


def _invocations(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """Every invocation; labels are those of the usual configuration."""
    usual, label = Configuration(), 0
    for row in rows:
        label += usual.has(row.condition)
        shown = str(label) if usual.has(row.condition) else f"({label + 1})"
        when = CONDITIONS[row.condition] if row.condition else ""
        caps = ", ".join(item.name for item in row.items(2) if item.kind == "CAP")
        yield shown, row.name, row.fields[1], caps, _words(row.items(2)), _words(row.items(3)), when


def _words(items: Iterable[Item]) -> str:
    """Words with their places."""
    return ", ".join(f"{item.name} = {_place(item)}" for item in items if item.kind != "CAP")


def _place(item: Item) -> str:
    """Where in a message an item is."""
    word = f"w{item.word}"
    match item.kind:
        case "BYTE":
            return f"{word}[7:0]"
        case "FIELD":
            return f"{word}[{item.numbers[0]}:{item.numbers[1]}]"
        case "FLAG":
            return f"{word}[{item.numbers[0]}]"
        case "WORDS":
            return f"{word} to w{item.word + item.numbers[0] - 1}"
    return word


def main(arguments: list[str]) -> int:
    check = arguments[:1] == ["--check"]
    if len(arguments) != 2 + check:
        print(__doc__, file=sys.stderr)
        return 2
    abi, file = (Path(argument) for argument in arguments[-2:])
    text = page(abi)
    if not check:
        file.write_text(text, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != text:
        print(f"{file} is not what the tables say: scripts/build/abi_book.py {abi} {file}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
