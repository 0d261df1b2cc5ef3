"""How many there are, in the book and the READMEs: as many as can be counted."""
from __future__ import annotations

from pathlib import Path

import pytest
from tessera.book.counts import Counts
from tessera.book.manuscript import Page
from tessera.book.sources import Sources
from tessera.tree import Tree

from conftest import REPOSITORY

TREE = Tree(REPOSITORY)

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")

#: Nobody marks the READMEs of exercises: students get them.
READMES = [
    path
    for path in (TREE.git.out("ls-files", "*README.md").splitlines() if TREE.is_git else ())
    if "/exercises/" not in path
]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    """Counts in the stages of this tree."""
    return Counts(TREE, Sources(TREE, tmp_path_factory.mktemp("book")))


@pytest.mark.parametrize("path", READMES)
def test_a_readme_counts_what_there_is(path: str, counts: Counts) -> None:
    assert counts.mistakes(Page(REPOSITORY / path, path, "", TREE.chapters[-1])) == []


def mistakes(counts: Counts, text: str, folder: Path) -> list[str]:
    """What is wrong with the numbers of a text of chapter 03."""
    file = folder / "03-page.md"
    file.write_text(f"# 03 Tests of errors\n\n{text}\n", encoding="utf-8")
    return counts.mistakes(Page(file, file.name, "Chapters", 16))


CLASSES = "<!-- counted: 49 kinds = ^K_EXCEPTION_CLASS in kernel/arch/exception_classes.def -->\n"
BOOTS = r"<!-- counted: three boots = ^\[\[boot in chapters/03/chapter.toml -->" "\n"
SAMPLE = r"<!-- counted: 50 mutants = --sample (\d+) in tests/CMakeLists.txt -->" "\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{CLASSES}There are 49\nkinds.",
        f"{BOOTS}Three boots show it.",
        f"{SAMPLE}It tries 50 mutants.",
        "<!-- given: ninety tests: so many fit on a page -->\nNinety tests.",
        "<!-- given: 9,600: a speed -->\nAt 9,600 baud.",
        "In chapter 12 tests fail; `20 tests` are code, QEMU 10 faults, five errors are few.",
        "Sixteen slots of 32 bytes.",
    ],
)
def test_what_is_counted_rightly_is_no_mistake(counts: Counts, text: str, tmp_path: Path) -> None:
    assert mistakes(counts, text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("There are 49 kinds.", "'49 kinds': say how it is counted"),
        ("There are twenty-one unit tests.", "'twenty-one unit tests': say how it is counted"),
        ("Some 100 small programs.", "'100 small programs': say how it is counted"),
        (f"{CLASSES}There are 48 kinds.", "the text does not say '49 kinds'"),
        (CLASSES.replace("49", "50") + "50 kinds.", "'50 kinds': there are 49 in kernel/arch/"),
        (BOOTS.replace("three", "two") + "Two boots.", "'two boots': there are 3 in chapters/03"),
        (SAMPLE.replace("50", "60") + "60 mutants.", "'60 mutants': there are 50 in tests/CMake"),
        (CLASSES.replace("/exception", "/exemption") + "49 kinds.", "'49 kinds': there are 0 in"),
    ],
)
def test_what_is_counted_wrongly_or_by_nobody_is_one(
    counts: Counts, text: str, said: str, tmp_path: Path
) -> None:
    assert said in "\n".join(mistakes(counts, text, tmp_path))
