"""Stage trees on disk, to build and boot: `build/stages/NN` inside the main tree."""
from __future__ import annotations

import shutil
from pathlib import Path

from tessera.errors import Failure
from tessera.git import Git, GitError
from tessera.stages.stack import Stack, compose, staged_part
from tessera.stages.store import Store, locked
from tessera.tree import Tree


def snapshot(store: Store) -> str:
    """The tree id of the work tree as it is now: tracked files and new ones that are not ignored.

    The index is a copy of the user's, so unchanged files are not read again and theirs stays as
    it is.
    """
    with store.scratch_index() as index:
        if (own := store.git_dir / "index").exists():
            shutil.copy2(own, index)  # with its time, by which git knows what it must read again
        git = Git(store.tree.root, variables={"GIT_INDEX_FILE": str(index)})
        git.run("-c", "advice.addEmbeddedRepo=false", "add", "--all", "--", ".")
        return git.out("write-tree")


def staged_snapshot(store: Store) -> str:
    """The tree id of the work tree's staged paths as they are now."""
    return staged_part(store.plumbing, [snapshot(store)])[0]


def materialise(tree: Tree, chapter: int) -> Tree:
    """A tree on disk whose stage is `chapter`: this one, or `build/stages/NN` brought up to date.

    It holds the work tree's files as they are now, so that an edit to the tools counts at once,
    with the staged paths of the chapter. Files that did not change keep their time stamps, and a
    build folder there stays, so builds are incremental. What was edited there is overwritten.

    \\raises Misuse  when there is no such chapter, or no git clone to take it from.
    """
    if chapter == tree.chapter:
        return tree
    store = Store(tree)
    folder = tree.build / "stages" / f"{chapter:02}"
    stage = Stack.in_folder(store, tree.root).tree(chapter)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(
            folder.with_name(f"{folder.name}.lock"),
            f"chapter {chapter:02} is being laid out; waiting",
        ):
            whole = compose(store.plumbing, snapshot(store), [stage])[0]
            lay_out(store, whole, folder)
    except OSError as error:
        raise Failure(f"cannot write {folder}: {error.strerror}") from error
    return Tree(folder)


def lay_out(store: Store, whole: str, folder: Path) -> None:
    """Makes the files of `folder` those of a tree, touching only what differs."""
    index = folder.with_name(f"{folder.name}.index")
    git = store.with_index(index, folder)
    index.with_name(f"{index.name}.lock").unlink(
        missing_ok=True
    )  # we hold the lock: this one is dead
    try:
        git.run("read-tree", "--reset", "-u", whole)
    except GitError:
        if not index.exists():
            raise
        index.unlink()  # damaged, or it names objects that have been collected: start over
        git.run("read-tree", "--reset", "-u", whole)
    # A second look records the time stamps just written, so the next call reads no file.
    git.run("update-index", "-q", "--refresh", check=False)
