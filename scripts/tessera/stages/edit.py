"""`stage edit`: a worktree in which one stage can be changed."""
from __future__ import annotations

from pathlib import Path

from tessera import console
from tessera.errors import Misuse
from tessera.stages import perform
from tessera.stages.branches import BRANCH, Worktree, ensure_branches, read_branches, worktrees
from tessera.stages.store import Store
from tessera.stages.sync import follow_main
from tessera.tree import main_root


def edit(store: Store, number: int, folder: Path | None) -> Path:
    """Opens a worktree on `stage/NN` and returns its folder; the one there is, if there is one."""
    with store.lock():
        perform.refuse_if_waiting(store)
        ensure_branches(store)
        follow_main(store)
        branches = read_branches(store)
        if number not in branches.tips:
            raise Misuse(
                f"there is no stage {number:02}",
                f"There are stages 01 to {branches.last:02}; "
                "`./tessera new chapter` makes the next one.",
            )
        if (open_already := _checked_out(store, number)) is not None:
            return open_already
        target = new_folder(store, folder, f"stage-{number:02}")
        store.git.run("worktree", "add", "--quiet", str(target), f"stage/{number:02}")
        Worktree(target, branches.tips[number], None).mark.write_text(
            "made by ./tessera stage edit\n", encoding="utf-8"
        )
    return target


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
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Misuse(f"{target} exists already", "Name another folder, or remove that one.")
    return target


def explain(number: int, folder: Path) -> None:
    """What to do in the new worktree."""
    console.good(f"stage {number:02} is checked out in {folder}")
    console.out("  Change kernel/ or tests/unit/ there, `./tessera test` it, then:")
    console.out("    git commit --all --amend --no-edit")
    console.out("    ./tessera stage propagate")
