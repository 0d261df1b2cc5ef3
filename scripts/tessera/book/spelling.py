"""Spelling: the prose against a British dictionary and the book's own (`book/words.txt`)."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tessera.errors import Failure

#: What is not English: code, addresses of links, HTML, numbers, names (`CNode`, `MMU`, EL1).
_NOT_PROSE = re.compile(
    r"<!--.*?-->|(`+).+?\1|\]\([^)]*\)|<[^>]*>|https?://\S+|\b\w*[\d_]\w*\b"
    r"|\b\w*[A-Za-z][A-Z]\w*\b(?:['’]s)?",
    re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words(text: str) -> dict[str, int]:
    """The words of a text, each with the line on which it stands first."""
    blank = _NOT_PROSE.sub(lambda found: "\n" * found[0].count("\n") + " ", _without_blocks(text))
    found: dict[str, int] = {}
    for number, line in enumerate(blank.split("\n"), 1):
        for word in _WORD.findall(line):
            found.setdefault(word.replace("’", "'"), number)
    return found


def _without_blocks(text: str) -> str:
    """The prose, with an empty line for each line of a block, so that lines keep their numbers."""
    return re.sub(
        r"^```.*?^```$",
        lambda found: "\n" * found[0].count("\n"),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def mistakes(text: str, own: Path) -> list[str]:
    """The words that neither dictionary knows, with their lines."""
    where = words(text)
    done = subprocess.run(
        ["hunspell", "-d", "en_GB", "-i", "utf-8", "-p", own.resolve(), "-l"],
        input="\n".join(where),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(f"hunspell failed: {done.stderr.strip()}")
    unknown = sorted(set(done.stdout.split()), key=lambda word: where.get(word, 0))
    return [
        f"line {where.get(word, 1)}: '{word}' is in no dictionary; if it is right, "
        "add it to book/words.txt"
        for word in unknown
    ]
