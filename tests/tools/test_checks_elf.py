"""scripts/checks/elf.py sees each thing that must not be in a kernel, in kernels made to hold it."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from elftools.elf.elffile import ELFFile

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/checks"))

import elf  # noqa: E402

START = """
    .text
    .global _start
_start:
    mov     x0, x19
    add     w1, w2, #0xd1
    mrs     x3, s3_0_c15_c2_0
    b       _start
    .word   0x1e604020              // data in the text may look like an instruction
"""

Link = Callable[..., Path]


@pytest.fixture
def link(tmp_path: Path) -> Link:
    """Links START and some more assembly as the kernel is linked, into a file."""

    def link(more: str = "", *flags: str) -> Path:
        source, kernel = tmp_path / "kernel.S", tmp_path / "kernel.elf"
        source.write_text(START + more)
        subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,-pie,--no-dynamic-linker,-z,notext",
                        "-Wl,--no-warn-rwx-segments", *flags, str(source), "-o", str(kernel)], check=True)
        return kernel

    return link


@pytest.mark.parametrize("check", elf.CHECKS)
def test_good_kernel_passes(link: Link, check: str) -> None:
    assert elf.problems(check, link()) == []


@pytest.mark.parametrize("instruction", [
    "fmov d0, x0", "ldr q31, [sp]", "stp s1, s2, [sp]", "movi v0.16b, #0", "ld1 {v1.4s}, [x0]",
    "cnt v30.8b, v30.8b", "mrs x0, fpcr", "ldr b7, [x0]", "fadd h1, h2, h3",
])
def test_simd_instruction(link: Link, instruction: str) -> None:
    kernel = link(f"helper:\n    {instruction}\n", "-march=armv8.2-a+fp16")
    assert len(elf.problems("simd", kernel)) == 1
    assert elf.problems("simd", kernel)[0].startswith(f"{kernel}: helper at ")
    assert elf.main(["simd", str(kernel)]) == 1


def test_simd_in_the_functions_that_are_there_for_it(link: Link) -> None:
    assert elf.problems("simd", link("fpu_save:\n    str q0, [x0]\n")) == []


def test_constructor(link: Link) -> None:
    kernel = link('    .section .init_array, "aw", %init_array\n    .quad _start\n')
    assert elf.problems("init_array", kernel) == [f"{kernel}: .init_array holds 1 functions that nobody would call"]


def test_constructor_with_a_priority(link: Link) -> None:
    kernel = link('    .section .ctors.65535, "aw"\n    .quad _start\n')
    assert elf.problems("init_array", kernel)


def test_undefined_function(tmp_path: Path) -> None:
    source, kernel = tmp_path / "kernel.S", tmp_path / "kernel.o"
    source.write_text(START + "    bl nowhere\n")
    subprocess.run(["aarch64-linux-gnu-gcc", "-c", str(source), "-o", str(kernel)], check=True)
    assert elf.problems("undefined", kernel) == [f"{kernel}: nowhere is not defined anywhere"]


@pytest.mark.parametrize("helper", ["__popcountdi2", "__udivti3", "__aarch64_ldadd8_acq_rel", "__cxa_atexit"])
def test_helper_of_the_compiler(link: Link, helper: str) -> None:
    assert "helper library" in elf.problems("undefined", link(f"{helper}:\n    ret\n"))[0]


def test_stripped_kernel_proves_nothing(link: Link) -> None:
    assert "no symbols" in elf.problems("undefined", link("", "-s"))[0]


def test_writable_and_executable(link: Link) -> None:
    kernel = link("    .data\n    .quad 1\n", "-Wl,--omagic")
    assert "writable and executable" in elf.problems("rwx", kernel)[0]


def test_relocation_that_nobody_makes_right(link: Link) -> None:
    kernel = link("    .data\n    .quad _start\n")
    assert elf.problems("relocations", kernel) == []
    change_relocation(kernel, 257)  # R_AARCH64_ABS64 needs a symbol
    assert elf.problems("relocations", kernel)[0].startswith(f"{kernel}: relocation of type 257 at ")


def change_relocation(kernel: Path, kind: int) -> None:
    """Overwrites the type of the kernel's only relocation."""
    with kernel.open("r+b") as stream:
        section = ELFFile(stream).get_section_by_name(".rela.dyn")
        assert section["sh_size"] == 24
        stream.seek(section["sh_offset"] + 8)
        stream.write(kind.to_bytes(8, "little"))


@pytest.mark.parametrize("check", elf.CHECKS)
def test_no_kernel(tmp_path: Path, check: str) -> None:
    assert "build that preset first" in elf.problems(check, tmp_path / "kernel.elf")[0]
    (tmp_path / "kernel.elf").write_text("not an ELF")
    assert "cannot be read" in elf.problems(check, tmp_path / "kernel.elf")[0]


def test_misuse() -> None:
    assert elf.main(["simd"]) == 2
    assert elf.main(["beauty", "kernel.elf"]) == 2
