"""Numbers in the running text: each has to be known from somewhere that can be looked up.

A number of three digits or more, hexadecimal ones too, is known if a `measured` comment of the page
says how to get it, or if it stands in a block of the page, in a golden log of its chapter, in the
kernel's sources at its stage, or in a table of what things cost. Tests do not count: they are full of
numbers that stand right beside a true one. One that follows from others has a comment that says how,

    <!-- sum: 288 = (31 + 5) * 8 -->

and one that nobody can look up one that says where it is from: `<!-- given: 9,600: … -->`. Years of
books are not figures. A number that stands nowhere is a mistake: whatever it once described may have
changed since, and nobody would notice.
"""
from __future__ import annotations

import re
from functools import cache

from tessera.book.manuscript import Page, blocks, prose
from tessera.book.sources import CODE, KERNEL, Sources
from tessera.tree import Tree

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKED = re.compile(r"<!-- (?:measured|sum|given): (0x[0-9a-f]+|[\d,]*\d)")
_SUM = re.compile(r"<!-- sum: ([\d,]+) = ([\d,+*() /-]+?) -->")
_ASIDE = re.compile(r"!?\[[^]]*\]\([^)]*\)|`[^`]*`|\((?:1[89]|20)\d\d\)|since (?:1[89]|20)\d\d")
_NUMBER = re.compile(
    r"(?<![\w.,_/])0x[0-9a-f]{3,}(?![\w…])"
    r"|(?<![\w.,_])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,_/§-])\d{3,}(?![\w,]\d|\w)"
)
_LITERAL = re.compile(r"(?<![\w.])(0x[0-9a-fA-F'_]+|\d[\d',]*)")
#: A page that is made may have the numbers of what it is made of.
_MADE_OF = {"appendix/25-attacks.md": "tests/attack/*.cpp"}
_COSTS = ("book/appendix/30-cost.md", "tests/bench/kernel.toml")


class Figures:
    """Finds numbers that nothing stands behind."""

    def __init__(self, tree: Tree, sources: Sources) -> None:
        self._tree, self._sources = tree, sources
        self._of_stage = cache(self._in_stage)

    def mistakes(self, page: Page) -> list[str]:
        """The numbers of a page that stand nowhere else, and the sums that are wrong."""
        known = _literals("\n".join(line for block in blocks(page.text) for line in block.lines))
        known |= self._of_stage(page.stage) | self._in_costs() | self._in_makings(page)
        marked = {_value(number) for number in _MARKED.findall(page.text)}
        told = _ASIDE.sub("", _COMMENT.sub("", prose(page.text)))
        return [
            f"the number {number} stands nowhere: say how it is measured, or where it is from"
            for number in _NUMBER.findall(told)
            if _value(number) not in known | marked
        ] + [wrong for sum_ in _SUM.findall(page.text) if (wrong := _wrong_sum(*sum_, known))]

    def _in_stage(self, stage: int) -> frozenset[int]:
        """Every number in the kernel's sources and golden logs of a stage."""
        files = self._sources.files.get(stage, {})
        code = (
            self._sources.texts[blob]
            for path, blob in files.items()
            if path.startswith(KERNEL) and path.endswith(CODE)
        )
        logs = self._tree.chapter_dir(stage).glob("expected/*.log")
        texts = [*code, *(log.read_text(encoding="utf-8") for log in logs)]
        return frozenset(_literals("\n".join(texts)))

    def _in_makings(self, page: Page) -> set[int]:
        files = self._tree.root.glob(_MADE_OF[page.path]) if page.path in _MADE_OF else ()
        return _literals("\n".join(file.read_text("utf-8") for file in files))

    def _in_costs(self) -> set[int]:
        files = [self._tree.root / path for path in _COSTS]
        return _literals("\n".join(file.read_text("utf-8") for file in files if file.is_file()))


def _wrong_sum(result: str, terms: str, known: set[int]) -> str | None:
    """What is wrong with a sum: that it does not come out, or that a term of it is not known."""
    strange = [
        term for term in re.findall(r"[\d,]+", terms) if len(term) > 2 and _value(term) not in known
    ]
    if strange:
        return f"in the sum for {result} the number {strange[0]} stands nowhere"
    total = eval(terms.replace(",", ""), {"__builtins__": {}})  # digits and operators: see _SUM
    return None if total == _value(result) else f"{terms} is {total}, not {result}"


def _literals(text: str) -> set[int]:
    """The numbers in a text, decimal or not, with whatever separates their digits."""
    found = set()
    for literal in _LITERAL.findall(text):
        found.add(_value(re.sub(r"[',_]", "", literal)))
    return found


def _value(number: str) -> int:
    if re.match("0x[0-9a-fA-F]", number):
        return int(number, 16)
    digits = re.sub(r"\D", "", number)
    return int(digits) if digits else 0
