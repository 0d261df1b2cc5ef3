#!/usr/bin/python3
"""Looks for what must not be in a linked kernel.

    elf.py CHECK KERNEL.ELF...

    simd         no instruction uses a floating-point or SIMD register: they hold the user's values.
                 (Functions named fpu_* are exempt; saving and restoring those registers is their task.)
    init_array   nothing is constructed at run time, since nobody would run the constructors
    undefined    nothing is missing, and nothing came from a compiler's helper library
    rwx          no segment is both writable and executable
    relocations  start.S understands every relocation that is left
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from elftools.common.exceptions import ELFError
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>.+)>:$")
INSTRUCTION = re.compile(r"^ *(?P<at>[0-9a-f]+):\t(?P<text>[^/<]*)")
SIMD_REGISTER = re.compile(r"(?<![\w#])[{ ]?(?:[bhsdq](?:[12]?\d|3[01])|v(?:[12]?\d|3[01])\.\w+|z(?:[12]?\d|3[01])\.\w+|fp[cs]r)\b")

#: Functions of libgcc and compiler-rt that a compiler may call by itself.
HELPER = re.compile(r"__(aarch64_\w+|[a-z]+[sdt][ifc]\d?|[a-z]+ti\d|gcc_\w+|cxa_\w+)")

R_AARCH64_NONE, R_AARCH64_RELATIVE = 0, 1027


def disassembly(file: Path) -> str:
    objdump = shutil.which("aarch64-linux-gnu-objdump")
    if objdump is None:
        raise SystemExit("aarch64-linux-gnu-objdump is not installed")
    command = [objdump, "--disassemble", "--no-show-raw-insn", str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def simd(file: Path) -> Iterator[str]:
    function, instructions = "?", 0
    for line in disassembly(file).splitlines():
        if found := FUNCTION.match(line):
            function = found["name"]
        elif found := INSTRUCTION.match(line):
            instructions += 1
            operands = found["text"].partition("\t")[2]
            if SIMD_REGISTER.search(operands) and not function.startswith("fpu_"):
                yield f"{function} at {found['at']}: {' '.join(found['text'].split())}"
    if instructions == 0:
        yield "no instruction at all: is this a kernel?"


def init_array(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        for section in ELFFile(stream).iter_sections():
            constructors = re.match(r"\.(preinit_array|init_array|fini_array|ctors|dtors)\b", section.name)
            if constructors and section["sh_size"] != 0:
                yield f"{section.name} holds {section['sh_size'] // 8} functions that nobody would call"


def symbols(elf: ELFFile) -> Iterator[tuple[str, str]]:
    """Names and sections ('SHN_UNDEF' if none) of all symbols."""
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        raise ELFError("it has no symbols")
    for symbol in table.iter_symbols():
        yield symbol.name, symbol["st_shndx"]


def undefined(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        for name, section in symbols(ELFFile(stream)):
            if section == "SHN_UNDEF" and name:
                yield f"{name} is not defined anywhere"
            elif HELPER.fullmatch(name):
                yield f"{name} is a function of a compiler's helper library"


def rwx(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        loaded = [s for s in ELFFile(stream).iter_segments() if s["p_type"] == "PT_LOAD"]
    if not loaded:
        yield "it has no loadable segment"
    both = P_FLAGS.PF_W | P_FLAGS.PF_X
    for segment in loaded:
        if segment["p_flags"] & both == both:
            yield f"the segment at {segment['p_vaddr']:#x} is writable and executable"


def relocations(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        for section in ELFFile(stream).iter_sections():
            if not isinstance(section, RelocationSection) or section.name != ".rela.dyn":
                continue
            for relocation in section.iter_relocations():
                if relocation["r_info"] not in (R_AARCH64_NONE, R_AARCH64_RELATIVE):
                    yield f"relocation of type {relocation['r_info_type']} at {relocation['r_offset']:#x}"


CHECKS = {check.__name__: check for check in (simd, init_array, undefined, rwx, relocations)}


def problems(check: str, file: Path) -> list[str]:
    """What one check finds in one file, a line each."""
    try:
        with file.open("rb") as stream:
            ELFFile(stream)  # raises if it is none
        return [f"{file}: {problem}" for problem in CHECKS[check](file)]
    except OSError as error:
        return [f"{file}: {error.strerror}; build that preset first"]
    except (ELFError, subprocess.CalledProcessError) as error:
        return [f"{file}: cannot be read as a kernel: {error}"]


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    found = [problem for file in arguments[1:] for problem in problems(arguments[0], Path(file))]
    print("\n".join(found) or f"{arguments[0]}: nothing found in {len(arguments) - 1} kernels")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
