"""`stage edit`: a worktree in which one stage can be changed."""
from __future__ import annotations

from pathlib import Path

from tessera import console
from tessera.errors import Misuse
from tessera.stages import perform
from tessera.stages.branches import BRANCH, Worktree, ensure_branches, read_branches, worktrees
from tessera.stages.stack import Stack
from tessera.stages.store import Store
from tessera.stages.sync import follow_main
from tessera.tree import main_root


def edit(store: Store, number: int, folder: Path | None) -> Path:
    """Opens a worktree on `stage/NN` and returns its folder; the one there is, if there is one."""
    with store.lock():
        perform.refuse_if_waiting(store)
        _check_exists(number, max(read_branches(store).last, len(Stack.at(store))))
        ensure_branches(store)
        follow_main(store)
        branches = read_branches(store)
        _check_exists(number, branches.last)
        if (open_already := _checked_out(store, number)) is not None:
            if folder is not None and folder.resolve() != open_already:
                console.step(f"stage {number:02} is open already, so {folder} is not made")
            return open_already
        target = new_folder(store, folder, f"stage-{number:02}")
        store.git.run("worktree", "add", "--quiet", str(target), f"stage/{number:02}")
        Worktree(target, branches.tips[number], None).mark.write_text(
            "made by ./tessera stage edit\n", encoding="utf-8"
        )
    return target


def _check_exists(number: int, last: int) -> None:
    """Misuse for a stage that is not there, before anything is done for it."""
    if not 1 <= number <= last:
        have = f"There are stages 01 to {last:02}; " if last else ""
        raise Misuse(
            f"there is no stage {number:02}", f"{have}`./tessera new chapter` makes the next one."
        )


def _checked_out(store: Store, number: int) -> Path | None:
    """Where the stage is checked out, if anywhere. Forgets worktrees whose folders are gone."""
    store.git.run("worktree", "prune")
    return next(
        (tree.path for tree in worktrees(store) if tree.branch == f"{BRANCH}{number:02}"), None
    )


def new_folder(store: Store, wanted: Path | None, suffix: str) -> Path:
    """Where a new worktree goes: the folder asked for, or one beside the clone."""
    root = main_root(store.tree.root)
    target = wanted.resolve() if wanted else root.with_name(f"{root.name}-{suffix}")
    inside = next((w.path for w in worktrees(store) if target.is_relative_to(w.path)), None)
    if inside is not None and target != inside:
        raise Misuse(
            f"{target} lies inside {inside}, a work tree that would take it for a part of itself",
            "Name a folder outside of it.",
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Misuse(f"{target} exists already", "Name another folder, or remove that one.")
    return target


def explain(number: int, folder: Path) -> None:
    """What to do in the new worktree."""
    console.good(f"stage {number:02} is checked out in {folder}")
    console.out("  Change kernel/ or tests/unit/ there, `./tessera test` it, then:")
    console.out("    git commit --all --amend --no-edit")
    console.out("    ./tessera stage propagate")
