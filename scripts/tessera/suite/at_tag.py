"""What a reader does at a tag, done in a checkout of that tag.

The checkout is a repository of its own in the build folder that borrows the objects of the user's,
so nothing of the user's moves: neither work tree nor refs nor the list of worktrees.
"""
from __future__ import annotations

import subprocess
from pathlib import Path

from tessera import console
from tessera.errors import Failure
from tessera.git import Git
from tessera.programs import HEARD
from tessera.stages.tags import ensure_tags
from tessera.tree import Tree

#: The commands that have to work at every tag.
COMMANDS = (("run",), ("stage", "verify", "--no-boot"))


def checkout(tree: Tree, chapter: int) -> Tree:
    """A clean checkout of the chapter's tag; its build folder stays from one time to the next."""
    tag, place = f"ch{chapter:02}", tree.build / "at-tag" / f"{chapter:02}"
    commit = ensure_tags(tree)[chapter]
    objects = (tree.root / tree.git.out("rev-parse", "--git-path", "objects")).resolve()
    place.mkdir(parents=True, exist_ok=True)
    git = Git(place)
    git.run("init", "--quiet")
    (place / ".git/objects/info/alternates").write_text(f"{objects}\n", encoding="utf-8")
    git.run("update-ref", f"refs/tags/{tag}", commit)
    git.run("checkout", "--quiet", "--force", "--detach", tag)
    git.run("clean", "-fdq")
    return Tree(place)


def check(tree: Tree, chapter: int) -> int:
    """Runs a reader's commands at the chapter's tag; none may fail or leave something behind."""
    there = checkout(tree, chapter)
    before = there.git.out("rev-parse", "HEAD")
    for command in COMMANDS:
        _run(there.root, command)
    if changed := there.git.out("status", "--porcelain"):
        raise Failure(f"at ch{chapter:02} these commands leave the checkout changed:\n{changed}")
    if there.git.out("rev-parse", f"ch{chapter:02}") != before:
        raise Failure(f"at ch{chapter:02} the tool makes another tag ch{chapter:02} than on main")
    return 0


def _run(root: Path, command: tuple[str, ...]) -> None:
    """One command as a reader would type it, without a keyboard."""
    console.step(f"./tessera {' '.join(command)}")
    done = subprocess.run(
        ["./tessera", *command],
        cwd=root,
        **HEARD,
        check=False,
    )
    console.out(done.stdout.rstrip())
    if done.returncode != 0:
        raise Failure(
            f"`./tessera {' '.join(command)}` ended with exit status {done.returncode} in {root}"
        )
