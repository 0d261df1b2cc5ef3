"""What may be wrong with a page: output no boot prints, excerpts of nothing, names nobody bears."""
from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from tessera.book import excerpts
from tessera.book.counts import Counts
from tessera.book.figures import Figures
from tessera.book.manuscript import Block, Page, blocks, named, pictures_of
from tessera.book.pictures import Drawer
from tessera.book.sources import KERNEL, TESTS, Sources
from tessera.book.transcripts import recipes
from tessera.errors import Failure
from tessera.tree import Tree

#: Blocks that need not say where they come from: commands speak for themselves, drawings for nobody
FREE = ("console", "text")
LANGUAGES = {"cpp", "asm", "ld", "cmake"}
#: Lines a diff and an excerpt may have; a symbol quoted by name may be longer.
LONGEST = {"diff": 12}
LONGEST_EXCERPT = 6
#: A unit test as the running text names it, and as a source defines it.
_TEST_NAME = re.compile(r"[A-Z]\w*\.[A-Z]\w*")
_TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)", re.MULTILINE)


class Checker:
    """Holds pages to the stages, the golden logs and the tree."""

    def __init__(self, tree: Tree, sources: Sources) -> None:
        self.tree = tree
        self.sources = sources
        self.drawer = Drawer(tree)
        self._figures = Figures(tree, sources)
        self._counts = Counts(tree, sources)
        self._words: dict[int, frozenset[str]] = {}
        self._tests: dict[int, frozenset[str]] = {}

    def mistakes(self, page: Page) -> list[str]:
        """All that is wrong with a page, a line each."""
        return (
            self.mistakes_in(page.text, page.stage)
            + self.wrong_pictures(page)
            + self._figures.mistakes(page)
            + self._counts.mistakes(page)
        )

    def wrong_pictures(self, page: Page) -> list[str]:
        """Pictures that cannot be drawn, and names in them that nothing bears at that stage."""
        return [
            f"{path}: {wrong}"
            for path in pictures_of(page)
            for wrong in self._wrong_picture(path, page.stage)
        ]

    def _wrong_picture(self, path: str, stage: int) -> list[str]:
        try:
            svg = self.drawer.svg(path)
        except Failure as failure:
            return [str(failure)]
        words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
        names = re.findall(r"[\w:]+\(\)|kernel/[\w./-]+", words)
        return [wrong for name in names if (wrong := self.wrong_name(name, stage))]

    def mistakes_in(self, text: str, stage: int) -> list[str]:
        """All that is wrong with a text that speaks of a stage."""
        found = [
            f"line {block.line}: {wrong}"
            for block in blocks(text)
            if (wrong := self.wrong_block(block, stage))
        ]
        return found + [wrong for name in named(text) if (wrong := self.wrong_name(name, stage))]

    def wrong_block(self, block: Block, stage: int) -> str | None:
        """What is wrong with a block, if anything."""
        if block.kind in FREE and not block.source:
            return None
        if block.kind == "tried":
            return self._wrong_recipe(block, stage)
        if block.kind == "boot":
            return self._wrong_output(block)
        if block.kind == "files":
            return (
                "a block `files` is made from the stage: it holds nothing" if block.lines else None
            )
        if block.kind not in LANGUAGES | {"diff"}:
            return f"'{block.kind}' says nothing about what this is; see book/README.md"
        if block.kind != "diff" and not block.lines:
            return self._wrong_quotation(block, stage)
        return self._wrong_excerpt(block, stage)

    def _wrong_recipe(self, block: Block, stage: int) -> str | None:
        """Whether it is said how to see what was tried; that it is seen, another test tells."""
        if block.source in recipes(self.tree, stage):
            return None
        return f"chapters/{stage:02}/tried.toml has no recipe '{block.source}'"

    def _wrong_output(self, block: Block) -> str | None:
        number, _, name = block.source.partition("/")
        log = self.tree.root / "chapters" / number / "expected" / f"{name}.log"
        if not log.is_file():
            return f"there is no boot '{block.source}'"
        having = log.read_text(encoding="utf-8").splitlines()
        if excerpts.locate(block.lines, having) is None:
            return f"the boot {block.source} does not print this"
        return None

    def _wrong_quotation(self, block: Block, stage: int) -> str | None:
        """What is wrong with a symbol quoted by name."""
        source, _, name = block.source.partition(" ")
        stage, path = at_stage(source, stage)
        if path not in self.files(stage):
            return f"stage {stage:02} has no file '{path}'"
        found = any(place.path == path for place in self.sources.find(stage, name))
        return None if found else f"{path} of stage {stage:02} defines no '{name}'"

    def _wrong_excerpt(self, block: Block, stage: int) -> str | None:
        """What is wrong with an excerpt, or with a change to try."""
        stage, path = at_stage(block.source, stage)
        if path not in self.files(stage):
            return f"stage {stage:02} has no file '{path}'"
        wanted = excerpts.before(block.lines) if block.kind == "diff" else block.lines
        if len(wanted) > LONGEST.get(block.kind, LONGEST_EXCERPT):
            return f"{len(wanted)} lines are too many for an excerpt"
        having = self.sources.text(stage, path).splitlines()
        if excerpts.locate(wanted, having) is None:
            return f"these lines are not in {path} of stage {stage:02}"
        return None

    def wrong_name(self, name: str, stage: int) -> str | None:
        """What is wrong with a path or a name in the running text."""
        stage, name = at_stage(name, stage)
        if re.fullmatch(r"[\w./-]+/[\w./-]*", name):
            return None if self.path_exists(name, stage) else f"stage {stage:02} has no `{name}`"
        if called := re.fullmatch(r"([\w:]+)\(\)", name):
            missing = set(called[1].split("::")) - self.words(stage)
            return f"nothing in stage {stage:02} is called `{name}`" if missing else None
        if _TEST_NAME.fullmatch(name) and name not in self.unit_tests(stage):
            return f"stage {stage:02} has no unit test `{name}`"
        return None

    def files(self, stage: int) -> dict[str, str]:
        """The files of a stage; none for one that has not landed."""
        return self.sources.files.get(stage, {})

    def unit_tests(self, stage: int) -> frozenset[str]:
        """The unit tests of a stage, as `Suite.Test`."""
        if stage not in self._tests:
            found = [
                _TEST.findall(self.sources.texts[blob])
                for path, blob in self.files(stage).items()
                if path.startswith(TESTS)
            ]
            self._tests[stage] = frozenset(".".join(name) for names in found for name in names)
        return self._tests[stage]

    def words(self, stage: int) -> frozenset[str]:
        """Every identifier in the sources of a stage."""
        if stage not in self._words:
            text = "\n".join(self.sources.texts[blob] for blob in self.files(stage).values())
            self._words[stage] = frozenset(re.findall(r"\w+", text))
        return self._words[stage]

    def path_exists(self, path: str, stage: int) -> bool:
        """Whether a path is there: a staged one at its stage, another one in this tree."""
        if path.startswith((KERNEL, TESTS)):
            folder = path.rstrip("/") + "/"
            return any(file == path or file.startswith(folder) for file in self.files(stage))
        return not self._is_of_this_tree(path) or (self.tree.root / path).exists()

    def _is_of_this_tree(self, path: str) -> bool:
        """Whether a path is meant to be one of this repository, not `build/` or one elsewhere."""
        first = path.split("/")[0]
        return first in self._folders

    @cached_property
    def _folders(self) -> set[str]:
        skipped = ("build", ".git")
        return {
            entry.name
            for entry in Path(self.tree.root).iterdir()
            if entry.is_dir() and entry.name not in skipped
        }


def at_stage(name: str, stage: int) -> tuple[int, str]:
    """Splits `ch01:kernel/…`, as git writes it; without the prefix it is the page's own stage."""
    if found := re.fullmatch(r"ch(\d\d):(.*)", name):
        return int(found[1]), found[2]
    return stage, name
