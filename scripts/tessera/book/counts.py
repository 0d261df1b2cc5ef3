"""How many there are of something, where the text says so: counted, or the page is refused.

A number from ten up, in digits or in words, before a word like `tests` or `chapters` tells how many
of them there are, and goes stale when there is one more. A comment of the page says how to count,

    <!-- counted: twelve predicates = ^    Predicate\\{ in kernel/invariants/invariants.hpp -->

with a regular expression for what is counted and the files to look in: those of the page's stage for
what is staged, and of this tree for the rest. If the expression has a group, what stands there is the
number. Smaller numbers may be counted, too. What cannot be has a comment that says why it is so:
`<!-- given: ten stages: an example -->`.
"""
from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Iterator

from tessera.book.manuscript import Page, prose
from tessera.book.sources import KERNEL, TESTS, Sources
from tessera.tree import Tree

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: number for number, word in enumerate(_ONES, 1)}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}
_WORDS |= {f"{ten}-{one}": _WORDS[ten] + _WORDS[one] for ten in _TENS for one in _ONES[:9]}

#: What there is a number of, in this repository.
_COUNTABLE = (
    "attacks boots chapters classes decisions demos errors events exercises faults invariants "
    "kinds methods mutants pictures predicates presets programs recipes situations stages states "
    "tests types"
).split()
_TOLD = re.compile(
    rf"(?<![\w.,/-])(?P<number>\d[\d,]*|(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})) "
    rf"(?:[a-z-]+ ){{0,2}}?(?:{'|'.join(_COUNTABLE)})\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"<!-- (counted|given): ([\w,-]*\w) ([\w -]+?)(?:: .*| = (.+) in (\S+)) -->")
_CODE = re.compile(r"^ {4}.*$|`[^`]*`", re.MULTILINE)
#: What tells no numbers of things: comments, numbers of chapters and versions.
_ASIDE = re.compile(r"<!--.*?-->|(?i:#+|chapters?|QEMU)\s\d+", re.DOTALL)
_LEAST = 10


class Counts:
    """Finds numbers of things that nobody counts, or that have been counted wrongly."""

    def __init__(self, tree: Tree, sources: Sources) -> None:
        self._tree, self._sources = tree, sources

    def mistakes(self, page: Page) -> list[str]:
        """What a page says there is a number of, and is not so or nobody knows."""
        written = _CODE.sub("", prose(page.text))
        text, marks = " ".join(_ASIDE.sub("", written).split()), _MARK.findall(written)
        marked = {f"{number} {things}".lower() for _, number, things, _, _ in marks}
        found = [
            f"'{told}': say how it is counted, or where it is from"
            for told in _told(text)
            if not any(told.lower().startswith(phrase) for phrase in marked)
        ]
        found += [f"the text does not say '{told}'" for told in marked if told not in text.lower()]
        for kind, number, things, pattern, where in marks:
            count = self._count(page.stage, pattern, where) if kind == "counted" else None
            if count not in (None, _value(number)):
                found.append(f"'{number} {things}': there are {count} in {where}")
        return found

    def _count(self, stage: int, pattern: str, where: str) -> int:
        """How often the pattern matches, or what number it finds."""
        counted = re.compile(pattern, re.MULTILINE)
        found = counted.findall("\n".join(self._texts(stage, where)))
        return _value(found[0]) if found and counted.groups else len(found)

    def _texts(self, stage: int, where: str) -> Iterator[str]:
        """The files to look in."""
        if where.startswith((KERNEL, TESTS)):
            files = self._sources.files.get(stage, {})
            yield from (self._sources.texts[files[path]] for path in files if fnmatch(path, where))
        else:
            yield from (file.read_text("utf-8") for file in self._tree.root.glob(where))


def _told(text: str) -> list[str]:
    """What a text tells the number of."""
    return [match[0] for match in _TOLD.finditer(text) if _value(match["number"]) >= _LEAST]


def _value(number: str) -> int:
    return _WORDS.get(number.lower()) or int(re.sub(r"\D", "", number) or 0)
