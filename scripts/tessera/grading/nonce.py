"""A word that only our own code can print at the end of a boot.

How a boot ended is told by what it printed. So that a submission gains nothing by printing that
itself, the places in the kernel and in its root task that say it get a word that is made up for
each grading: in the copies of the sources that are graded, never in files taken from a student. A
log in which one of these sentences lacks the word is not believed.
"""
from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Callable, Iterable

from tessera.errors import Failure

#: What a kernel or a root task says at its end, and the same with the word in it.
ENDINGS = (
    (re.compile(r'(\] OK)(\\n")'), r"\1 {}\2"),
    (re.compile(r'((?:PANIC|REFUSED|STOPPED):)( )(?=[^\n]*")'), r"\1 {}\2"),
)


def make() -> str:
    """A new word."""
    return f"n{secrets.token_hex(8)}"


def plant(
    root: Path, word: str, theirs: Callable[[str], bool], programs: Iterable[str] = ()
) -> None:
    """Puts the word into the sources of the kernel and of `programs`, which are folders, but for
    those that a student may change."""
    planted = 0
    places = [root / folder for folder in ("kernel", *programs)]
    for file in sorted(file for place in places for file in place.rglob("*.cpp")):
        if theirs(str(file.relative_to(root))):
            continue
        text = before = file.read_text(encoding="utf-8")
        for pattern, replacement in ENDINGS:
            text = pattern.sub(replacement.format(word), text)
        if text != before:
            file.write_text(text, encoding="utf-8")
            planted += 1
    if not planted:
        raise Failure("no source of the kernel says how a boot ends, so no boot could be believed")
