"""`stage propagate`: carry the changes of edited stages into later ones and the exercises."""
from __future__ import annotations

from tessera import console
from tessera.errors import Failure
from tessera.exercises.carrying import resting_steps, side_of
from tessera.stages import perform
from tessera.stages.branches import (
    BRANCH,
    EXERCISE,
    Branches,
    Tips,
    check_only_staged,
    ensure_branches,
    worktrees,
)
from tessera.stages.operation import Operation, Step, short
from tessera.stages.store import Store


def propagate(store: Store) -> None:
    """Rebases what stands on edited stages. Stops with Conflict where a change does not fit."""
    with store.lock():
        perform.refuse_if_waiting(store)
        branches = ensure_branches(store)
        check_committed(store, branches)
        check_only_staged(store, branches)
        steps = stage_steps(branches, branches.tips) + exercise_steps(
            store, branches, branches.tips
        )
        if not steps and not branches.edited:
            console.good("every stage stands on the one before it; nothing to propagate")
            return
        done = perform.begin(
            store, Operation("propagate", branches.refs(), stage_refs(branches.tips), steps)
        )
    report(done)


def proceed(store: Store, kind: str, *, give_up: bool) -> None:
    """`--continue` and `--abort` of any operation."""
    with store.lock():
        if give_up:
            perform.abort(store, kind)
            console.good(f"{kind} given up; every branch is where it was")
            return
        done = perform.resume(store, kind)
    report(done)


def report(done: Operation) -> None:
    """Says which branches have moved."""
    names = [
        name
        for name in sorted(done.after)
        if name.startswith((BRANCH, EXERCISE)) and done.before.get(name) != done.after[name]
    ]
    moved = [short(name) for name in names if side_of(name) is None]
    moved += ["and the exercises on them"] if len(moved) < len(names) else []
    console.good(
        f"{done.kind}: moved {', '.join(moved)}" if moved else f"{done.kind}: no branch had to move"
    )
    console.step("`./tessera stage export` writes patches, kernel/ and tests/unit/")


def stage_refs(tips: Tips) -> dict[str, str]:
    """Branch names for stages."""
    return {f"{BRANCH}{number:02}": commit for number, commit in tips.items()}


def stage_steps(branches: Branches, tips: Tips) -> list[Step]:
    """One rebase from each edited stage up to the next edited one, the last up to the end.

    The rebase takes along the branches in between (`--update-refs`), and it ends on the next edited
    stage, whose author's version is then the ground for what follows.
    """
    edited = [
        number
        for number in sorted(tips)
        if tips[number] != branches.base.get(number) and number in branches.base
    ]
    last = max(tips, default=0)
    steps = []
    for number, following in zip(edited, [*edited[1:], last]):
        if number < following:
            onto, branch = f"{BRANCH}{number:02}", f"{BRANCH}{following:02}"
            steps.append(Step("rebase", branch, onto, upstream=branches.base[number]))
    return steps


def exercise_steps(
    store: Store, branches: Branches, tips: Tips, *, every: bool = False
) -> list[Step]:
    """One rebase for each exercise whose stage moves; for all those that are branches, if so
    wanted. One at rest may become a branch by it, which the next export writes back."""
    edited = [number for number in tips if tips[number] != branches.base.get(number)]
    steps = []
    for name, commit in sorted(branches.exercises.items()):
        number = exercise_stage(name)
        if number not in tips or not (every or any(number >= moved for moved in edited)):
            continue
        if (ground := _ground(store, branches, number, commit)) is None:
            console.step(f"{short(name)} does not start at stage/{number:02}; left alone")
            continue
        steps.append(Step("exercise", name, f"{BRANCH}{number:02}", upstream=ground, tip=commit))
    moving = _moving(branches, tips, edited, every)
    return steps + resting_steps(store, branches, moving)


def _moving(branches: Branches, tips: Tips, edited: list[int], every: bool) -> set[int]:
    """The stages that will be others than the patches at rest make them."""
    if every:  # a sync: main's stages are at rest; on top of them come the author's edits
        edited = [n for n in branches.tips if branches.tips[n] != branches.origin.get(n)]
    return {n for n in tips if edited and n >= min(edited)}


def exercise_stage(name: str) -> int:
    """The stage of an exercise branch, `refs/heads/exercise/NN/ID`; 0 when it names none."""
    number = name.removeprefix(EXERCISE).split("/")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _ground(store: Store, branches: Branches, number: int, commit: str) -> str | None:
    """The commit of its stage that an exercise branch starts at."""
    for ground in (branches.tips.get(number), branches.base.get(number)):
        if ground and store.git.ok("merge-base", "--is-ancestor", ground, commit):
            return ground
    return None


def check_committed(store: Store, branches: Branches) -> None:
    """An edit that is not committed would be left out without a word."""
    for tree in worktrees(store):
        if (
            tree.branch in branches.refs()
            and not tree.gone
            and tree.mark.exists()
            and not tree.clean
        ):
            raise Failure(
                f"{tree.path} holds changes that are not committed",
                f"`git -C {tree.path} commit --all --amend --no-edit`, or stash them.",
            )
