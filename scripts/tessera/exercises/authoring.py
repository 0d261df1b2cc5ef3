"""`exercise edit`: a worktree in which one side of an exercise can be changed."""
from __future__ import annotations

from pathlib import Path

from tessera import console
from tessera.errors import Misuse
from tessera.exercises import sides
from tessera.exercises.carrying import ref_of, rest_blob, rest_of
from tessera.exercises.sides import Side
from tessera.exercises.writing import checked_out
from tessera.stages import perform
from tessera.stages.branches import Branches, Worktree, ensure_branches, staged_trees
from tessera.stages.edit import new_folder
from tessera.stages.export import check_on_main
from tessera.stages.stack import compose
from tessera.stages.store import Store
from tessera.stages.sync import follow_main
from tessera.stages.tags import fixed_commit
from tessera.tree import Tree


def edit(tree: Tree, name: str, which: str, folder: Path | None) -> Path:
    """Opens a worktree on a side of an exercise; the one there is, if there is one."""
    store, side = Store(tree), _side(name, which)
    with store.lock():
        perform.refuse_if_waiting(store)
        check_on_main(store)
        ensure_branches(store)
        follow_main(store)
        branches = ensure_branches(store)
        if (there := checked_out(store, side)) is not None:
            return there
        target = new_folder(store, folder, f"{name.replace('/', '-')}-{which.replace('/', '-')}")
        if ref_of(side) not in branches.exercises:
            _make_branch(store, branches, side)
        branch = ref_of(side).removeprefix("refs/heads/")
        store.git.run("worktree", "add", "--quiet", str(target), branch)
        Worktree(target, "", None).mark.write_text("made by ./tessera exercise edit\n", "utf-8")
    return target


def _side(name: str, which: str) -> Side:
    """A side, or Misuse for what is none."""
    mutant = which.removeprefix(sides.MUTANTS)
    if which in (sides.STARTER, sides.SOLUTION) or (mutant != which and "/" not in mutant):
        return Side(name, which)
    raise Misuse(f"'{which}' is no side of an exercise", "Write starter, solution or mutants/NAME.")


def _make_branch(store: Store, branches: Branches, side: Side) -> None:
    """A commit with what the patch changes, on the stage as its branch has it."""
    tip = branches.tips.get(side.stage)
    if tip is None:
        raise Misuse(f"there is no stage {side.stage:02}")
    ground = staged_trees(store, {1: tip})[0]
    staged = sides.staged_tree(store, store.tree.root, side, ground)
    whole = compose(store.plumbing, f"{tip}^{{tree}}", [staged])[0]
    commit = fixed_commit(store, whole, f"{side.exercise}: {side.name}", tip)
    store.git.run("update-ref", ref_of(side), commit, "")
    store.git.run("update-ref", rest_of(side), rest_blob(store, side))


def explain(folder: Path) -> None:
    """What to do in the new worktree."""
    console.good(f"checked out in {folder}")
    console.out("  Change kernel/ or tests/unit/ there, then:")
    console.out("    git commit --all --amend --no-edit")
    console.out("  and, where main is checked out:")
    console.out("    ./tessera stage export --no-boot")
