"""The kernel's symbol table: which names get in, how they are shortened, and that a move is seen."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/build/symbols.py"
spec = importlib.util.spec_from_file_location("symbols", SCRIPT)
symbols = sys.modules["symbols"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(symbols)


@pytest.mark.parametrize(("demangled", "said"), [
    ("k::demo::run(k::Console const&, unsigned int)", "demo::run"),
    ("k::demo::(anonymous namespace)::recurse(unsigned long)", "demo::recurse"),
    ("k::(anonymous namespace)::f(int) [clone .isra.0]", "f"),
    ("std::array<int, (int)4>::operator[](unsigned long) const", "std::array::operator[]"),
    ("void k::Writer::print<char, k::Hex<8> >(char, k::Hex<8>)", "Writer::print"),
    ("k::Result<int, k::Error> k::find(int)", "find"),
    ("void k::each<k::f(int)::{lambda()#1}>(k::f(int)::{lambda()#1})", "each"),
    ("bool k::operator==(k::A const&, k::A const&)", "operator=="),
    ("k::operator<(k::A, k::A)", "operator<"),
    ("k::A::operator->()", "A::operator->"),
    ("bool k::operator< <int>(k::A<int>, int)", "operator<"),
    ("k::A::operator()(int) const", "A::operator()"),
    ("k::A::operator bool() const", "A::operator bool"),
    ("k::f(int)::{lambda(int)#1}::operator()(int) const", "f::{lambda}::operator()"),
    ("kernel_main", "kernel_main"),
])
def test_names_are_short(demangled: str, said: str) -> None:
    assert symbols.short(demangled) == said


LISTING = """\
0000000040200000 T _start
0000000040200000 T image_begin
0000000040200040 t start
0000000040200100 W k::b::g(int)
0000000040200100 T k::long_name()
0000000040200200 T text_end
0000000040201000 R k::constant
                 U nothing
"""


def test_table_has_each_function_once_in_order_and_the_end() -> None:
    table = symbols.functions(LISTING)
    assert [(s.offset, s.name) for s in table] == [
        (0, "_start"), (0x40, "start"), (0x100, "b::g"), (0x200, "")]


def test_names_lie_end_to_end() -> None:
    source = symbols.assembly(symbols.functions(LISTING))
    assert "    .word   0x40, 6" in source
    assert "    .word   0x200, 15" in source
    assert source.index('"_start"') < source.index('"start"') < source.index('"b::g"')


@pytest.fixture
def nm(tmp_path: Path) -> Path:
    """Stands for nm: prints the file that it is asked about."""
    script = tmp_path / "nm"
    script.write_text('#!/bin/sh\nfor last; do :; done\ncat "$last"\n')
    script.chmod(0o755)
    return script


def test_check_sees_a_function_that_moved(nm: Path, tmp_path: Path) -> None:
    first, second, table = tmp_path / "first", tmp_path / "second", tmp_path / "table.S"
    first.write_text(LISTING)
    second.write_text(LISTING.replace("40200040", "40200044"))
    subprocess.run([SCRIPT, nm, first, table], check=True)
    subprocess.run([SCRIPT, "--check", nm, first, table], check=True)
    moved = subprocess.run([SCRIPT, "--check", nm, second, table], capture_output=True, text=True)
    assert moved.returncode == 1
    assert "functions moved" in moved.stderr
