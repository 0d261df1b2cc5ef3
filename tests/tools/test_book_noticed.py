"""What the chapters say goes wrong without a line, does: the tests that they name notice."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from tessera.book import manuscript, noticed
from tessera.book.manuscript import Page
from tessera.errors import Failure
from tessera.mutation import written
from tessera.mutation.written import Written
from tessera.stages import materialise
from tessera.tree import Tree

import mutation_tree
from conftest import REPOSITORY
from sites import TREE

PAGES = [
    page
    for page in manuscript.pages(TREE)
    if page.chapter and (noticed.rows(page) or noticed.file(TREE, page).is_file())
]
JOBS = os.cpu_count() or 1


@pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path[:2])
def test_what_is_left_out_is_noticed(page: Page) -> None:
    changes = noticed.changes(TREE, page)
    assert written.unnoticed(materialise(TREE, page.stage), changes, JOBS) == []


# The means.

RULES = "kernel/object/rules.cpp"
STATEMENT = ("sum += i;", "")
CONDITION = ("i < «end»", "end + 1")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A kernel of a few lines."""
    return Tree(mutation_tree.make(tmp_path_factory.mktemp("noticed") / "tree", REPOSITORY))


def change(before: str, after: str = "", test: str = "Rules.SumBelow") -> Written:
    """A change of that kernel, and who is said to notice."""
    return Written(before, RULES, before, (test,), after)


def test_only_the_tests_that_are_named_count(small: Tree) -> None:
    """Two changes in one build: each is noticed by one of its tests."""
    others = change(*STATEMENT, "Rules.SumBelowNothing"), change(*CONDITION, "Rules.Small")
    assert written.unnoticed(small, [change(*STATEMENT), change(*CONDITION), *others], JOBS) == [
        "sum += i;: Rules.SumBelowNothing does not notice",
        "i < «end»: Rules.Small does not notice",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (change("sum -= i;"), "rules.cpp does not have this just once: sum -= i;"),
        (change("unsigned"), "rules.cpp does not have this just once: unsigned"),
        (change("i < end", "nonsense"), "was not declared in this scope"),
        (change("i < end"), "without 'after', this has to be a statement: i < end"),
        (change("sum += i;\n        ++i;"), "without 'after', this has to be a statement: sum"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(small: Tree, wrong: Written, said: str) -> None:
    with pytest.raises(Failure) as failure:
        written.unnoticed(small, [wrong], JOBS)
    assert said in str(failure.value)


def test_a_test_that_fails_anyway_notices_nothing(small: Tree) -> None:
    test = small.root / "tests/unit/rules_test.cpp"
    test.write_text(mutation_tree.TEST.replace("6U", "7U"), encoding="utf-8")
    with pytest.raises(Failure, match="without a change, too: Rules.SumBelow fails"):
        written.unnoticed(small, [change(*STATEMENT)], JOBS)
    test.write_text(mutation_tree.TEST, encoding="utf-8")


TABLE = """# A chapter

| left out | who notices |
|---|---|
| the first | `Rules.Small`, and `Rules.SumBelow` |
| the second | nobody |

| something else | `Rules.Difference` |
"""


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", "noticed.toml:1: nothing says how to try 'the first' of book/01-chapter.md"),
        ("[x]\n", "noticed.toml:1: book/01-chapter.md has no row 'x' that names a test"),
        ('["the first"]\nfile = 1\n', "noticed.toml:2: file must be a string"),
        ('["the first"]\nfile = ""\n', "noticed.toml:1: 'before' is missing"),
        ("[", "noticed.toml:1: "),
    ],
)
def test_a_row_without_a_change_is_refused(toml: str, said: str, tmp_path: Path) -> None:
    tree, page = chapter(tmp_path, toml)
    with pytest.raises(Failure) as failure:
        noticed.changes(tree, page)
    assert said in str(failure.value)


def test_a_row_has_the_tests_that_it_names(tmp_path: Path) -> None:
    toml = f'["the first"]\nfile = "{RULES}"\nbefore = "return sum;"\n'
    assert noticed.changes(*chapter(tmp_path, toml)) == [
        Written("the first", RULES, "return sum;", ("Rules.Small", "Rules.SumBelow"))
    ]


def chapter(folder: Path, toml: str) -> tuple[Tree, Page]:
    """A tree with a chapter of one table, and what says how to try it."""
    for name, text in {"book/01-chapter.md": TABLE, "chapters/01/noticed.toml": toml}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Tree(folder), Page(folder / "book/01-chapter.md", "01-chapter.md", "", 1)
