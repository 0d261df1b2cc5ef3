"""What the book shows is so: output, excerpts, changes to try and names, each chapter at its own stage.

`book/README.md`, "What is marked how", is what a chapter's author goes by.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tessera.stages.stack import Stack
from tessera.stages.store import Store
from tessera.tree import Tree

ROOT = Path(__file__).resolve().parents[2]
TREE = Tree(ROOT)
CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]-*.md"))
STAGED = ("kernel/", "tests/unit/")
UNCHECKED = {"tried", "console", "text"}
LANGUAGES = {"cpp", "asm", "ld", "cmake"}
LONGEST = {"diff": 12}  # lines; of anything else 6

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")


# The book.


@dataclass(frozen=True)
class Block:
    """A fenced block: what stands behind its opening backticks, and its lines."""

    line: int
    kind: str
    source: str
    lines: list[str]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a chapter."""
    found, opened, inside = [], "", []
    for number, line in enumerate(text.splitlines(), 1):
        if not opened:
            opened, inside = line if line.startswith("```") else "", []
        elif line == "```":
            kind, _, source = opened[3:].partition(" ")
            found.append(Block(number - len(inside) - 1, kind, source, inside))
            opened = ""
        else:
            inside.append(line)
    assert not opened, f"a block is never closed: {opened}"
    return found


def prose(text: str) -> str:
    """A chapter without its blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def named(text: str) -> list[str]:
    """What stands in backticks in the running text."""
    return [" ".join(name.split()) for name in re.findall(r"`([^`]+)`", prose(text))]


# The stages.


@cache
def files(number: int) -> dict[str, str]:
    """The staged files of a stage, by path."""
    store = Store(TREE)
    stack = Stack.in_folder(store, ROOT)
    if number > len(stack):
        pytest.skip(f"stage {number:02} has not landed yet")
    tree = stack.tree(number)
    paths = store.plumbing.out("ls-tree", "-r", "-z", "--name-only", tree).split("\0")
    return {path: store.plumbing.run("cat-file", "blob", f"{tree}:{path}").stdout.decode()
            for path in paths if path}


@cache
def words_of_stage(number: int) -> frozenset[str]:
    """Every identifier in the sources of a stage."""
    return frozenset(re.findall(r"\w+", "\n".join(files(number).values())))


def at_stage(name: str, chapter: int) -> tuple[int, str]:
    """Splits `ch01:kernel/…`, as git writes it; without the prefix it is the chapter's own stage."""
    if found := re.fullmatch(r"ch(\d\d):(.*)", name):
        return int(found[1]), found[2]
    return chapter, name


# What may be wrong with a chapter, a line for each mistake.


def follow_one_another(wanted: list[str], having: list[str]) -> bool:
    """Whether `wanted` is in `having`, in order and without gaps but those that a line `…` owns up to."""
    parts = [part.split("\n") for part in re.split(r"\n?^\s*…$\n?", "\n".join(wanted), flags=re.MULTILINE) if part]
    start = 0
    for part in parts:
        places = range(start, len(having) - len(part) + 1)
        start = next((at + len(part) for at in places if having[at:at + len(part)] == part), -1)
        if start < 0:
            return False
    return bool(parts)


def wrong_block(block: Block, chapter: int) -> str | None:
    """What is wrong with a block, if anything."""
    if block.kind in UNCHECKED and not block.source:
        return None
    if block.kind == "boot":
        return wrong_output(block)
    if block.kind not in LANGUAGES | {"diff"}:
        return f"'{block.kind}' says nothing about what this is; see book/README.md"
    return wrong_excerpt(block, chapter)


def wrong_output(block: Block) -> str | None:
    """What is wrong with the output of a boot."""
    number, _, name = block.source.partition("/")
    log = ROOT / "chapters" / number / "expected" / f"{name}.log"
    if not log.is_file():
        return f"there is no boot '{block.source}'"
    having = log.read_text(encoding="utf-8").splitlines()
    return None if follow_one_another(block.lines, having) else f"the boot {block.source} does not print this"


def wrong_excerpt(block: Block, chapter: int) -> str | None:
    """What is wrong with an excerpt, or with a change to try."""
    stage, path = at_stage(block.source, chapter)
    if path not in files(stage):
        return f"stage {stage:02} has no file '{path}'"
    wanted = block.lines
    if block.kind == "diff":
        wanted = [line[1:] if line[:1] in ("-", " ") else line for line in wanted if not line.startswith("+")]
    if len(wanted) > LONGEST.get(block.kind, 6):
        return f"{len(wanted)} lines are too many for an excerpt"
    same = follow_one_another(wanted, files(stage)[path].splitlines())
    return None if same else f"these lines are not in {path} of stage {stage:02}"


def wrong_name(name: str, chapter: int) -> str | None:
    """What is wrong with a path or a name in the running text."""
    stage, name = at_stage(name, chapter)
    if re.fullmatch(r"[\w./-]+/[\w./-]*", name):
        return None if path_exists(name, stage) else f"stage {stage:02} has no `{name}`"
    if called := re.fullmatch(r"([\w:]+)\(\)", name):
        missing = set(called[1].split("::")) - words_of_stage(stage)
        return f"nothing in stage {stage:02} is called `{name}`" if missing else None
    return None


def path_exists(path: str, stage: int) -> bool:
    """Whether a path is there: one of the kernel or its unit tests at the stage, another one in this tree."""
    if path.startswith(STAGED):
        return any(file == path or file.startswith(path.rstrip("/") + "/") for file in files(stage))
    return not is_of_this_tree(path) or (ROOT / path).exists()


def is_of_this_tree(path: str) -> bool:
    """Whether a path is meant to be one of this repository; `build/` and places elsewhere are not."""
    first = path.split("/")[0]
    return first not in ("build", ".", "..") and (ROOT / first).is_dir()


def mistakes(text: str, chapter: int) -> list[str]:
    """All that is wrong with a chapter's text, a line each."""
    found = [f"line {block.line}: {wrong}" for block in blocks(text) if (wrong := wrong_block(block, chapter))]
    return found + [wrong for name in named(text) if (wrong := wrong_name(name, chapter))]


# The tests.


def test_chapters_have_numbers_of_their_own() -> None:
    numbers = [file.name[:2] for file in CHAPTERS]
    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.name)
def test_what_a_chapter_shows_and_names_is_so(file: Path) -> None:
    assert mistakes(file.read_text(encoding="utf-8"), int(file.name[:2])) == []


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.name)
def test_a_chapter_is_as_long_as_one_sitting(file: Path) -> None:
    assert 2000 <= len(prose(file.read_text(encoding="utf-8")).split()) <= 5000


SOUND = """
`kernel/boot/start.S` calls `clear_bss()`; `tests/unit/` and `book/README.md` are there, `ch02:kernel/base/print.hpp` is later.

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

```tried
anything at all
```
"""


def test_a_sound_text_has_no_mistakes() -> None:
    assert mistakes(SOUND, 1) == []


@pytest.mark.parametrize(("right", "wrong", "said"), [
    ("[ch01] OK", "[ch01] Ok", "does not print this"),
    ("…\n[ch01] OK", "…", "does not print this"),
    ("boot 01/el1", "boot 01/el3", "no boot '01/el3'"),
    ("boot 01/el1", "boot 02/el1", "does not print this"),
    ("    bl      clear_bss\n    mov", "    bl   clear_bss\n    mov", "are not in kernel/boot/start.S of stage 01"),
    ("    mov     x0, x19\n```\n\n```diff", "    mov     x1, x20\n```\n\n```diff", "are not in kernel/boot/start.S"),
    ("-    bl      clear_bss", "-    bl      relocate", "are not in kernel/boot/start.S of stage 01"),
    ("    bl      clear_bss\n    mov", "    bl      clear_bss\n" * 7 + "    mov", "8 lines are too many"),
    ("asm kernel/boot/start.S", "asm", "has no file ''"),
    ("```tried", "```", "says nothing about what this is"),
    ("`kernel/boot/start.S`", "`kernel/boot/stop.S`", "stage 01 has no `kernel/boot/stop.S`"),
    ("ch02:kernel/base/print.hpp", "kernel/base/print.hpp", "stage 01 has no `kernel/base/print.hpp`"),
    ("`book/README.md`", "`book/missing.md`", "has no `book/missing.md`"),
    ("`clear_bss()`", "`k::clear_bs()`", "nothing in stage 01 is called `k::clear_bs()`"),
])
def test_each_mistake_is_found(right: str, wrong: str, said: str) -> None:
    assert right in SOUND
    found = mistakes(SOUND.replace(right, wrong, 1), 1)
    assert len(found) == 1 and said in found[0], found


def test_a_block_that_never_ends_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="never closed"):
        blocks("```boot 01/el1\n[ch01] OK\n")
