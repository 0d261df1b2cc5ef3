"""`start`: a worktree for a reader, on a branch of their own at a chapter's tag."""
from __future__ import annotations

import shlex
from pathlib import Path

from tessera.errors import Misuse
from tessera.stages.branches import worktrees
from tessera.stages.edit import new_folder
from tessera.stages.store import Store
from tessera.stages.tags import ensure_tags
from tessera.tree import Tree


def start(tree: Tree, number: int, folder: Path | None) -> Path:
    """Makes the branch `work/chNN` and a worktree on it; returns the folder."""
    store = Store(tree)
    commits = ensure_tags(tree)
    if number not in commits:
        have = f"There are chapters 01 to {max(commits):02}." if commits else None
        raise Misuse(f"there is no chapter {number:02}", have)
    branch = f"work/ch{number:02}"
    if store.git.resolve(f"refs/heads/{branch}") is not None:
        raise Misuse(f"the branch {branch} exists already", way_back(store, branch))
    target = new_folder(store, folder, f"ch{number:02}")
    store.git.run("worktree", "add", "--quiet", "-b", branch, str(target), commits[number])
    return target


def way_back(store: Store, branch: str) -> str:
    """How to get to work that was started before."""
    for tree in worktrees(store):
        if tree.branch == f"refs/heads/{branch}" and not tree.gone:
            return (
                f"It is checked out in {tree.path}: go on there. To begin anew, dropping what is "
                f"there: `git worktree remove --force {shlex.quote(str(tree.path))} && "
                f"git branch -D {branch}`; `git branch --move {branch} OTHER` keeps it."
            )
    return (
        f"`git worktree add DIR {branch}` opens it again; "
        f"`git branch --move {branch} OTHER` makes room for a new one."
    )
