"""Normalising, raw identity and the side-by-side difference, each by itself."""
from __future__ import annotations

import pytest

from tessera.boot import golden
from tessera.boot.sidebyside import first_different_line, side_by_side


@pytest.mark.parametrize(("line", "normal"), [
    ("[    0.000123] up", "[<time>] up"),
    ("[12345.678901] up", "[<time>] up"),
    ("at [    0.000123] up", "at [    0.000123] up"),  # only at the start of a line
    ("[    0.00012] up", "[    0.00012] up"),
    ("pc 0xffff000040200123.", "pc <address>."),
    ("0x40200123", "0x40200123"),  # not 16 digits
    ("0xffff0000402001234", "0xffff0000402001234"),
    ("from k::main()+0x1c", "from k::main()+<offset>"),
    ("from start+0x1c/0x20", "from start+<offset>/0x20"),
    ("1 +0x1c", "1 +0x1c"),
    ("  at kernel/boot/main.cpp:123", "  at kernel/boot/main.cpp:<line>"),
    ("a.hpp:1 b.S:2 c.c:3 d.h:45:6", "a.hpp:<line> b.S:<line> c.c:<line> d.h:<line>"),
    ("a.txt:12 10:30", "a.txt:12 10:30"),
    ("build 9f8e7d6c ok", "build <id> ok"),
    ("build 9f8e7d6", "build 9f8e7d6"),  # fewer than 8 digits
    ("kernel: 40960 bytes, 1 byte, 40 KiB", "kernel: <size>, <size>, <size>"),
    ("512 MiB and 2 GiB", "512 MiB and 2 GiB"),
    ("text      40960 bytes", "text <size>"),  # the padding depends on the number
    ("took   1234 cycles", "took <count> cycles"),
    ("7 instructions 1 tick 3 ns", "<count> instructions <count> tick <count> ns"),
    ("1 instruction 2 ticks 4 us 5 ms", "<count> instruction <count> ticks <count> us <count> ms"),
    ("1.25 ms, 0.5 KiB", "<count> ms, <size>"),
    ("3 messages", "3 messages"),
    ("3 s", "3 s"),
])
def test_rules(line: str, normal: str) -> None:
    assert golden.normalise(f"{line}\n") == f"{normal}\n"


@pytest.mark.parametrize(("line", "keep", "normal"), [
    ("page 4096 bytes, all 40960 bytes", [r"page \d+ bytes"], "page 4096 bytes, all <size>"),
    ("at 0x0000000000000010", [r"at 0x0+10"], "at 0x0000000000000010"),
    ("at 0x0000000000000011", [r"at 0x0+10"], "at <address>"),
    ("3 ns 4 ns", ["3 ns", "4 ns"], "3 ns 4 ns"),
    ("[    0.000123] 3 ns", ["3 ns"], "[<time>] 3 ns"),
])
def test_keep(line: str, keep: list[str], normal: str) -> None:
    assert golden.normalise(f"{line}\n", keep) == f"{normal}\n"


def test_text() -> None:
    assert golden.text(b"a\r\nb\tc\x1b[0m\xff\n\x00 \xc3\xa9\r") == "a\nb\tc\\x1b[0m\\xff\n\\x00 é"


def test_an_end_without_newline_shows() -> None:
    assert golden.normalise("a\nb") == "a\nb\n\\ no newline at the end of the log\n"
    assert golden.normalise("") == ""
    assert golden.normalise("\n\n") == "\n\n"


def test_raw_identity() -> None:
    assert golden.raw_difference(b"same\r\n", b"same\r\n") is None
    found = golden.raw_difference(b"one\r\ntwo\r\n", b"one\r\ntwO\r\n")
    assert found == golden.RawDifference(7, 2, "two\\r", "twO\\r")


def test_raw_identity_of_logs_of_different_length() -> None:
    found = golden.raw_difference(b"one\ntwo\n", b"one\n")
    assert found == golden.RawDifference(4, 2, "two", "(the log ends here)")
    found = golden.raw_difference(b"one\n", b"one\nt\xff")
    assert found == golden.RawDifference(4, 2, "(the log ends here)", "t\\xff")


def test_where_logs_begin_to_differ() -> None:
    assert first_different_line(["a", "b"], ["a", "c"]) == 2
    assert first_different_line(["a"], ["a", "b"]) == 2
    assert first_different_line([], ["a"]) == 1


def rows(before: str, now: str, width: int = 44) -> list[str]:
    """The rows of a difference of logs whose lines are words."""
    found = side_by_side(before.split(), now.split(), ("expected", "got"), width)
    assert all(len(row.text) <= width for row in found)
    return [row.text for row in found[2:]]


def test_a_changed_line() -> None:
    assert rows("one two three", "one tWo three") == [
        "1 one                 │1 one",
        "2 two                ≠│2 tWo",
        "   ^                  │   ^",
        "3 three               │3 three",
    ]


def test_lines_more_and_lines_fewer() -> None:
    assert rows("a b", "a x b") == ["1 a                   │1 a",
                                    "                     >│2 x",
                                    "2 b                   │3 b"]
    assert rows("a x b", "a b") == ["1 a                   │1 a",
                                    "2 x                  <│",
                                    "3 b                   │2 b"]


def test_only_what_surrounds_a_difference_is_shown() -> None:
    before = [f"line{n}" for n in range(100)]
    now = before[:20] + ["new"] + before[21:80] + before[81:]
    found = rows(" ".join(before), " ".join(now))
    assert found[0].split() == ["18", "line17", "│", "18", "line17"]
    assert [row for row in found if row.startswith("⋮")] == ["⋮"]
    assert len(found) == 3 + 2 + 3 + 1 + 3 + 1 + 3


def test_long_lines_are_wrapped() -> None:
    assert rows("x" * 40, "x" * 25 + "y" * 15) == [
        "1 xxxxxxxxxxxxxxxxxx ≠│1 xxxxxxxxxxxxxxxxxx",
        "  xxxxxxxxxxxxxxxxxx ≠│  xxxxxxxyyyyyyyyyyy",
        "         ^            │         ^",
        "  xxxx               ≠│  yyyy",
    ]


def test_a_long_report_is_cut() -> None:
    before = " ".join(f"a{n}" for n in range(300))
    now = " ".join(f"b{n}" for n in range(300))
    found = rows(before, now)
    assert len(found) == 79
    assert found[-1].startswith("… and ")


def test_blanks_at_the_end_of_a_line_are_seen() -> None:
    found = side_by_side(["a  "], ["a"], ("expected", "got"), 44)
    assert "a··" in found[2].text


def test_styles() -> None:
    found = side_by_side(["a", "b", "c"], ["a", "x", "c", "d"], ("expected", "got"), 44)
    assert [row.style for row in found] == ["bold", "dim", None, "yellow", "yellow", None, "green"]
