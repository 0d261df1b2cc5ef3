"""What is made from the interface's tables: C headers, and the page in the book."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "scripts/build"
ABI = ROOT / "kernel/abi"
sys.path.insert(0, str(BUILD))

from abi_book import page  # noqa: E402
from abi_headers import write  # noqa: E402
from abi_tables import Configuration, Item, read  # noqa: E402

TABLE = """\
// A comment with K_ROW(nothing, 9) in it.
#include "abi/items_begin.inc"
K_ROW(First, -1, K_WORD(a, w0) K_CAP(b)
    K_FIELD(c, w1, 15, 8), K_NOTHING) // K_ROW(neither, 8)
#if K_CORES > 1
K_ROW(Second, 0x10, K_NOTHING, K_WORDS(d, w2, 36))
#endif
K_NAMED(third, 3, "words, with a comma")
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "a.def"
    file.write_text(TABLE)
    return file


def test_rows_are_read_as_the_compiler_reads_them(table: Path) -> None:
    first, second, third = read(table)
    assert (first.kind, first.name, first.number, first.condition) == ("ROW", "First", -1, None)
    assert first.items(2) == [Item("WORD", "a"), Item("CAP", "b"), Item("FIELD", "c", 1, (15, 8))]
    assert first.items(3) == []
    assert (second.number, second.condition) == (16, "K_CORES > 1")
    assert second.items(3) == [Item("WORDS", "d", 2, (36,))]
    assert third.fields == ("third", "3", "words, with a comma")


def test_conditions(table: Path) -> None:
    assert [row.name for row in read(table, Configuration())] == ["First", "third"]
    assert len(read(table, Configuration(cores=4))) == 3
    with pytest.raises(ValueError, match="what does `#if K_MOON` mean"):
        Configuration().has("K_MOON")


def test_another_core_moves_the_labels(tmp_path: Path) -> None:
    labels = {}
    for cores in (1, 2):
        write(ABI, tmp_path, Configuration(cores=cores))
        text = (tmp_path / "sel4/invocation.h").read_text()
        labels[cores] = dict(line.strip(" ,").split(" = ") for line in text.splitlines() if " = " in line)
    assert "TCBSetAffinity" not in labels[1]
    assert (labels[2]["TCBSetAffinity"], labels[2]["TCBSetTLSBase"]) == ("15", "16")
    assert {name: int(labels[2][name]) - int(label) for name, label in labels[1].items()} == {
        name: int(int(label) >= 15) for name, label in labels[1].items()}


def test_headers_that_would_not_change_are_left_alone(tmp_path: Path) -> None:
    write(ABI, tmp_path, Configuration())
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.h")}
    write(ABI, tmp_path, Configuration())
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.h")} == before
    assert len(before) == 7


def test_the_page_in_the_book_is_what_the_tables_say() -> None:
    file = ROOT / "book/appendix/20-system-calls.md"
    assert file.read_text() == page(ABI), f"{BUILD / 'abi_book.py'} {ABI} {file} writes it anew"


def test_the_page_can_be_checked_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    command = [BUILD / "abi_book.py", ABI, file]
    assert subprocess.run(command, check=False).returncode == 0
    assert subprocess.run([command[0], "--check", *command[1:]], check=False).returncode == 0
    file.write_text(file.read_text().replace("| 21 | CNode | Mint", "| 22 | CNode | Mint"))
    done = subprocess.run([command[0], "--check", *command[1:]], capture_output=True, text=True, check=False)
    assert (done.returncode, "is not what the tables say" in done.stdout) == (1, True)
