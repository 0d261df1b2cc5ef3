"""`stage sync`: rebuild the stages from main's patches and put this author's edits back on them.

Each stage is merged by itself, three ways: what main did to it and what the author did to it, since
the two were last the same (`origin`). That needs no record of single edits, keeps whatever the
author resolved while propagating, and an edit that has landed disappears, because then both sides
made it.
"""
from __future__ import annotations

from tessera import console
from tessera.stages import perform
from tessera.stages.branches import (
    BASE,
    BRANCH,
    EXPORTED,
    ORIGIN,
    Branches,
    Tips,
    build_origin,
    check_propagated,
    ensure_branches,
    move_refs,
    read_branches,
    staged_trees,
    worktrees,
)
from tessera.stages.export import check_on_main
from tessera.stages.operation import Operation, Step
from tessera.stages.propagate import check_committed, exercise_steps, report
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store
from tessera.stages.tags import fixed_commit, source_of

#: How many commits of main that touch chapters/ are searched for the state that was exported.
_SEARCHED = 500


def sync(store: Store) -> None:
    """Brings the branches up to main. Stops with Conflict where the two changed the same lines."""
    with store.lock():
        perform.refuse_if_waiting(store)
        check_on_main(store)
        branches = settle(store, ensure_branches(store))
        check_propagated(branches)
        check_committed(store, branches)
        fresh = build_origin(store)
        if fresh == branches.origin:
            console.good(
                "the stages are those of HEAD, with your edits if you made any; nothing to sync"
            )
            return
        done = perform.begin(store, _plan(store, branches, fresh))
    report(done)


def follow_main(store: Store) -> None:
    """Moves branches without local edits to HEAD's stages; says so when there are edits to sync."""
    branches = settle(store, read_branches(store))
    fresh = build_origin(store)
    if fresh == branches.origin:
        return
    edited = branches.edited or staged_trees(store, branches.tips) != staged_trees(
        store, branches.origin
    )
    if edited or any((tree.branch or "").startswith(BRANCH) for tree in worktrees(store)):
        console.step("main has moved on: `./tessera stage sync` brings the stage branches up to it")
        return
    perform.begin(store, _plan(store, branches, fresh))
    console.step("moved the stage branches to HEAD's stages")


def settle(store: Store, branches: Branches) -> Branches:
    """If what was exported has landed, it is what main and the author last had in common."""
    if not branches.exported or not _landed(store, branches.exported):
        return branches
    after = Branches(branches.tips, branches.base, dict(branches.exported), {}, branches.exercises)
    move_refs(store, branches.refs(), after.refs())
    return after


def _landed(store: Store, exported: Tips) -> bool:
    """Whether HEAD, or a commit it stands on, holds exactly the exported stages."""
    patches = Stack.from_trees(store, staged_trees(store, exported)).patches
    blobs = [store.git.out("hash-object", "--stdin", stdin=patch) for patch in patches]
    commits = store.git.lines("rev-list", f"--max-count={_SEARCHED}", "HEAD", "--", "chapters/")
    return any(_patch_blobs(store, commit) == blobs for commit in commits)


def _patch_blobs(store: Store, commit: str) -> list[str]:
    """The ids of a commit's patches, in order."""
    entries = store.git.out("ls-tree", "-r", "-z", commit, "--", "chapters/").split("\0")
    return [
        entry.split()[2]
        for entry in sorted(entries, key=lambda e: e.partition("\t")[2])
        if entry.endswith("/stage.patch")
    ]


def _plan(store: Store, branches: Branches, fresh: Tips) -> Operation:
    """A step for each stage, then the exercises."""
    count = max(len(fresh), len(branches.tips) if len(branches.tips) > len(branches.origin) else 0)
    steps = _stage_steps(store, branches, fresh, count)
    tips = {number: branches.tips.get(number, "") for number in range(1, count + 1)}
    steps += exercise_steps(store, branches, tips, every=True)
    gone = {
        f"{prefix}{n:02}": None for n in branches.tips if n > count for prefix in (BRANCH, BASE)
    }
    gone |= {f"{ORIGIN}{n:02}": None for n in branches.origin} | {
        f"{EXPORTED}{n:02}": None for n in branches.exported
    }
    origin = {f"{ORIGIN}{n:02}": commit for n, commit in fresh.items()}
    return Operation("sync", branches.refs(), {}, steps, settled={**gone, **origin})


def _stage_steps(store: Store, branches: Branches, fresh: Tips, count: int) -> list[Step]:
    """How each stage comes about: main's, the author's, or a merge of both."""
    source, _ = source_of(store)
    bases, ours, theirs = (
        _full_trees(store, source, tips, count) for tips in (branches.origin, fresh, branches.tips)
    )
    steps, same_so_far = [], True
    for number, base, our, their in zip(range(1, count + 1), bases, ours, theirs):
        name = f"{BRANCH}{number:02}"
        same_so_far = same_so_far and number in fresh and their in (base, our)
        if same_so_far:
            steps.append(Step("set", name, fresh[number]))
            continue
        message = store.git.out(
            "log", "-1", "--format=%B", branches.tips.get(number) or fresh[number]
        )
        base_commit = fixed_commit(store, base, "What both started from")
        change = fixed_commit(store, their, message, base_commit)
        onto = fixed_commit(store, our, "What main has")
        parent = f"{BRANCH}{number - 1:02}" if number > 1 else f"{fresh[1]}^" if fresh else ""
        steps.append(Step("pick", name, onto, upstream=change, parent=parent, message=message))
    return steps


def _full_trees(store: Store, source: str, tips: Tips, count: int) -> list[str]:
    """One side's stages with HEAD's other files. Past its end a side counts as its last stage."""
    staged = staged_trees(store, tips) or [store.empty_tree]
    staged = (staged + [staged[-1]] * count)[:count]
    return compose(store.plumbing, f"{source}^{{tree}}", staged)
