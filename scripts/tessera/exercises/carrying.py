"""The sides of exercises as branches of the stage stack, `exercise/NN/ID/SIDE`.

At rest they are patches. They become branches when an author edits one, or when their stage moves
and they have to move along; an export writes them back and lets go of the branches. Until then
`refs/tessera/exercise/…` names the patch that a branch was made from.
"""
from __future__ import annotations

from tessera.exercises import sides
from tessera.exercises.sides import Side
from tessera.stages.branches import BRANCH, EXERCISE, Branches
from tessera.stages.checkout import snapshot
from tessera.stages.operation import Step
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store
from tessera.stages.tags import fixed_commit

#: Where a branch came from: the blob of the patch at rest.
REST = "refs/tessera/exercise/"


def ref_of(side: Side) -> str:
    """The branch of a side, by its full name."""
    return f"{EXERCISE}{side.exercise}/{side.name}"


def rest_of(side: Side) -> str:
    """The ref that names the patch which a branch came from."""
    return f"{REST}{side.exercise}/{side.name}"


def side_of(ref: str) -> Side | None:
    """The side that a branch (by its full name) is; None for stages and an author's own branches."""
    if not ref.startswith(EXERCISE):
        return None
    chapter, _, rest = ref.removeprefix(EXERCISE).partition("/")
    exercise, _, name = rest.partition("/")
    known = name in (sides.STARTER, sides.SOLUTION) or name.startswith(sides.MUTANTS)
    return Side(f"{chapter}/{exercise}", name) if known and len(chapter) == 2 else None


def resting_steps(store: Store, branches: Branches, moving: set[int]) -> list[Step]:
    """A step for each side that has no branch, of the stages that move. Only where the move
    touches the side's own files does it come to a rebase, and so to a branch."""
    root = store.tree.root
    resting = [
        side
        for side in sides.at_rest(root)
        if side.stage in moving and ref_of(side) not in branches.exercises
    ]
    if not resting:
        return []
    stack = Stack.in_folder(store, root)
    grounds = {side.stage: stack.tree(side.stage) for side in resting}
    staged = [sides.staged_tree(store, root, side, grounds[side.stage]) for side in resting]
    trees = compose(store.plumbing, snapshot(store), [*grounds.values(), *staged])
    below = {
        number: fixed_commit(store, tree, f"Stage {number:02}")
        for number, tree in zip(grounds, trees)
    }
    return [
        _step(store, side, tree, below[side.stage])
        for side, tree in zip(resting, trees[len(grounds) :])
    ]


def _step(store: Store, side: Side, tree: str, ground: str) -> Step:
    """The step that takes a side along: from its stage as it was, `ground`, to as it will be."""
    tip = fixed_commit(store, tree, f"{side.exercise}: {side.name}", ground)
    onto = f"{BRANCH}{side.stage:02}"
    return Step("resting", ref_of(side), onto, upstream=ground, tip=tip)


def rest_blob(store: Store, side: Side) -> str:
    """The patch of a side as it is in the work tree now, as a blob; that of no text if there is
    none."""
    file = store.tree.root / side.path
    return sides.blob(store, file.read_bytes() if file.exists() else b"")


def exercise_branches(branches: Branches) -> dict[Side, str]:
    """The branches that are sides of exercises, each with its commit."""
    found = {side_of(ref): commit for ref, commit in branches.exercises.items()}
    return {side: commit for side, commit in found.items() if side is not None}
