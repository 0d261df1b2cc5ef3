"""The way back: branches of exercises into patches."""
from __future__ import annotations

from pathlib import Path

from tessera.errors import Failure
from tessera.exercises import sides
from tessera.exercises.carrying import exercise_branches, ref_of, rest_blob, rest_of
from tessera.exercises.sides import Side
from tessera.stages.branches import Branches, worktrees
from tessera.stages.patch import write_patch
from tessera.stages.stack import Stack, staged_part
from tessera.stages.store import Store, write_whole


def checked_out(store: Store, side: Side) -> Path | None:
    """Where a side is checked out, if anywhere."""
    store.git.run("worktree", "prune")
    return next((tree.path for tree in worktrees(store) if tree.branch == ref_of(side)), None)


def export(store: Store, branches: Branches, stack: Stack) -> list[str]:
    """Writes the patch of every side that has a branch; lets go of those that nobody has open."""
    written = []
    for side, commit in exercise_branches(branches).items():
        patch = _patch(store, branches, stack, side, commit)
        _check_not_lost(store, side, patch)
        written += _write(store.tree.root / side.path, patch, side.path)
        if checked_out(store, side) is None:
            store.git.run("update-ref", "-d", ref_of(side), commit)
            store.git.run("update-ref", "-d", rest_of(side))
        else:
            store.git.run("update-ref", rest_of(side), rest_blob(store, side))
    return written


def _patch(store: Store, branches: Branches, stack: Stack, side: Side, commit: str) -> bytes:
    """What a side's branch changes in its stage."""
    ground = branches.tips.get(side.stage, "")
    if not ground or not store.git.ok("merge-base", "--is-ancestor", ground, commit):
        raise Failure(
            f"the branch of {side.exercise}, {side.name}, does not stand on its stage",
            "`./tessera stage propagate` first.",
        )
    staged = staged_part(store.plumbing, [commit])[0]
    return write_patch(store.plumbing, stack.tree(side.stage), staged)


def _check_not_lost(store: Store, side: Side, patch: bytes) -> None:
    """Refuses to overwrite a patch that has changed since the branch was made from it."""
    came_from = store.git.resolve(rest_of(side))
    now = rest_blob(store, side)
    if came_from is not None and now not in (came_from, sides.blob(store, patch)):
        raise Failure(
            f"{side.path} is not what its branch was made from",
            f"Somebody else has changed it. `git branch -D {ref_of(side)[len('refs/heads/'):]}` "
            "gives your change up; then edit it anew.",
        )


def _write(file: Path, patch: bytes, name: str) -> list[str]:
    """Writes a patch, or deletes it where nothing differs. Returns what has changed."""
    if not patch:
        existed = file.exists()
        file.unlink(missing_ok=True)
        return [f"{name} (removed)"] if existed else []
    if file.exists() and file.read_bytes() == patch:
        return []
    write_whole(file, patch)
    return [name]
