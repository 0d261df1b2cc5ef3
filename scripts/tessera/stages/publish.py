"""Publishing an operation: all refs of the stage stack move at once, worktrees along with them."""
from __future__ import annotations

from pathlib import Path

from tessera import console
from tessera.errors import Failure
from tessera.git import GitError
from tessera.stages.branches import (
    BASE,
    BRANCH,
    EXERCISE,
    Worktree,
    move_refs,
    read_branches,
    worktrees,
)
from tessera.stages.operation import Operation, forget, short
from tessera.stages.store import Store
from tessera.stages.workshop import Workshop


def publish(store: Store, operation: Operation) -> Operation:
    """Brings the objects over, lets go of the branches in worktrees, moves all refs at once."""
    check_worktrees(store, operation)
    before = operation.before
    moved = [tip for name, tip in operation.after.items() if before.get(name) != tip]
    Workshop(store).hand_over(moved, list(before.values()))
    held = _affected(store, operation)
    operation.detached = [[str(tree.path), tree.branch] for tree in held if tree.branch]
    operation.phase = "publishing"
    operation.save(store)
    return finish(store, operation)


def finish(store: Store, operation: Operation) -> Operation:
    """Moves the refs. May be called again after an interruption: what is done is not done twice."""
    if read_branches(store).refs() != operation.after:
        for path, _ in operation.detached:
            if not (tree := Worktree(Path(path), "", None)).gone:
                tree.git.run("checkout", "--quiet", "--detach")
        try:
            move_refs(store, operation.before, operation.after)
        except GitError as error:
            attach(store, operation)
            operation.phase = "waiting"
            operation.save(store)
            raise Failure(
                "a stage branch has been moved in the meantime, so nothing was published",
                f"`./tessera stage {operation.kind} --abort`, then start again; "
                "rerere remembers what you have resolved.",
            ) from error
    attach(store, operation)
    forget(store)
    return operation


def attach(store: Store, operation: Operation) -> None:
    """Puts worktrees back on their branches; one that was edited meanwhile stays as it is."""
    for path, branch in operation.detached:
        tree = Worktree(Path(path), "", None)
        if not tree.gone and not tree.git.ok("checkout", "--quiet", short(branch)):
            console.step(f"{path} holds changes and was left on the former {short(branch)}")


def _affected(store: Store, operation: Operation) -> list[Worktree]:
    """The worktrees on branches that the operation moves."""
    if operation.after:
        names = operation.before.keys() | operation.after.keys()
        moving = {name for name in names if operation.after.get(name) != operation.before.get(name)}
    else:
        moving = _to_be_moved(operation)
    return [tree for tree in worktrees(store) if tree.branch in moving and not tree.gone]


def _to_be_moved(operation: Operation) -> set[str]:
    """The branches that an operation will move, as far as can be told beforehand."""
    before, start = operation.before, operation.start
    real = [
        step
        for step in operation.steps
        if (step.kind, before.get(step.branch)) != ("set", step.onto)
    ]
    moving = {step.branch for step in real}
    moving |= {name for name in start if start[name] != before.get(name)}
    edited = [name for name in start if start[name] != before.get(BASE + name.removeprefix(BRANCH))]
    return moving | {name for name in start if edited and name > min(edited)}


def check_worktrees(store: Store, operation: Operation) -> None:
    """Refuses when a branch that has to move is checked out where we may not touch it."""
    for tree in _affected(store, operation):
        what = short(tree.branch or "")
        if not tree.mark.exists() and not (tree.branch or "").startswith(EXERCISE):
            raise Failure(
                f"{what} is checked out in {tree.path}, not by `./tessera stage edit`",
                f"`git -C {tree.path} checkout --detach` lets go of the branch; "
                "nothing there changes.",
            )
        if not tree.clean:
            raise Failure(
                f"{tree.path} holds changes to {what} that are not committed",
                f"`git -C {tree.path} commit --all --amend --no-edit`, or stash them.",
            )
