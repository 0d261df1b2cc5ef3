"""Where the kernel's symbols are: its link address against the address the image is loaded at.

From chapter 05 on the kernel is linked in the upper half of the address space, but starts at its
physical address with the MMU off; some boots load the image elsewhere altogether. GDB must find a
name for the program counter in all of these.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tessera.errors import Failure

#: Where the image goes on from assembly to C++. GDB stops there.
MAIN = "kernel_main"


@dataclass(frozen=True)
class Placement:
    """A kernel's ELF file, where it was linked and where its image is loaded (bytes)."""

    elf: Path
    linked_at: int
    loaded_at: int
    entry: int  # the linked address of the first instruction
    has_main: bool

    @property
    def offset(self) -> int:
        """What to add to a linked address to get the physical one, modulo 2^64 as GDB counts."""
        return (self.loaded_at - self.linked_at) % 2**64

    @property
    def physical_entry(self) -> int:
        """Where the first instruction is when the kernel starts, with the MMU off."""
        return (self.entry + self.offset) % 2**64

    @property
    def in_upper_half(self) -> bool:
        """Whether the kernel moves to its linked address once the MMU is on."""
        return self.linked_at >= 2**63


def place(elf: Path, loaded_at: int) -> Placement:
    """Reads from the ELF file where the kernel was linked; its image begins with the lowest segment."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with elf.open("rb") as file:
            kernel = ELFFile(file)
            segments = [s["p_vaddr"] for s in kernel.iter_segments(type="PT_LOAD")]
            table = kernel.get_section_by_name(".symtab")
            has_main = bool(table and table.get_symbol_by_name(MAIN))
            return Placement(elf, min(segments), loaded_at, kernel["e_entry"], has_main)
    except (OSError, ELFError, ValueError) as error:
        raise Failure(f"cannot read the kernel's symbols from {elf}: {error}") from error


def gdb_commands(kernel: Placement) -> list[str]:
    """The GDB commands that load the symbols and set the first two breakpoints."""
    elf = f'"{kernel.elf}"'
    if kernel.offset == 0:
        load = [f"file {elf}"]
    elif kernel.in_upper_half:  # twice: where it was linked, and where it runs until the MMU is on
        load = [f"file {elf}", f"add-symbol-file {elf} -o {kernel.offset:#x}"]
    else:  # once, where it was loaded: it never runs where it was linked
        load = [f"exec-file {elf}", f"symbol-file {elf} -o {kernel.offset:#x}"]
    return [*load, f"tbreak *{kernel.physical_entry:#x}", *([f"break {MAIN}"] if kernel.has_main else [])]
