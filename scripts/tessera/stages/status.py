"""`stage status`: where every stage stands."""
from __future__ import annotations

from typing import Iterator

from tessera import console
from tessera.errors import TesseraError
from tessera.stages import operation
from tessera.stages.branches import BRANCH, Branches, read_branches, staged_trees, worktrees
from tessera.stages.stack import Stack
from tessera.stages.store import Store
from tessera.stages.tags import chapter_title
from tessera.stages.verify import changed_lines

_COLUMNS = ("stage", "title", "lines", "edited", "checked out in", "exported")


def status(store: Store) -> None:
    """Prints a row a stage, and what waits."""
    branches = read_branches(store)
    stack = Stack.in_folder(store, store.tree.root)
    console.table(None, _COLUMNS, list(_rows(store, branches, stack)))
    if not branches.tips:
        console.step("no stage branches here; `./tessera stage edit NN` makes them")
    if (pending := operation.load(store)) is not None and pending.phase == "waiting":
        console.step(
            f"`./tessera stage {pending.kind}` waits in {store.home / 'workshop'}: "
            "--continue or --abort"
        )
    elif branches.edited:
        console.step("edits to carry on: `./tessera stage propagate`")


def _rows(store: Store, branches: Branches, stack: Stack) -> Iterator[tuple[str, ...]]:
    """The table's rows."""
    trees = staged_trees(store, branches.tips) or list(stack.trees)
    places = {tree.branch: str(tree.path) for tree in worktrees(store)}
    for number, (before, tree) in enumerate(zip([None, *trees], trees), start=1):
        yield (
            f"{number:02}",
            _title(store, number),
            f"{changed_lines(store, before, tree)}/{_budget(store, number)}",
            "yes" if number in branches.edited else "",
            places.get(f"{BRANCH}{number:02}", ""),
            "yes" if tree in stack.trees[number - 1 : number] else "no",
        )


def _title(store: Store, number: int) -> str:
    """A chapter's title, if it has one yet."""
    file = store.tree.chapter_dir(number) / "chapter.toml"
    return chapter_title(file.read_bytes() if file.exists() else None)


def _budget(store: Store, number: int) -> str:
    """The lines a chapter may change; a question mark when its chapter.toml cannot be read."""
    from tessera import chapter

    try:
        return str(chapter.load(store.tree, number).budget)
    except TesseraError:
        return "?"
