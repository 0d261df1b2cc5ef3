"""What the book says happens when something is broken, or when a command is typed, happens.

Each `tried` block is tried again in a copy of its chapter, changed as its recipe says; each `console`
block is typed into a clone. Copies lie in build/tried/ and stay, so that the next time is quicker.
"""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tessera.book import manuscript, transcripts
from tessera.book.manuscript import Block, Page
from tessera.book.transcripts import Measured, Recipe
from tessera.errors import Failure
from tessera.tree import Tree

from conftest import REPOSITORY
from sites import TREE

PAGES = [page for page in manuscript.pages(TREE) if page.stage in TREE.chapters]
TRIED = [(page, block) for page in PAGES for block in transcripts.tried(page)]
MEASURED = [(page, number) for page in PAGES for number in transcripts.measured(page)]
CONSOLES = [(page, block) for page in PAGES for block in transcripts.consoles(page)]

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")


def named(value: Page | Block | Measured) -> str:
    """What a test of a block or a number is called."""
    if isinstance(value, Measured):
        return value.number
    return value.source or f"line{value.line}" if isinstance(value, Block) else f"{value.path[:2]}"


@pytest.mark.parametrize(("page", "block"), TRIED, ids=named)
def test_what_was_tried_happens_again(page: Page, block: Block) -> None:
    recipe = transcripts.recipes(TREE, page.stage)[block.source]
    folder = REPOSITORY / "build/tried" / f"{page.stage:02}-{recipe.name}"
    transcripts.prepare(TREE, page, recipe, folder)
    printed, _ = transcripts.output(recipe.command, folder)
    assert transcripts.difference(block, printed) is None


@pytest.mark.parametrize(("page", "block"), CONSOLES, ids=named)
def test_what_is_typed_answers_as_shown(page: Page, block: Block) -> None:
    place = REPOSITORY / "build/tried" / f"console-{page.label}-{block.line}"
    shutil.rmtree(place, ignore_errors=True)
    transcripts.clone(TREE, place / "tessera")
    printed, status = transcripts.output(transcripts.session(block), place / "tessera")
    assert status == 0, printed
    assert transcripts.difference(block, printed) is None


@pytest.mark.parametrize(("page", "number"), MEASURED, ids=named)
def test_what_was_measured_is_measured_again(page: Page, number: Measured) -> None:
    assert (
        number.is_in_text
    ), f"line {number.line}: the text below does not have the number {number.number}"
    folder = REPOSITORY / "build/tried" / f"{page.stage:02}-as-it-is"
    transcripts.prepare(TREE, page, Recipe(), folder)
    transcripts.output("./tessera run", folder)
    printed, _ = transcripts.output(number.command, folder)
    last = printed.strip().rpartition("\n")[2]
    assert last.strip() == number.number.replace(",", ""), printed


@pytest.mark.parametrize("chapter", TREE.chapters)
def test_every_recipe_is_used_by_a_block(chapter: int) -> None:
    used = [block.source for page, block in TRIED if page.chapter == chapter]
    assert sorted(transcripts.recipes(TREE, chapter)) == sorted(used)


# The means.


def test_a_change_is_made_where_its_lines_are() -> None:
    text = "a\nb\nc\nb\nc\n"
    assert (
        transcripts.changed(text, [" a", "-b", "+B", "…", " c", "+d", "…", "-b"], "x")
        == "a\nB\nc\nd\nc\n"
    )


def test_a_change_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(Failure, match="x: the change fits nowhere in the file"):
        transcripts.changed("a\nb\n", ["-b", "-a"], "x")


def test_a_measured_number_must_stand_in_the_text_below(tmp_path: Path) -> None:
    text = "# T\n\n<!-- measured: 8,224\necho 8224 -->\nIt has 8,224 bytes.\n\n<!-- measured: 24\necho -->\nNone: 8,224.\n"
    (tmp_path / "01-t.md").write_text(text, encoding="utf-8")
    found = transcripts.measured(Page(tmp_path / "01-t.md", "01-t.md", "", 1))
    assert [
        (number.line, number.number, number.command, number.is_in_text) for number in found
    ] == [(3, "8,224", "echo 8224", True), (7, "24", "echo", False)]


def block(*lines: str, kind: str = "tried") -> Block:
    """A block with these lines."""
    return Block(1, kind, "name", list(lines))


def test_times_places_and_ends_of_lines_do_not_count() -> None:
    printed = "before\r\n/usr/bin/x/ld: no\n[    0.000123] at main.cpp:12 0x0000000040200000\nafter"
    shown = block("…/ld: no", "[    7.000001] at main.cpp:99 0x0000000012345678", "…", "after")
    assert transcripts.difference(shown, printed) is None


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        ("FAR 0x4020…", True),
        ("FAR 0x4021…", False),
        ("FAR …", True),
        ("… 0x4020b114", True),
        ("F…", False),
    ],
)
def test_a_gap_in_a_line_stands_for_part_of_a_word(shown: str, fits: bool) -> None:
    assert (transcripts.difference(block(shown), "a\nFAR 0x4020b114\n") is None) == fits


@pytest.mark.parametrize("lines", [("two",), ("one", "three"), ("…",), ()])
def test_what_was_not_printed_is_found(lines: tuple[str, ...]) -> None:
    assert "one" in (transcripts.difference(block(*lines), "one\nmore\nthree\n") or "")


def test_a_session_shows_what_is_typed_and_stops_at_the_first_failure(tmp_path: Path) -> None:
    typed = block("$ echo a  b", "a b", "$ false", "$ echo never", kind="console")
    printed, status = transcripts.output(transcripts.session(typed), tmp_path)
    assert (printed, status) == ("$ echo a  b\na b\n$ false\n", 1)


def test_a_recipe_without_a_command_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chapters/01").mkdir(parents=True)
    (tmp_path / "chapters/01/tried.toml").write_text("[a]\nshow = 1\n", encoding="utf-8")
    with pytest.raises(
        Failure, match=r"tried.toml:\d: (.|\n)*needs a command(.|\n)*unknown key 'show'"
    ):
        transcripts.recipes(Tree(tmp_path), 1)
