"""One change to the whole stack: worked out in the workshop, published in one transaction.

An operation is a list of steps. When a step meets a conflict, the operation waits: what is left is
written down in `.git/tessera/operation.json`, the author resolves, and `--continue` goes on. Until
the end no ref of the clone has moved, so `--abort` has nothing to undo, and an operation that was
interrupted anywhere else is simply worked out again.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tessera import console
from tessera.errors import Failure
from tessera.git import GitError, require
from tessera.stages.branches import BASE, BRANCH, EXERCISE, Worktree, move_refs, read_branches, worktrees
from tessera.stages.stack import staged_part
from tessera.stages.store import Store
from tessera.stages.workshop import Workshop

_FILE = "operation.json"


class Conflict(Failure):
    """An operation waits for its author. `stage` is whose change does not fit, unless it is an exercise's."""

    def __init__(self, message: str, hint: str, stage: int | None) -> None:
        super().__init__(message, hint)
        self.stage = stage


@dataclass
class Step:
    """One thing to do in the workshop. Commits may be named by refs of the workshop."""

    kind: str  # "rebase", "exercise", "pick" or "set"
    branch: str  # the full name of the ref that it moves
    onto: str  # rebase: where to; pick: the commit that receives the change; set: the new commit
    upstream: str = ""  # rebase: what the branch stood on; pick: the commit whose change is merged
    parent: str = ""  # pick: the parent of the result
    message: str = ""  # pick: the result's message
    tip: str = ""  # exercise: where the branch is now


@dataclass
class Operation:
    """What is being done, and how far it has come."""

    kind: str  # "propagate", "sync" or "absorb"
    before: dict[str, str]  # every ref of the stage stack, as it was
    start: dict[str, str]  # the refs of the workshop at the start
    steps: list[Step] = field(default_factory=list)
    settled: dict[str, str | None] = field(default_factory=dict)  # refs that end up so whatever the steps do
    at: int = 0
    phase: str = "working"  # then "waiting" at each conflict, and "publishing"
    after: dict[str, str] = field(default_factory=dict)
    expected: str = ""  # absorb: the staged paths that the last stage must come to
    detached: list[list[str]] = field(default_factory=list)  # worktrees to be put back on their branches

    def save(self, store: Store) -> None:
        """Writes down how far it has come."""
        store.save(_FILE, asdict(self))


def load(store: Store) -> Operation | None:
    """The operation that is not finished, if any."""
    data: dict[str, Any] = store.load(_FILE)
    if not data:
        return None
    return Operation(**{**data, "steps": [Step(**step) for step in data["steps"]]})


def refuse_if_waiting(store: Store) -> None:
    """Stops when an earlier operation waits for its author. Finishes one that was being published."""
    pending = load(store)
    if pending is None or pending.phase == "working":
        return
    if pending.phase == "publishing":
        finish(store, pending)
        return
    raise Failure(f"`./tessera stage {pending.kind}` waits for you to resolve a conflict",
                  f"Resolve it in {store.home / 'workshop'}, then `./tessera stage {pending.kind} --continue`, "
                  "or give it up with `--abort`.")


def begin(store: Store, operation: Operation) -> Operation:
    """Works an operation out and publishes it."""
    require(2, 38, "moving a stack of branches (`git rebase --update-refs`)")
    check_worktrees(store, operation)
    shop = Workshop(store)
    operation.save(store)
    shop.open(operation.start)
    return _run(store, shop, operation)


def resume(store: Store, kind: str) -> Operation:
    """`--continue`: goes on with the operation that waits."""
    operation, shop = _waiting(store, kind), Workshop(store)
    if operation.phase == "publishing":
        return finish(store, operation)
    if operation.phase == "working" or not shop.git_dir.exists():
        operation.at, operation.phase = 0, "working"  # it was interrupted, not stopped by a conflict: do it again
        return begin(store, operation)
    step = operation.steps[operation.at]
    if not shop.resume():
        raise _conflict(shop, operation, step)
    _conclude(store, shop, step)
    operation.at, operation.phase = operation.at + 1, "working"
    return _run(store, shop, operation)


def abort(store: Store, kind: str) -> None:
    """`--abort`: forgets the operation. No ref has moved, so there is nothing to put back."""
    operation = _waiting(store, kind)
    if operation.phase == "publishing":
        _attach(store, operation)
    forget(store)


def forget(store: Store) -> None:
    """Clears the workshop and the note of what was under way."""
    (store.home / _FILE).unlink(missing_ok=True)
    Workshop(store).close()


def _waiting(store: Store, kind: str) -> Operation:
    """The unfinished operation, which must be of this kind."""
    operation = load(store)
    if operation is None:
        raise Failure(f"no {kind} is under way")
    if operation.kind != kind:
        raise Failure(f"it is a {operation.kind} that is under way",
                      f"`./tessera stage {operation.kind} --continue` or `--abort`.")
    return operation


def _run(store: Store, shop: Workshop, operation: Operation) -> Operation:
    """Does the steps that are left, then publishes."""
    while operation.at < len(operation.steps):
        step = operation.steps[operation.at]
        operation.save(store)
        if not _perform(shop, step):
            operation.phase = "waiting"
            operation.save(store)
            raise _conflict(shop, operation, step)
        _conclude(store, shop, step)
        operation.at += 1
    _check_expected(store, shop, operation)
    operation.after = _result(shop, operation)
    return publish(store, operation)


def _check_expected(store: Store, shop: Workshop, operation: Operation) -> None:
    """Refuses a result whose last stage is not, to the byte, what it had to be."""
    if not operation.expected:
        return
    last = max(name for name in operation.start if name.startswith(BRANCH))
    made = staged_part(shop.git, [last])[0]
    if made != operation.expected:
        names = shop.git.lines("diff-tree", "-r", "--name-only", operation.expected, made)
        raise Failure(f"nothing was absorbed: carried forward, the change gives another {' and '.join(names)} than you have here",
                      "Name the stage it is meant for with `--into NN`, or use `./tessera stage edit` there.")


def _perform(shop: Workshop, step: Step) -> bool:
    """Does one step; False when it has stopped at a conflict."""
    branch = step.branch.removeprefix("refs/heads/")
    if step.kind == "rebase":
        return shop.rebase(branch, step.upstream, step.onto, update_refs=True)
    if step.kind == "exercise":
        shop.git.run("update-ref", step.branch, step.tip)
        return shop.rebase(branch, step.upstream, step.onto, update_refs=False)
    if step.kind == "pick":
        return shop.pick(step.upstream, step.onto)
    shop.git.run("update-ref", step.branch, step.onto)
    return True


def _conclude(store: Store, shop: Workshop, step: Step) -> None:
    """After a step: checks it, and for a merge makes the commit of the new chain."""
    if step.kind == "pick":
        parent = [item for name in [step.parent] if name for item in ("-p", shop.git.out("rev-parse", name))]
        tree = shop.git.out("rev-parse", "HEAD^{tree}")
        commit = shop.git.out("commit-tree", tree, *parent, "-m", step.message)
        shop.git.run("update-ref", step.branch, commit)
    elif step.kind != "set" and not shop.git.ok("merge-base", "--is-ancestor", step.onto, step.branch):
        raise Failure(f"{_short(step.branch)} was not rebased: the rebase was ended by hand",
                      "`--abort`, then start again; rerere remembers what you have resolved.")


def _result(shop: Workshop, operation: Operation) -> dict[str, str]:
    """All refs of the stage stack as they will be."""
    made = dict(line.split() for line in shop.git.lines("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"))
    after = {name: commit for name, commit in operation.before.items() if not name.startswith((BRANCH, BASE))}
    after |= made
    after |= {BASE + name.removeprefix(BRANCH): commit for name, commit in made.items() if name.startswith(BRANCH)}
    for name, commit in operation.settled.items():
        after.pop(name, None)
        if commit is not None:
            after[name] = commit
    return after


def publish(store: Store, operation: Operation) -> Operation:
    """Brings the objects over, lets go of the branches in worktrees, moves all refs at once."""
    check_worktrees(store, operation)
    moved = [commit for name, commit in operation.after.items() if operation.before.get(name) != commit]
    Workshop(store).hand_over(moved, list(operation.before.values()))
    operation.detached = [[str(tree.path), tree.branch] for tree in _affected(store, operation) if tree.branch]
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
            _attach(store, operation)
            operation.phase = "waiting"
            operation.save(store)
            raise Failure("a stage branch has been moved in the meantime, so nothing was published",
                          f"`./tessera stage {operation.kind} --abort`, then start again; "
                          "rerere remembers what you have resolved.") from error
    _attach(store, operation)
    forget(store)
    return operation


def _attach(store: Store, operation: Operation) -> None:
    """Puts worktrees back on their branches. One that was edited this very moment stays as it is."""
    for path, branch in operation.detached:
        tree = Worktree(Path(path), "", None)
        if not tree.gone and not tree.git.ok("checkout", "--quiet", branch.removeprefix("refs/heads/")):
            console.step(f"{path} holds changes and was left on the former {_short(branch)}")


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
    moving = {step.branch for step in operation.steps if step.kind != "set" or before.get(step.branch) != step.onto}
    moving |= {name for name in start if start[name] != before.get(name)}
    edited = [name for name in start if start[name] != before.get(BASE + name.removeprefix(BRANCH))]
    return moving | {name for name in start if edited and name > min(edited)}


def check_worktrees(store: Store, operation: Operation) -> None:
    """Refuses when a branch that has to move is checked out where we may not touch it."""
    for tree in _affected(store, operation):
        what = _short(tree.branch or "")
        if not tree.mark.exists() and not (tree.branch or "").startswith(EXERCISE):
            raise Failure(f"{what} is checked out in {tree.path}, which `./tessera stage edit` did not make",
                          f"`git -C {tree.path} checkout --detach` lets go of the branch; nothing there changes.")
        if not tree.clean:
            raise Failure(f"{tree.path} holds changes to {what} that are not committed",
                          f"`git -C {tree.path} commit --all --amend --no-edit`, or stash them.")


def _conflict(shop: Workshop, operation: Operation, step: Step) -> Conflict:
    """What the author must know: which stage, which files, where, and how to go on."""
    files = ", ".join(sorted(shop.conflicts()))
    branch = _place(shop, operation, step)
    return Conflict(
        f"{_short(branch)} conflicts in {files}",
        f"Resolve it in {shop.folder}, then `./tessera stage {operation.kind} --continue`.\n         "
        f"Nothing has moved so far; `./tessera stage {operation.kind} --abort` gives it up.",
        int(branch[-2:]) if branch.startswith(BRANCH) else None,
    )


def _place(shop: Workshop, operation: Operation, step: Step) -> str:
    """The branch whose own change does not fit."""
    picking = shop.picking()
    if step.kind == "rebase" and picking:
        for name, tip in sorted(operation.start.items()):
            if name.startswith(BRANCH) and shop.git.ok("merge-base", "--is-ancestor", picking, tip):
                return name
    return step.branch


def _short(name: str) -> str:
    """A branch as people call it."""
    return name.removeprefix("refs/heads/")
