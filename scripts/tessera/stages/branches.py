"""Stages in motion: one local branch a stage, `stage/NN`, and refs that say how they came about.

- `refs/heads/stage/NN`: the stages as the author sees and edits them
- `refs/tessera/base/NN`: the same when they last stood on each other; a stage that differs has
  been edited
- `refs/tessera/origin/NN`: the stages of main that they started from; what differs is this
  author's work
- `refs/tessera/exported/NN`: the stages last written back; once main has them, they are the new
  origin

Nothing else is kept: which stage is edited, exported or has landed follows from these refs.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tessera import console
from tessera.errors import Failure
from tessera.git import Git
from tessera.stages.checkout import staged_snapshot
from tessera.stages.stack import Stack, compose, staged_part
from tessera.stages.store import Store
from tessera.stages.tags import fixed_commit, source_of, stage_commits
from tessera.tree import STAGED_PATHS

BRANCH = "refs/heads/stage/"
BASE = "refs/tessera/base/"
ORIGIN = "refs/tessera/origin/"
EXPORTED = "refs/tessera/exported/"
EXERCISE = "refs/heads/exercise/"
#: In the administrative folder of a worktree that `stage edit` made.
MARK = "tessera-edit"
#: What to do when the stage branches have what the patches do not.
NOT_EXPORTED = (
    "`./tessera stage export` first: it writes the patches. To give the change up instead: "
    "`git checkout HEAD -- kernel tests/unit && git branch -D $(git branch --list 'stage/*' "
    "--format='%(refname:short)')`, which drops every edit that is not exported."
)

Tips = dict[int, str]


@dataclass
class Branches:
    """All these refs at one moment. Each maps a stage's number to a commit."""

    tips: Tips = field(default_factory=dict)
    base: Tips = field(default_factory=dict)
    origin: Tips = field(default_factory=dict)
    exported: Tips = field(default_factory=dict)
    exercises: dict[str, str] = field(default_factory=dict)  # by full ref name

    @property
    def last(self) -> int:
        """The number of the last stage."""
        return max(self.tips, default=0)

    @property
    def edited(self) -> list[int]:
        """The stages whose changes later stages do not have yet."""
        return [n for n in sorted(self.tips) if self.tips[n] != self.base.get(n)]

    def refs(self) -> dict[str, str]:
        """All of them by full name."""
        kinds = {BRANCH: self.tips, BASE: self.base, ORIGIN: self.origin, EXPORTED: self.exported}
        named = {f"{kind}{n:02}": tip for kind, tips in kinds.items() for n, tip in tips.items()}
        return named | self.exercises


def read_branches(store: Store) -> Branches:
    """The refs as they are now."""
    found = Branches()
    kinds = {BRANCH: found.tips, BASE: found.base, ORIGIN: found.origin, EXPORTED: found.exported}
    form = "--format=%(objectname) %(refname)"
    for line in store.git.lines("for-each-ref", form, "refs/heads/", "refs/tessera/"):
        commit, name = line.split(" ", 1)
        if name.startswith(EXERCISE):
            found.exercises[name] = commit
        for prefix, tips in kinds.items():
            if re.fullmatch(rf"{prefix}\d\d", name):
                tips[int(name[-2:])] = commit
    for number in range(1, found.last):
        if number not in found.tips:
            raise Failure(
                f"branch stage/{number:02} is missing, but stage/{found.last:02} exists",
                f"`git branch stage/{number:02} {BASE}{number:02}` brings it back.",
            )
    return found


def build_origin(store: Store) -> Tips:
    """Makes commits for HEAD's stages: a root without the staged paths, then one a stage."""
    source, _ = source_of(store)
    stack = Stack.at(store, source)
    others = compose(store.plumbing, f"{source}^{{tree}}", [store.empty_tree])[0]
    root = fixed_commit(store, others, "Everything but the kernel")
    return dict(enumerate(stage_commits(store, stack, source, root), start=1))


def ensure_branches(store: Store) -> Branches:
    """The branches; made from HEAD's patches when there are none, adopted when made by hand."""
    found = read_branches(store)
    if found.tips and found.base:
        return found
    origin = build_origin(store)
    if found.tips:
        check_chain(store, found.tips)
        new = Branches(found.tips, dict(found.tips), origin, {}, found.exercises)
        console.step(f"adopted the branches stage/01 to stage/{found.last:02}")
    else:
        new = Branches(dict(origin), dict(origin), origin, {}, found.exercises)
        console.step(
            f"made the branches stage/01 to stage/{new.last:02} from HEAD's patches"
            if origin
            else "there are no stages yet"
        )
    move_refs(store, found.refs(), new.refs())
    return new


def check_chain(store: Store, tips: Tips) -> None:
    """Every stage must stand on the one before it."""
    for number in range(2, max(tips, default=0) + 1):
        if not store.git.ok("merge-base", "--is-ancestor", tips[number - 1], tips[number]):
            raise Failure(
                f"stage/{number:02} does not stand on stage/{number - 1:02}",
                f"`git rebase --onto stage/{number - 1:02} OLD stage/{number:02}` puts it there.",
            )


def check_propagated(branches: Branches) -> None:
    """The stages must stand on each other before anything is done with all of them."""
    if branches.edited:
        raise Failure(
            f"stage/{branches.edited[0]:02} has been edited and not propagated",
            "`./tessera stage propagate` first.",
        )


def move_refs(store: Store, before: dict[str, str], after: dict[str, str]) -> None:
    """Moves refs in one transaction. Fails, moving none, when one is not where `before` has it."""
    commands = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if new is None:
            commands.append(f"delete {name} {old}")
        elif old is None:
            commands.append(f"create {name} {new}")
        else:
            commands.append(f"update {name} {new} {old}" if old != new else f"verify {name} {old}")
    if before != after:
        text = "\n".join([*commands, ""]).encode()
        store.git.run("update-ref", "-m", "tessera stage", "--stdin", stdin=text)


def staged_trees(store: Store, tips: Tips) -> list[str]:
    """The trees of the staged paths, in order."""
    return staged_part(store.plumbing, [tips[number] for number in sorted(tips)])


def is_absorbed(store: Store, branches: Branches) -> bool:
    """Whether the work tree's change is what the last stage has already, exported or not."""
    return staged_trees(store, branches.tips)[-1:] == [staged_snapshot(store)]


def check_only_staged(store: Store, branches: Branches) -> None:
    """An edit outside the staged paths would be carried along and then lost: it belongs on main."""
    for number in branches.edited:
        before = branches.base.get(number) or branches.tips[number - 1]
        names = store.git.lines("diff-tree", "-r", "--name-only", before, branches.tips[number])
        staged = tuple(f"{path}/" for path in STAGED_PATHS)
        outside = [name for name in names if not name.startswith(staged)]
        if outside:
            raise Failure(
                f"stage/{number:02} changes {outside[0]}, which is not staged",
                "Files outside kernel/ and tests/unit/ are the same in every stage: "
                "change them on main.",
            )


@dataclass(frozen=True)
class Worktree:
    """A work tree of this clone."""

    path: Path
    commit: str
    branch: str | None  # full ref name; None when detached

    @property
    def git(self) -> Git:
        """Git in it."""
        return Git(self.path)

    @property
    def gone(self) -> bool:
        """Whether its folder has been deleted."""
        return not (self.path / ".git").exists()

    @property
    def mark(self) -> Path:
        """The file that says that `stage edit` made it."""
        return Path(self.git.out("rev-parse", "--absolute-git-dir")) / MARK

    @property
    def clean(self) -> bool:
        """Whether no tracked file differs from its commit."""
        return not self.git.lines("status", "--porcelain", "--untracked-files=no")


def worktrees(store: Store) -> list[Worktree]:
    """All work trees, the main one first."""
    found = []
    for block in store.git.out("worktree", "list", "--porcelain", "-z").split("\0\0"):
        fields = dict(line.partition(" ")[::2] for line in block.split("\0") if line)
        if "worktree" in fields and "HEAD" in fields:
            found.append(Worktree(Path(fields["worktree"]), fields["HEAD"], fields.get("branch")))
    return found
