"""What the author tried, tried again: each `tried` block has a recipe, each `console` block is one.

`chapters/NN/tried.toml` has a table for each recipe: what is changed in a fresh copy of the stage, and
the command whose output the block shows. Output is compared as that of golden boots is, so a block
may leave lines out (`…`) and need not know the time or how long a compiler's path is.
"""
from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

from tessera import toml_lines
from tessera.boot.golden import normalise
from tessera.book import excerpts
from tessera.book.manuscript import Block, Page, blocks
from tessera.errors import Failure
from tessera.git import Git
from tessera.programs import HEARD
from tessera.stages.checkout import lay_out, snapshot
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store
from tessera.toml_reader import Reader
from tessera.tree import Tree

#: What no reader sees, or sees with other numbers in it.
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
_MEASURED = re.compile(r"^<!-- measured: (\S+)\n(.*?)-->$", re.MULTILINE | re.DOTALL)
#: Who commits what is not meant to stay.
_AUTHOR = {
    "GIT_AUTHOR_NAME": "A reader",
    "GIT_AUTHOR_EMAIL": "reader@example.org",
    "GIT_COMMITTER_NAME": "A reader",
    "GIT_COMMITTER_EMAIL": "reader@example.org",
}
#: A command that has not ended by then never will.
_PATIENCE = 1200


@dataclass(frozen=True)
class Recipe:
    """How to see for oneself what a `tried` block shows."""

    name: str = ""
    command: str = ""
    shown: tuple[str, ...] = ()  # files whose diff blocks in the chapter come first
    change: dict[str, str] = field(default_factory=dict)  # by file, in the form of a diff block


def recipes(tree: Tree, chapter: int) -> dict[str, Recipe]:
    """The recipes of a chapter by name; a Failure says what is wrong with the file."""
    where = f"chapters/{chapter:02}/tried.toml"
    file = tree.root / where
    if not file.is_file():
        return {}
    try:
        reader = Reader(toml_lines.parse(file.read_bytes()), where)
    except toml_lines.TomlError as error:
        raise Failure(f"{where}:{error.line}: {error}") from error
    found = {}
    for name, table in reader.file.values.items():
        values = reader.table(Recipe, (name,), table, ("shown", "change"), ("name",))
        shown = reader.strings((name, "shown"), table.get("shown", []))
        found[name] = Recipe(**values | {"name": name}, shown=shown, change=table.get("change", {}))
        if not found[name].command:
            reader.wrong((name,), "a recipe needs a command")
    if reader.mistakes:
        raise Failure("\n".join(text for _, text in sorted(reader.mistakes)))
    return found


def changed(text: str, diff: Sequence[str], where: str) -> str:
    """A file's text after a change in the form of a diff block."""
    lines, start = text.split("\n"), 0
    for part in excerpts.parts(diff):
        before = excerpts.before(part)
        last = len(lines) - len(before)
        at = next(
            (at for at in range(start, last + 1) if lines[at : at + len(before)] == before), None
        )
        if at is None or not before:
            raise Failure(f"{where}: the change fits nowhere in the file:\n" + "\n".join(part))
        after = [
            line[1:] if line[:1] in "+ " else line for line in part if not line.startswith("-")
        ]
        lines[at : at + len(before)] = after
        start = at + len(after)
    return "\n".join(lines)


def prepare(tree: Tree, page: Page, recipe: Recipe, folder: Path) -> None:
    """A copy of the page's stage in `folder`, changed as the recipe says."""
    store = Store(tree)
    stage = Stack.in_folder(store, tree.root).tree(page.stage)
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(store, compose(store.plumbing, snapshot(store), [stage])[0], folder)
    shown = [
        (block.source, block.lines)
        for block in blocks(page.text)
        if block.kind == "diff" and block.source in recipe.shown
    ]
    own = [(path, text.strip("\n").split("\n")) for path, text in recipe.change.items()]
    for path, diff in [*shown, *own]:
        file = folder / path
        text = file.read_text(encoding="utf-8")
        file.write_text(changed(text, diff, f"[{recipe.name}] {path}"), encoding="utf-8")


def clone(tree: Tree, folder: Path) -> None:
    """A clone of the tree as it is now, edits and all, in the fresh folder `folder`."""
    store = Store(tree)
    head = store.git.out("rev-parse", "HEAD")
    objects = (tree.root / store.git.out("rev-parse", "--git-path", "objects")).resolve()
    folder.mkdir(parents=True)
    git = Git(folder, variables=_AUTHOR)
    git.run("init", "--quiet", "--initial-branch=main")
    (folder / ".git/objects/info/alternates").write_text(f"{objects}\n", encoding="utf-8")
    commit = git.out("commit-tree", snapshot(store), "-p", head, "-m", "The tree as it is")
    git.run("reset", "--quiet", "--hard", commit)
    build = folder / "build"
    build.mkdir()
    for shared in ("deps", "setup"):  # what set-up has fetched already
        if (tree.build / shared).is_dir():
            (build / shared).symlink_to(tree.build / shared)


def session(block: Block) -> str:
    """The commands of a `console` block as one script that shows each before it runs it."""
    commands = [line[2:] for line in block.lines if line.startswith("$ ")]
    return "set -e\n" + "\n".join(
        f"echo {shlex.quote('$ ' + command)}\n{command}" for command in commands
    )


def output(command: str, folder: Path) -> tuple[str, int]:
    """What a command prints when a reader types it in `folder`, and its exit status."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "TESSERA_", "CMAKE_")) and name != "CI"
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env | {"LC_ALL": "C.UTF-8"},
        **HEARD,
        check=False,
        timeout=_PATIENCE,
    )
    return done.stdout, done.returncode


def readable(text: str) -> list[str]:
    """Lines without what no reader sees."""
    return _NOISE.sub("", text).rstrip("\n").split("\n")


def stands_for(wanted: str, line: str) -> bool:
    """Whether a line of a block is this line of output: as golden boots compare, or by `…`."""
    pattern = r"\S*".join(map(re.escape, wanted.split(excerpts.GAP)))
    return re.fullmatch(pattern, line) is not None or normalise(wanted + "\n") == normalise(
        line + "\n"
    )


def difference(block: Block, printed: str) -> str | None:
    """What is wrong with a block, given what its command printed; None if all is well."""
    typed = block.kind == "tried"  # its command is in the recipe, a console's in what it prints
    lines = [line for line in block.lines if not (typed and line.startswith("$ "))]
    having = readable(printed)
    if all(line.startswith("$ ") for line in block.lines) and not typed:
        return None  # only what to type, nothing of what it answers
    if excerpts.locate(lines, having, stands_for) is not None:
        return None
    return "\n".join(["the command does not print this; it prints", *having])


@dataclass(frozen=True)
class Measured:
    """A number in the prose, and the command that says it."""

    line: int
    number: str
    command: str
    is_in_text: bool


def measured(page: Page) -> list[Measured]:
    """The numbers of a page that say where they are from."""
    found = []
    for match in _MEASURED.finditer(page.text):
        rest = page.text[match.end() :]
        in_text = re.search(rf"(?<![\w,.]){re.escape(match[1])}(?![\w]|[,.]\d)", rest) is not None
        line = page.text.count("\n", 0, match.start()) + 1
        found.append(Measured(line, match[1], match[2].strip(), in_text))
    return found


def tried(page: Page) -> list[Block]:
    """The `tried` blocks of a page."""
    return [block for block in blocks(page.text) if block.kind == "tried"]


def consoles(page: Page) -> list[Block]:
    """The `console` blocks of a page."""
    return [block for block in blocks(page.text) if block.kind == "console"]
