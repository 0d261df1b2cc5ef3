"""One `stage.patch`: how it is written, and what it may say.

The flags are spelled out so that no configuration, attribute or default of a later git changes a
byte. Renames are written as renames, because a chapter that moves a file should read that way.
`index` lines are left out: they name objects that nobody needs, and would change with every
unrelated edit.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from tessera.errors import Failure
from tessera.git import Git
from tessera.tree import STAGED_PATHS

#: How the difference of two trees is found,
FIND_FLAGS = (
    "-r",
    "--find-renames=50%",
    "-l1000",
    "--text",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--diff-algorithm=histogram",
    "--indent-heuristic",
    "-O/dev/null",
)
#: and how it is laid out as a patch.
PATCH_FLAGS = (
    "--patch",
    "--full-index",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--unified=3",
    "--inter-hunk-context=0",
)
#: Strict application: no fuzz (git's default), no three-way merge, no repairs of white space.
APPLY_FLAGS = ("--cached", "--whitespace=nowarn", "--no-3way")

_INDEX_LINE = re.compile(rb"index [0-9a-f]+\.\.[0-9a-f]+( [0-7]{6})?\n")
_FILE_MODES = (b"100644", b"100755")


@dataclass(frozen=True)
class Flaw:
    """Something in a patch that must not be there, by line number."""

    line: int
    reason: str


def write_patch(git: Git, before: str, after: str) -> bytes:
    """The patch from one tree to another. Refuses what a patch cannot hold as text."""
    raw = git.run("diff-tree", *FIND_FLAGS, *PATCH_FLAGS, before, after).stdout
    patch = b"".join(line for line in _lines(raw) if not _INDEX_LINE.fullmatch(line))
    for flaw in flaws(patch):
        raise Failure(
            f"this cannot be a stage: {flaw.reason}",
            "Stages hold text files with LF line ends only.",
        )
    return patch


def apply_patch(git: Git, patch: bytes) -> str:
    """Applies a patch to the index of `git` and returns the new tree's id."""
    if patch.strip():
        git.run("apply", *APPLY_FLAGS, "-", stdin=patch)
    return git.out("write-tree")


def flaws(patch: bytes) -> Iterator[Flaw]:
    """All that is not allowed in a patch, whether or not it would apply."""
    name = "?"
    for number, line in enumerate(_lines(patch), start=1):
        if line.startswith(b"diff --git "):
            name = line[len(b"diff --git ") :].decode(errors="replace").strip()
        if reason := _flaw(line):
            yield Flaw(number, f"{reason} ({name})")


def _flaw(line: bytes) -> str | None:
    """What is wrong with one line of a patch, if anything."""
    if b"\0" in line or line.startswith((b"GIT binary patch", b"Binary files ")):
        return "a binary file"
    if line.endswith(b"\r\n"):
        return "a line that ends in CR LF"
    if line.startswith(b"index "):
        return "an `index` line"
    if found := re.match(rb"(?:new|old|deleted)(?: file)? mode (\d+)", line):
        return (
            None
            if found[1] in _FILE_MODES
            else f"a file mode other than 644 and 755: {found[1].decode()}"
        )
    if line.startswith(b"diff --git "):
        return None if _all_staged(line) else f"a file outside {' and '.join(STAGED_PATHS)}"
    return None


def _all_staged(header: bytes) -> bool:
    """Whether both paths of a `diff --git` line are staged ones.

    Blanks in names make it ambiguous: one reading that fits will do.
    """
    text = header[len(b"diff --git ") :].decode(errors="replace").strip()
    if '"' in text:  # git quotes odd characters
        names = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', text)]
        return all(_staged(name[2:]) for name in names)
    splits = [(text[:at], text[at + 1 :]) for at in range(len(text)) if text.startswith(" b/", at)]
    return any(_staged(old[2:]) and _staged(new[2:]) for old, new in splits)


def _staged(path: str) -> bool:
    """Whether a path belongs to a stage."""
    return path.startswith(tuple(f"{folder}/" for folder in STAGED_PATHS))


def _lines(data: bytes) -> list[bytes]:
    """The lines of `data` with their LF; nothing else ends a line."""
    return (
        data.splitlines(keepends=True)
        if b"\r" not in data
        else [x for x in re.split(rb"(?<=\n)", data) if x]
    )


def line_of_failure(patch: bytes, message: str) -> int:
    """The line of a patch that git's message is about: the hunk's, or else the file's header."""
    if found := re.search(r"at line (\d+)|<stdin>:(\d+)|patch line (\d+)", message):
        return int(found[1] or found[2] or found[3])
    target = re.search(
        r"error: (?:patch failed: )?(.+?)(?::(\d+))?(?:: .*)?$", message, re.MULTILINE
    )
    name, start = (target[1], target[2]) if target else ("", None)
    header, inside = 1, False
    for number, line in enumerate(patch.decode(errors="replace").split("\n"), start=1):
        if line.startswith("diff --git "):
            inside = line.endswith((f" b/{name}", f'b/{name}"'))
            header = number if inside else header
        elif inside and start and re.match(rf"@@ -{start}[, ]", line):
            return number
    return header
