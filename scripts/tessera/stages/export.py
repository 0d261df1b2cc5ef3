"""`stage export`: write the stages back as patches, kernel/ and tests/unit/, and boot them."""
from __future__ import annotations

from pathlib import Path
from typing import Iterable

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.exercises import writing as exercises
from tessera.stages import boots, perform
from tessera.stages.branches import (
    EXPORTED,
    Branches,
    check_propagated,
    ensure_branches,
    move_refs,
    staged_trees,
)
from tessera.stages.checkout import staged_snapshot
from tessera.stages.stack import Stack, patch_path, patches_in_folder
from tessera.stages.store import Store, write_whole
from tessera.stages.tags import source_of
from tessera.tree import STAGED_PATHS


def export(store: Store, *, accept: bool = False, boot: bool = True) -> bool:
    """Writes back all stages. True when no golden log differs, or the differences were accepted."""
    with store.lock():
        perform.refuse_if_waiting(store)
        check_on_main(store)
        branches = ensure_branches(store)
        check_exportable(store, branches)
        stack = Stack.from_trees(store, staged_trees(store, branches.tips))
        head = Stack.at(store)
        check_nothing_lost(store, branches, head, stack)
        changed = [
            n
            for n in range(1, len(stack) + 1)
            if n > len(head) or stack.trees[n - 1] != head.trees[n - 1]
        ]
        written = write_back(store, stack)
        remember(store, branches)
        written += exercises.export(store, branches, stack)
    for name in written:
        console.step(f"wrote {name}")
    console.good(_summary(changed, written))
    hint = "If the new logs are right, `./tessera stage export --accept` records them."
    return not boot or boots.check(store.tree, changed, hint, accept=accept)


def _summary(changed: list[int], written: list[str]) -> str:
    """What an export came to."""
    stages = ", ".join(f"{number:02}" for number in changed)
    if not written:
        return "everything was exported already" + (
            f"; stages {stages} differ from HEAD" if changed else ""
        )
    return f"exported; stages that differ from HEAD: {stages or 'none'}"


def check_on_main(store: Store) -> None:
    """The patches live on main; in a worktree of a stage they would land in the wrong place."""
    _, on_stage = source_of(store)
    if on_stage:
        raise Misuse(
            "this work tree stands on a stage, not on main",
            "Run it where main is checked out (`git worktree list` tells where that is).",
        )


def check_exportable(store: Store, branches: Branches) -> None:
    """The stages must stand on each other, and on what main has now."""
    check_propagated(branches)
    head = list(Stack.at(store).trees)
    if head not in (staged_trees(store, branches.origin), staged_trees(store, branches.exported)):
        raise Failure(
            "main's stages have changed since these branches were made from them",
            "`./tessera stage sync` puts your edits on them; an export now would undo what landed.",
        )


def check_nothing_lost(store: Store, branches: Branches, head: Stack, stack: Stack) -> None:
    """Refuses to overwrite what is nowhere else: edits to the final kernel, or to a patch."""
    now = staged_snapshot(store)
    exported = staged_trees(store, branches.exported)
    known = {*stack.trees, *head.trees, *exported}
    if now not in known:
        last = stack.trees[-1] if stack.trees else store.empty_tree
        names = store.plumbing.lines("diff-tree", "-r", "--name-only", last, now)
        raise Failure(
            f"the work tree has changes that are in no stage: {_few(names)}",
            "`./tessera stage absorb` puts them into the stages they belong to; "
            "`git checkout HEAD -- kernel tests/unit` drops them.",
        )
    previous = Stack.from_trees(store, exported).patches
    for number, patch in enumerate(_present_patches(store.tree.root), start=1):
        if not any(
            patch in side[number - 1 : number] for side in (head.patches, stack.patches, previous)
        ):
            raise Failure(
                f"{patch_path(number)} has been edited by hand",
                f"`git checkout HEAD -- {patch_path(number)}` drops that; "
                "the stage's branch is the place to edit.",
            )


def _present_patches(root: Path) -> list[bytes]:
    """The patches on disk; none when one is missing, since then there is nothing to lose."""
    try:
        return patches_in_folder(root)
    except Failure:
        return []


def write_back(store: Store, stack: Stack) -> list[str]:
    """Writes what differs: patches and staged files. Returns their names."""
    written = []
    root = store.tree.root
    for number, patch in enumerate(stack.patches, start=1):
        file = root / patch_path(number)
        if not file.exists() or file.read_bytes() != patch:
            write_whole(file, patch)
            written.append(patch_path(number))
    for file in root.glob("chapters/[0-9][0-9]/stage.patch"):
        if int(file.parent.name) > len(stack):
            file.unlink()
            written.append(f"{file.relative_to(root)} (removed)")
    return written + _write_staged(store, stack.trees[-1] if stack.trees else store.empty_tree)


def _write_staged(store: Store, tree: str) -> list[str]:
    """Makes the staged paths of the work tree those of `tree`, touching only files that differ."""
    now = staged_snapshot(store)
    entries = store.plumbing.out(
        "diff-tree", "-r", "-z", "--no-renames", "--name-status", now, tree
    ).split("\0")
    changes = list(zip(entries[1::2], entries[0::2]))
    with store.scratch_index() as index:
        git = store.with_index(index, store.tree.root)
        git.run("read-tree", tree)
        kept = [name for name, status in changes if status != "D"]
        _remove(store.tree.root, [name for name, status in changes if status == "D"])
        git.run(
            "checkout-index",
            "--force",
            "-z",
            "--stdin",
            stdin="".join(f"{name}\0" for name in kept).encode(),
        )
    return [name if status != "D" else f"{name} (removed)" for name, status in changes]


def _remove(root: Path, names: Iterable[str]) -> None:
    """Deletes files, and folders that this leaves empty."""
    for name in names:
        (root / name).unlink(missing_ok=True)
        for folder in (root / name).relative_to(root).parents:
            if (
                str(folder) in (".", *STAGED_PATHS)
                or not (root / folder).is_dir()
                or any((root / folder).iterdir())
            ):
                break
            (root / folder).rmdir()


def remember(store: Store, branches: Branches) -> None:
    """Notes what was exported: once main has it, it is no longer this author's edit."""
    after = branches.refs()
    after = {name: commit for name, commit in after.items() if not name.startswith(EXPORTED)}
    after |= {f"{EXPORTED}{number:02}": commit for number, commit in branches.tips.items()}
    move_refs(store, branches.refs(), after)


def _few(names: list[str]) -> str:
    """The first few of many names."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
