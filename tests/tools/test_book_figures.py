"""Numbers in the book's text: each is known from somewhere, or the book is refused."""
from __future__ import annotations

from pathlib import Path

import pytest
from tessera.book.figures import Figures
from tessera.book.manuscript import Page
from tessera.book.sources import Sources
from tessera.tree import Tree

from conftest import REPOSITORY

TREE = Tree(REPOSITORY)

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Holds numbers to the stages of this tree."""
    return Figures(TREE, Sources(TREE, tmp_path_factory.mktemp("book")))


def mistakes(figures: Figures, text: str, folder: Path) -> list[str]:
    """What is wrong with the numbers of a text of chapter 03."""
    file = folder / "03-page.md"
    file.write_text(f"# A page\n\n{text}\n", encoding="utf-8")
    return figures.mistakes(Page(file, file.name, "Chapters", 16))


@pytest.mark.parametrize(
    "text",
    [
        "Slots of 128 bytes are `.balign 0x80` in vectors.S.",
        "<!-- measured: 7,654\necho 7654 -->\nIt is 7,654 bytes long.",
        "<!-- sum: 288 = (31 + 5) * 8 -->\nThe frame has 288 bytes.",
        "<!-- given: 9,600: a speed -->\nAt 9,600 baud.",
        "```text\n7654\n```\nThat is 7,654.",
        "A book (1978), in use since 1982, and `7654` in code.",
        "Signal costs 210 here, NBSend 217: the table of costs has both.",
        "Two digits, like 97, may be anything.",
        "Up to 0x7ff there are vectors.",
        "<!-- given: 0x1de6: an example -->\nAt 0x1de6.",
    ],
)
def test_a_number_that_is_known_is_no_mistake(figures: Figures, text: str, tmp_path: Path) -> None:
    assert mistakes(figures, text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It takes 7,654 bytes.", "the number 7,654 stands nowhere"),
        ("It takes 7654 bytes.", "the number 7654 stands nowhere"),
        ("It stands at 0x1de6.", "the number 0x1de6 stands nowhere"),
        ("Only a test has 1,234.", "the number 1,234 stands nowhere"),
        ("<!-- measured: 7,653\necho -->\nIt takes 7,654.", "the number 7,654 stands nowhere"),
        ("<!-- sum: 280 = (31 + 5) * 8 -->\n280 bytes.", "(31 + 5) * 8 is 288, not 280"),
        ("<!-- sum: 7,655 = 7,654 + 1 -->\n7,655.", "in the sum for 7,655 the number 7,654"),
    ],
)
def test_a_number_that_stands_nowhere_is_one(
    figures: Figures, text: str, said: str, tmp_path: Path
) -> None:
    found = mistakes(figures, text, tmp_path)
    assert len(found) == 1 and said in found[0], found
