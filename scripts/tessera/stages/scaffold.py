"""`new chapter`: the next stage, a copy of the last with its number, and the files around it."""
from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.stages import perform
from tessera.stages.branches import BASE, BRANCH, Branches, ensure_branches, move_refs, staged_trees
from tessera.stages.export import check_exportable, check_nothing_lost, check_on_main, export
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store, write_whole
from tessera.stages.tags import fixed_commit
from tessera.tree import STAGED_PATHS

_EXERCISES = """\
# Exercises of chapter {number:02}

One folder an exercise, named after it.
"""
_PAGE = """\
# {number:02} {title}

## What we build, and why now

## What the boot prints

## What goes wrong without it

## How others do it

## Exercises

## Further reading
"""


def new_chapter(store: Store, title: str | None, *, boot: bool = True) -> int:
    """Makes the next chapter and returns its number. It boots, and prints what the last one did."""
    with store.lock():
        perform.refuse_if_waiting(store)
        check_on_main(store)
        branches = ensure_branches(store)
        check_exportable(store, branches)
        _refuse_second(store, branches)
        check_nothing_lost(
            store,
            branches,
            Stack.at(store),
            Stack.from_trees(store, staged_trees(store, branches.tips)),
        )
        number = branches.last + 1
        if number == 1:
            raise Misuse("there is no chapter yet that a new one could stand on")
        if not title:
            raise Misuse("a chapter needs a title", _title_hint(store.tree.root, number))
        files = _files(store, number, title)
        _refuse_existing(store.tree.root, files)
        _add_stage(store, branches, number, title)
    for name, text in files.items():
        write_whole(store.tree.root / name, text.encode())
        console.step(f"wrote {name}")
    if not export(store, accept=True, boot=boot):
        raise Failure(f"chapter {number:02} does not boot as the one before it does")
    return number


def undo(number: int) -> str:
    """The commands that take a new chapter away again."""
    return (
        "git checkout HEAD -- kernel tests/unit && "
        f"rm -rf chapters/{number:02} book/{number:02}-* && git branch -D stage/{number:02}"
    )


def _refuse_second(store: Store, branches: Branches) -> None:
    """One new chapter at a time: the one before must be on main, or taken away whole."""
    number = branches.last
    if number <= len(Stack.at(store)):
        return
    if (store.tree.chapter_dir(number) / "chapter.toml").exists():
        raise Misuse(
            f"chapter {number:02} is new and not committed yet",
            f"Commit it before the next one, or take it away: {undo(number)}",
        )
    raise Misuse(
        f"the branch stage/{number:02} is left from a chapter {number:02} whose files are gone",
        f"`git branch -D stage/{number:02}` takes it away too; then try again.",
    )


def _title_hint(root: Path, number: int) -> str:
    """How to give a title: the planned one, where the README's table of chapters has it."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    row = re.search(rf"^\| {number:02} \| ([^|\[]+?) \|", text, re.MULTILINE)
    planned = row[1] if row else "TITLE"
    return f"./tessera new chapter --title {shlex.quote(planned)}"


def _files(store: Store, number: int, title: str) -> dict[str, str]:
    """What surrounds a stage."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "chapter"
    folder = f"chapters/{number:02}"
    return {
        f"{folder}/chapter.toml": _declaration(store, number, title),
        f"{folder}/exercises/README.md": _EXERCISES.format(number=number),
        f"book/{number:02}-{slug}.md": _PAGE.format(number=number, title=title),
    }


def _declaration(store: Store, number: int, title: str) -> str:
    """A chapter.toml with the boots of the chapter before, since the kernel is that one so far."""
    before = (store.tree.chapter_dir(number - 1) / "chapter.toml").read_text(encoding="utf-8")
    boots = re.search(r"^\[\[boot\]\]", before, re.MULTILINE)
    head = f"title   = {json.dumps(title, ensure_ascii=False)}\n"
    head += f'summary = "what chapter {number - 1:02} showed"\n'
    return head + ("\n" + before[boots.start() :] if boots else "")


def _refuse_existing(root: Path, files: dict[str, str]) -> None:
    """A scaffold never replaces a file."""
    for name in files:
        if (root / name).exists():
            raise Misuse(
                f"{name} exists already", "Move it away, or write the chapter by hand around it."
            )


def _add_stage(store: Store, branches: Branches, number: int, title: str) -> None:
    """The branch of the new stage: the last stage with its number bumped, nothing else."""
    parent = branches.tips[number - 1]
    with store.scratch_index() as index:
        git = store.with_index(index)
        git.run("read-tree", staged_trees(store, {number - 1: parent})[0])
        blob = git.out("hash-object", "-w", "--stdin", stdin=f"{number:02}\n".encode())
        git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{STAGED_PATHS[0]}/CHAPTER")
        staged = git.out("write-tree")
    whole = compose(store.plumbing, f"{parent}^{{tree}}", [staged])[0]
    commit = fixed_commit(store, whole, f"Chapter {number:02}: {title}", parent)
    before = branches.refs()
    move_refs(store, before, before | {f"{prefix}{number:02}": commit for prefix in (BRANCH, BASE)})
