#!/usr/bin/python3
"""Writes the kernel's own symbol table: the assembly that puts function names into the image.

    symbols.py NM ELF OUTPUT            writes the table for ELF
    symbols.py --check NM ELF TABLE     fails unless TABLE is what ELF would give now

The kernel is linked, this table is made from the result, and the kernel is linked again with it.
That is right only if no function moved, which --check proves.

The table is an array of pairs of 32-bit words (the function's offset from image_begin, its name's
offset among the names), sorted by the first, with a last entry where the code ends; then the names,
end to end. Names are short: no `k::`, no anonymous namespaces, no arguments.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CODE = frozenset("tTwW")


@dataclass(frozen=True)
class Symbol:
    offset: int
    name: str


def short(name: str) -> str:
    """A demangled name as one would say it: `k::demo::(anonymous namespace)::f(int)` is demo::f."""
    name = re.sub(r" \[clone [^]]*\]", "", name).replace("(anonymous namespace)::", "")
    name = re.sub(r" const$", "", name)
    name, operator, symbol = name.partition("operator")
    if operator:  # its brackets are part of the name: the first ones in operator() and operator<
        operator += re.match(r"\(\)|[^\w\s(]+|[^(<]*", symbol)[0].rstrip()
    return (without_brackets(name).split(" ")[-1] + operator).removeprefix("k::")


def without_brackets(name: str) -> str:
    """The name without arguments and template arguments, however deeply nested."""
    depth, kept = 0, []
    for letter in name:
        depth -= letter in ")>"
        if depth == 0 and letter not in "()<>":
            kept.append(letter)
        depth += letter in "(<"
    return re.sub(r"#\d+", "", "".join(kept))


def functions(listing: str) -> list[Symbol]:
    """The functions in the output of `nm --demangle`, in order, and after them the end of all code.

    Where one address has several names, the shortest stands, and the first by alphabet of those.
    """
    places: dict[str, int] = {}
    names: dict[int, list[str]] = {}
    for digits, kind, name in re.findall(r"^([0-9a-f]+) (\w) (.*)$", listing, re.MULTILINE):
        places[name] = address = int(digits, 16)
        if kind in CODE:
            names.setdefault(address, []).append(short(name))
    begin, end = places["image_begin"], places["text_end"]
    table = [Symbol(address - begin, min(said, key=lambda name: (len(name), name)))
             for address, said in sorted(names.items()) if begin <= address < end]
    return [*table, Symbol(end - begin, "")]


def assembly(table: list[Symbol]) -> str:
    """The table as assembly source."""
    entries, names, position = [], [], 0
    for symbol in table:
        entries.append(f"    .word   {symbol.offset:#x}, {position}")
        names.append(f'    .ascii  "{symbol.name}"')
        position += len(symbol.name.encode())
    return "\n".join([
        "/* Generated from the linked kernel by scripts/build/symbols.py. */",
        '    .section .symbols.entries, "a"', "    .balign 4", *entries,
        '    .section .symbols.names, "a"', *names[:-1], "",
    ])


def main(arguments: list[str]) -> int:
    check = arguments[:1] == ["--check"]
    nm, elf, table = arguments[1:] if check else arguments
    listing = subprocess.run([nm, "--demangle", "--numeric-sort", elf],
                             check=True, capture_output=True, text=True).stdout
    source = assembly(functions(listing))
    if not check:
        Path(table).write_text(source)
    elif Path(table).read_text() != source:
        print(f"{elf}: functions moved when their names were linked in, so {table} is wrong;"
              " the table must lie behind all code", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
