"""Working an operation out, step by step, in the workshop."""
from __future__ import annotations

from tessera.errors import Failure
from tessera.git import require
from tessera.stages.branches import BASE, BRANCH
from tessera.stages.operation import Conflict, Operation, Step, forget, load, short
from tessera.stages.publish import attach, check_worktrees, finish, publish
from tessera.stages.stack import staged_part
from tessera.stages.store import Store
from tessera.stages.workshop import Workshop


def refuse_if_waiting(store: Store) -> None:
    """Stops when an operation waits for its author. Finishes one that was being published."""
    pending = load(store)
    if pending is None or pending.phase == "working":
        return
    if pending.phase == "publishing":
        finish(store, pending)
        return
    raise Failure(
        f"`./tessera stage {pending.kind}` waits for you to resolve a conflict",
        f"Resolve it in {store.home / 'workshop'}, then "
        f"`./tessera stage {pending.kind} --continue`, or give it up with `--abort`.",
    )


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
        # It was interrupted, not stopped by a conflict: do it again.
        operation.at, operation.phase = 0, "working"
        return begin(store, operation)
    if operation.at < len(operation.steps):
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
        attach(store, operation)
    forget(store)


def _waiting(store: Store, kind: str) -> Operation:
    """The unfinished operation, which must be of this kind."""
    operation = load(store)
    if operation is None:
        raise Failure(f"no {kind} is under way")
    if operation.kind != kind:
        raise Failure(
            f"it is a {operation.kind} that is under way",
            f"`./tessera stage {operation.kind} --continue` or `--abort`.",
        )
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
        raise Failure(
            f"nothing was absorbed: carried forward, the change gives another "
            f"{' and '.join(names)} than you have here",
            "Name the stage it is meant for with `--into NN`, or use `./tessera stage edit`.",
        )


def _perform(shop: Workshop, step: Step) -> bool:
    """Does one step; False when it has stopped at a conflict."""
    branch = short(step.branch)
    if step.kind == "rebase":
        return shop.rebase(branch, step.upstream, step.onto, update_refs=True)
    if step.kind == "resting" and not shop.concerns(step.upstream, step.onto, step.tip):
        return True  # its patch fits as it is
    if step.kind in ("exercise", "resting"):
        shop.git.run("update-ref", step.branch, step.tip)
        return shop.rebase(branch, step.upstream, step.onto, update_refs=False)
    if step.kind == "pick":
        return shop.pick(step.upstream, step.onto)
    shop.git.run("update-ref", step.branch, step.onto)
    return True


def _conclude(store: Store, shop: Workshop, step: Step) -> None:
    """After a step: checks it, and for a merge makes the commit of the new chain."""
    if step.kind == "pick":
        parent = ["-p", shop.git.out("rev-parse", step.parent)] if step.parent else []
        tree = shop.git.out("rev-parse", "HEAD^{tree}")
        commit = shop.git.out("commit-tree", tree, *parent, "-m", step.message)
        shop.git.run("update-ref", step.branch, commit)
    elif step.kind == "resting" and shop.git.resolve(step.branch) is None:
        return
    elif step.kind != "set" and not shop.stands_on(step.branch, step.onto):
        raise Failure(
            f"{short(step.branch)} was not rebased: the rebase was ended by hand",
            "`--abort`, then start again; rerere remembers what you have resolved.",
        )


def _result(shop: Workshop, operation: Operation) -> dict[str, str]:
    """All refs of the stage stack as they will be."""
    made = shop.branches()
    after = {
        name: tip for name, tip in operation.before.items() if not name.startswith((BRANCH, BASE))
    }
    after |= made
    stages = {name: tip for name, tip in made.items() if name.startswith(BRANCH)}
    after |= {BASE + name.removeprefix(BRANCH): tip for name, tip in stages.items()}
    for name, commit in operation.settled.items():
        after.pop(name, None)
        if commit is not None:
            after[name] = commit
    return after


def _conflict(shop: Workshop, operation: Operation, step: Step) -> Conflict:
    """What the author must know: which stage, which files, where, and how to go on."""
    files = ", ".join(sorted(shop.conflicts()))
    branch = _place(shop, operation, step)
    return Conflict(
        f"{short(branch)} conflicts in {files}",
        f"Resolve it in {shop.folder}, then `./tessera stage {operation.kind} --continue`.\n"
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
