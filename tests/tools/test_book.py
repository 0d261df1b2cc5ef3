"""What the book says is so: output, excerpts, changes to try and names, each page at its own stage.

`book/README.md`, "What is marked how", is what an author goes by.
"""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from tessera.book import manuscript, spelling
from tessera.book.checks import Checker
from tessera.book.manuscript import Page, blocks, prose
from tessera.book.sources import Sources
from tessera.errors import Failure
from tessera.tree import Tree

from conftest import REPOSITORY

TREE = Tree(REPOSITORY)
PAGES = manuscript.pages(TREE)
CHAPTERS = [page for page in PAGES if page.chapter]

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    """Holds texts to the stages of this tree."""
    return Checker(TREE, Sources(TREE, tmp_path_factory.mktemp("book")))


def named(page: Page) -> str:
    """What a test of a page is called."""
    return page.path


def test_chapters_have_numbers_of_their_own() -> None:
    numbers = [page.chapter for page in CHAPTERS]
    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_what_a_page_shows_and_names_is_so(page: Page, checker: Checker) -> None:
    if page.stage not in checker.sources.files:
        pytest.skip(f"stage {page.stage:02} has not landed yet")
    assert checker.mistakes(page) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_words_are_spelt_as_a_dictionary_has_them(page: Page) -> None:
    assert spelling.mistakes(page.text, REPOSITORY / "book/words.txt") == []


@pytest.mark.parametrize("page", CHAPTERS, ids=named)
def test_a_chapter_is_as_long_as_one_sitting(page: Page) -> None:
    assert 2000 <= len(prose(page.text).split()) <= 5000


def test_the_instructors_guide_has_every_chapter_and_answers_what_it_asks() -> None:
    guide, answers = (
        _questions(REPOSITORY / "book/instructor" / name)
        for name in ("10-guide.md", "20-answers.md")
    )
    assert list(guide) == [page.title for page in CHAPTERS if page.stage in TREE.chapters]
    assert guide == answers and all(guide.values())


def _questions(file: Path) -> dict[str, int]:
    """The chapters of a file of the guide, and how many numbered questions or answers each has."""
    parts = re.split(r"^###? (?=\d\d )", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: len(re.findall(r"^\d\. ", part, re.M)) for part in parts}


SOUND = """
`kernel/boot/start.S` calls `clear_bss()`; `tests/unit/` and `book/README.md` are there, `ch02:kernel/base/print.hpp` is later.
`Pl011.SendsNothingForNothing` proves it.

```boot 01/el1
…
[ch01] OK
```

```asm kernel/boot/start.S
    bl      clear_bss
    mov     x0, x19
```

```diff kernel/boot/start.S
     add     sp, x0, :lo12:stack_top
-    bl      clear_bss
+    nop
     mov     x0, x19
```

```cpp kernel/boot/main.cpp kernel_main
```

```tried no-stack
anything at all
```
"""


def test_a_sound_text_has_no_mistakes(checker: Checker) -> None:
    assert checker.mistakes_in(SOUND, 1) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[ch01] OK", "[ch01] Ok", "does not print this"),
        ("…\n[ch01] OK", "…", "does not print this"),
        ("boot 01/el1", "boot 01/el3", "no boot '01/el3'"),
        ("boot 01/el1", "boot 02/el1", "does not print this"),
        (
            "    bl      clear_bss\n    mov",
            "    bl   clear_bss\n    mov",
            "are not in kernel/boot/start.S of stage 01",
        ),
        (
            "    mov     x0, x19\n```\n\n```diff",
            "    mov     x1, x20\n```\n\n```diff",
            "are not in kernel/boot/start.S",
        ),
        (
            "-    bl      clear_bss",
            "-    bl      relocate",
            "are not in kernel/boot/start.S of stage 01",
        ),
        (
            "    bl      clear_bss\n    mov",
            "    bl      clear_bss\n" * 7 + "    mov",
            "8 lines are too many",
        ),
        ("main.cpp kernel_main", "main.cpp kernel_man", "defines no 'kernel_man'"),
        ("asm kernel/boot/start.S", "asm", "has no file ''"),
        ("```tried no-stack", "```", "says nothing about what this is"),
        ("```tried no-stack", "```tried", "tried.toml has no recipe ''"),
        ("```tried no-stack", "```tried no-stock", "tried.toml has no recipe 'no-stock'"),
        ("`kernel/boot/start.S`", "`kernel/boot/stop.S`", "stage 01 has no `kernel/boot/stop.S`"),
        (
            "ch02:kernel/base/print.hpp",
            "kernel/base/print.hpp",
            "stage 01 has no `kernel/base/print.hpp`",
        ),
        ("`book/README.md`", "`book/missing.md`", "has no `book/missing.md`"),
        ("Pl011.Sends", "Pl011.Reads", "no unit test `Pl011.ReadsNothingForNothing`"),
        ("`clear_bss()`", "`k::clear_bs()`", "nothing in stage 01 is called `k::clear_bs()`"),
    ],
)
def test_each_mistake_is_found(right: str, wrong: str, said: str, checker: Checker) -> None:
    assert right in SOUND
    found = checker.mistakes_in(SOUND.replace(right, wrong, 1), 1)
    assert len(found) == 1 and said in found[0], found


def test_a_misspelt_word_is_found_on_its_line_and_code_is_no_prose() -> None:
    text = "Fine.\n```text\nxqzt\n```\nThe `xqzt` of [colour](xqzt.md) is\na colur, QEMU\u2019s CNodes.\n"
    found = spelling.mistakes(text, REPOSITORY / "book/words.txt")
    assert len(found) == 1 and found[0].startswith("line 6: 'colur' is in no dictionary")


def test_a_block_that_never_ends_is_a_mistake() -> None:
    with pytest.raises(Failure, match="never closed"):
        blocks("```boot 01/el1\n[ch01] OK\n")
