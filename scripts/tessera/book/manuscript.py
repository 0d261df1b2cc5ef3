"""The manuscript: which files in `book/` become pages, and what a page is made of."""
from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator

from tessera.errors import Failure
from tessera.tree import Tree

#: The parts of the book in the order in which they are read: heading in the contents, files.
PARTS = (
    ("", "index.md"),
    ("Before the first chapter", "front/*.md"),
    ("Chapters", "[0-9][0-9]-*.md"),
    ("Appendices", "appendix/*.md"),
    ("Appendices", "glossary.md"),
    ("Decisions", "decisions/*.md"),
    ("For instructors", "instructor/*.md"),
)
#: `![what it shows](pictures/NAME.svg "caption")`
PICTURE = re.compile(r'!\[([^]]*)\]\(([^) ]+)(?:\s+"([^"]*)")?\)')
#: What is not a page of its own: for contributors, or a form to be filled in.
_NOT_PAGES = re.compile(r"(^|/)(README|0000-template)\.md$")
#: Left out of the site that is given to students.
ANSWERS = "-answers.md"


@dataclass(frozen=True)
class Block:
    """A fenced block: what stands behind its opening backticks, and its lines."""

    line: int
    kind: str
    source: str
    lines: list[str]


@dataclass(frozen=True)
class Page:
    """One file of the manuscript."""

    file: Path
    path: str  # inside book/
    part: str
    newest: int  # the stage that pages beside the chapters are held to

    @cached_property
    def text(self) -> str:
        """What the file holds."""
        return self.file.read_text(encoding="utf-8")

    @property
    def chapter(self) -> int | None:
        """Which chapter this is the prose of, if of any."""
        return int(self.path[:2]) if re.match(r"\d\d-", self.path) else None

    @property
    def stage(self) -> int:
        """The stage that what the page says must be so in."""
        return self.chapter or self.newest

    @property
    def label(self) -> str:
        """The page's name, among all pages."""
        return self.path.removesuffix(".md").replace("/", "-")

    @property
    def address(self) -> str:
        """Where the page is in the site."""
        return f"{self.label}.html"

    @property
    def title(self) -> str:
        """The text of the first heading, as it stands in the file."""
        first = self.text.partition("\n")[0]
        if not first.startswith("# "):
            raise Failure(f"book/{self.path}:1: the first line must be the title, `# …`")
        return first[2:].strip()


def pages(tree: Tree, *, answers: bool = True) -> list[Page]:
    """All pages in reading order, with or without the answers that students are not to see."""
    book, newest = tree.root / "book", tree.chapters[-1]
    found = []
    for part, pattern in PARTS:
        for file in sorted(book.glob(pattern)):
            path = file.relative_to(book).as_posix()
            if not _NOT_PAGES.search(path) and (answers or not path.endswith(ANSWERS)):
                found.append(Page(file, path, part, newest))
    return found


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text."""
    return [piece for piece in pieces(text) if isinstance(piece, Block)]


def pieces(text: str) -> Iterator[Block | str]:
    """A text as its lines and blocks, in order."""
    opened, start, inside = "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if opened and line == "```":
            kind, _, source = opened[3:].partition(" ")
            yield Block(start, kind, source, inside)
            opened = ""
        elif opened:
            inside.append(line)
        elif line.startswith("```"):
            opened, start, inside = line, number, []
        else:
            yield line
    if opened:
        raise Failure(f"line {start}: a block is never closed: {opened}")


def prose(text: str) -> str:
    """A text without its blocks."""
    return "\n".join(piece for piece in pieces(text) if isinstance(piece, str))


def named(text: str) -> list[str]:
    """What stands in backticks in the running text."""
    text = re.sub(r"<!--.*?-->", "", prose(text), flags=re.DOTALL)
    return [" ".join(name.split()) for name in re.findall(r"`([^`]+)`", text)]


def pictures_of(page: Page) -> list[str]:
    """The pictures that a page shows, as paths inside book/."""
    folder = posixpath.dirname(page.path)
    return [
        posixpath.normpath(posixpath.join(folder, found[2]))
        for found in PICTURE.finditer(prose(page.text))
    ]


def slug(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    words = re.sub(r"[^\w\- ]", "", title.lower())
    return words.strip().replace(" ", "-")
