#!/usr/bin/python3
"""Writes the C headers that are tables, under libsel4's names, from those in kernel/abi.

    abi_headers.py ABI FOLDER [--cores N]

The other headers of userland/include include these: `sel4/syscall.h`, `sel4/invocation.h`,
`sel4/errors.h`, `sel4/objecttype.h`, `sel4/user_context.h`, `sel4/initial_caps.h` and the stubs of
all invocations, `interfaces/sel4_client.h`. A file that would not change is left alone.
"""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Iterable

from abi_stubs import label, stubs
from abi_tables import Configuration, Row, read

Rows = Callable[[str], list[Row]]


def enum(tag: str, values: Iterable[tuple[str, int]], last: str = "") -> str:
    """A C enumeration; with `last`, one more name for the number behind."""
    lines = [f"    {name} = {number},\n" for name, number in values]
    lines += [f"    {last}\n"] if last else []
    return f"typedef enum {tag}_ {{\n{''.join(lines).rstrip().rstrip(',')}\n}} {tag};\n"


def syscall(rows: Rows) -> str:
    return enum("seL4_Syscall_ID", ((f"seL4_Sys{row.name}", row.number) for row in rows("syscalls")))


def invocation(rows: Rows) -> str:
    labels = [("InvalidInvocation", 0)]
    labels += [(label(row), number) for number, row in enumerate(rows("invocations"), 1)]
    return enum("seL4_InvocationLabel", labels, "nInvocationLabels")


def errors(rows: Rows) -> str:
    values = [(f"seL4_{row.name}", row.number) for row in rows("errors")]
    failures = [("seL4_NoFailure", 0)]
    failures += [(f"seL4_{row.name}", row.number) for row in rows("lookup_failures")]
    return (enum("seL4_Error", values, "seL4_NumErrors") + "\n"
            + enum("seL4_LookupFailureType", failures))


#: What the architecture brings has a prefix in libsel4, and the smallest page is just a page.
ARM_OBJECTS = ("HugePage", "VSpace", "SmallPage", "LargePage", "PageTable")
SIZE_NAMES = {"SmallPage": "Page"}
#: How many types there are before those of any Arm processor, and before those of each mode of one.
COUNTS = (("NonArch", "HugePage"), ("Mode", "SmallPage"))


def objecttype(rows: Rows) -> str:
    objects = rows("objects")
    names = [(f"seL4_{'ARM_' * (row.name in ARM_OBJECTS)}{row.name}Object", row.number)
             for row in objects]
    sizes = [f"#define seL4_{SIZE_NAMES.get(row.name, row.name)}Bits {row.fields[2]}\n"
             for row in objects if row.kind == "OBJECT"]
    counts = [f"#define seL4_{what}ObjectTypeCount seL4_ARM_{first}Object\n"
              for what, first in COUNTS]
    return "\n".join((enum("seL4_ObjectType", names, "seL4_ObjectTypeCount"),
                      "".join(counts), "".join(sizes)))


def user_context(rows: Rows) -> str:
    members = "".join(f"    seL4_Word {row.name};\n" for row in rows("user_context"))
    return ("#include <sel4/simple_types.h>\n\n"
            f"typedef struct seL4_UserContext_ {{\n{members}}} seL4_UserContext;\n")


def initial_caps(rows: Rows) -> str:
    slots = [(f"seL4_Cap{row.name}", row.number) for row in rows("initial_slots")]
    return enum("seL4_InitialCap", slots, "seL4_NumInitialCaps")


def client(rows: Rows) -> str:
    return ("#include <sel4/invocation.h>\n#include <sel4/syscalls.h>\n\n"
            + "\n".join(stubs(rows("invocations"))))


HEADERS: dict[str, Callable[[Rows], str]] = {
    "sel4/syscall.h": syscall,
    "sel4/invocation.h": invocation,
    "sel4/errors.h": errors,
    "sel4/objecttype.h": objecttype,
    "sel4/user_context.h": user_context,
    "sel4/initial_caps.h": initial_caps,
    "interfaces/sel4_client.h": client,
}


def write(abi: Path, folder: Path, configuration: Configuration) -> None:
    """Writes all headers."""
    def rows(table: str) -> list[Row]:
        return read(abi / f"{table}.def", configuration)

    for name, make in HEADERS.items():
        text = f"/* Generated from kernel/abi. */\n#pragma once\n\n{make(rows)}"
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("abi", type=Path, help="the folder with the tables")
    parser.add_argument("folder", type=Path, help="where the headers go")
    parser.add_argument("--cores", type=int, default=1, help="how many cores the kernel is built for")
    args = parser.parse_args()
    write(args.abi, args.folder, Configuration(cores=args.cores))


if __name__ == "__main__":
    main()
