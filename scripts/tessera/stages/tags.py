"""The tags ch01 … chNN: every chapter as a commit that can be checked out, built and booted.

The tree of a tag is HEAD's with the staged paths replaced; author, date and parents are fixed. So
everyone who has the same main gets the same hashes, and a fix outside the staged paths reaches
every chapter at once.
"""
from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from tessera import console
from tessera.errors import Misuse
from tessera.git import Git
from tessera.stages.stack import Stack, compose, read_blobs
from tessera.stages.store import Store
from tessera.tree import Tree

AUTHOR = "Tessera"
EMAIL = "stages@tessera.invalid"
_DATE = "2025-01-01T00:00:00 +0000"
#: Who makes commits that must come out the same everywhere.
IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", AUTHOR), ("EMAIL", EMAIL), ("DATE", _DATE))
}
_TAG = re.compile(r"refs/tags/ch(\d\d)")


@dataclass
class Changes:
    """What happened to the tags."""

    commits: dict[int, str] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)


def ensure_tags(tree: Tree) -> dict[int, str]:
    """Makes missing tags, moves stale ones, says so in one line; returns each chapter's commit.

    Called by `run` and `test`, so it does as little as it can: two git processes when nothing has
    changed. Whoever stands on a tag, or on work built on one, keeps the tags they have: there only
    missing ones are made, or a worktree of last week would take the tags back to last week.
    """
    changes = update_tags(tree, move=None)
    for line in filter(None, [describe(changes), *changes.left_behind]):
        console.step(line)
    return changes.commits


def update_tags(tree: Tree, *, move: bool | None) -> Changes:
    """Brings the tags in line with HEAD.

    `move` says whether stale ones move; None: unless HEAD itself is built on one.
    """
    store = Store(tree)
    head, present = _head_and_tags(store.git)
    cached = store.load(_note(store))
    if cached.get("head") == head and cached.get("present") == present:
        return Changes({int(k): v for k, v in cached["commits"].items()}, foreign=cached["foreign"])
    with store.lock():
        head, present = _head_and_tags(store.git)
        changes = _plan(store, present, move)
        changes.left_behind = _bystanders(store.git, changes, present)
        _write(store.git, changes, present)
        _remember(store, head, changes)
    return changes


def describe(changes: Changes) -> str:
    """What happened to the tags, in one line; empty when nothing did."""
    parts = [
        f"{_span(numbers)} {what}"
        for numbers, what in (
            (changes.made, "made"),
            (changes.moved, "moved to the present HEAD"),
            (changes.removed, "removed: HEAD has no such chapter"),
        )
        if numbers
    ]
    return f"tags: {', '.join(parts)}" if parts else ""


def chapter_title(text: bytes | None) -> str:
    """The title in a chapter.toml; empty when there is none to be had."""
    try:
        title = tomllib.loads((text or b"").decode()).get("title", "")
    except (ValueError, tomllib.TOMLDecodeError):
        return ""
    return title if isinstance(title, str) else ""


def source_of(store: Store) -> tuple[str, bool]:
    """The commit whose files outside the staged paths count, and whether HEAD is built on a stage.

    On main that is HEAD. On a tag, or on a student's commits on top of one, it is the tag: so the
    same tags come out there, and a file that a student added is not put into every chapter.
    """
    if store.git.resolve("HEAD^{commit}") is None:
        raise Misuse("there is no commit here yet, so there are no stages")
    ours = store.git.lines(
        "log", "--first-parent", "--format=%H", f"--committer=<{EMAIL}>", "-1", "HEAD"
    )
    return (ours[0], True) if ours else (store.git.out("rev-parse", "HEAD"), False)


def stage_commits(store: Store, stack: Stack, source: str, root: str | None = None) -> list[str]:
    """The commits of all stages, chained (on `root` if given), with `source`'s other files."""
    names = [f"{number:02}" for number in range(1, len(stack) + 1)]
    trees = compose(store.plumbing, f"{source}^{{tree}}", stack.trees)
    commits: list[str] = []
    for name, tree, title in zip(names, trees, _titles(store.git, source, names)):
        message = f"Chapter {name}: {title}" if title else f"Chapter {name}"
        commits.append(fixed_commit(store, tree, message, commits[-1] if commits else root))
    return commits


def fixed_commit(store: Store, tree: str, message: str, parent: str | None = None) -> str:
    """A commit that has the same hash wherever and whenever it is made."""
    parents = ["-p", parent] if parent else []
    return store.plumbing.out("commit-tree", tree, *parents, "-m", message, env=IDENTITY)


def _titles(git: Git, source: str, names: list[str]) -> list[str]:
    """The chapters' titles as `source` has them."""
    listing = git.out("ls-tree", "-r", "-z", source, "--", "chapters/").split("\0")
    ids = {
        path: about.split()[2] for about, path in (entry.split("\t") for entry in listing if entry)
    }
    blobs = [ids.get(f"chapters/{name}/chapter.toml") for name in names]
    bodies = iter(read_blobs(git, [blob for blob in blobs if blob]))
    return [chapter_title(next(bodies)) if blob else "" for blob in blobs]


def _head_and_tags(git: Git) -> tuple[str | None, dict[str, str]]:
    """HEAD's commit, and what the tags chNN point at now. An annotated tag is its tag object."""
    head = git.resolve("HEAD")
    lines = git.lines("for-each-ref", "--format=%(refname) %(objectname)", "refs/tags/ch*")
    return head, dict(line.split() for line in lines if _TAG.fullmatch(line.split()[0]))


def _plan(store: Store, present: dict[str, str], move: bool | None) -> Changes:
    """What the tags should be, against what they are."""
    source, on_stage = source_of(store)
    commits = stage_commits(store, Stack.at(store, source), source)
    move = not on_stage if move is None else move
    ours = _made_by_us(store.git, present)
    changes = Changes(dict(enumerate(commits, start=1)))
    for number, commit in changes.commits.items():
        now = present.get(f"refs/tags/ch{number:02}")
        if now is None:
            changes.made.append(number)
        elif now != commit:
            (
                changes.foreign if number not in ours else changes.moved if move else changes.behind
            ).append(number)
    if move:
        changes.removed = sorted(ours - set(changes.commits))
    return changes


def _bystanders(git: Git, changes: Changes, present: dict[str, str]) -> list[str]:
    """What to tell about work trees on a tag that has moved: nothing there is touched."""
    former = {present[f"refs/tags/ch{number:02}"]: f"ch{number:02}" for number in changes.moved}
    former |= {changes.commits[number]: f"ch{number:02}" for number in changes.behind}
    told = []
    for block in git.out("worktree", "list", "--porcelain").split("\n\n") if former else ():
        fields = dict(line.partition(" ")[::2] for line in block.splitlines())
        if "detached" in fields and (name := former.get(fields.get("HEAD", ""))):
            told.append(
                f"{fields['worktree']} stays on the former {name}; "
                f"`git checkout {name}` there gets the present one"
            )
    return told


def _made_by_us(git: Git, present: dict[str, str]) -> set[int]:
    """The tags that are commits of ours. Somebody else's tag of such a name is left alone."""
    if not present:
        return set()
    lines = git.lines(
        "for-each-ref", "--format=%(refname) %(objecttype) %(committeremail)", "refs/tags/ch*"
    )
    return {
        int(found[1])
        for name, kind, *email in (line.split() for line in lines)
        if (found := _TAG.fullmatch(name)) and kind == "commit" and email == [f"<{EMAIL}>"]
    }


def _write(git: Git, changes: Changes, present: dict[str, str]) -> None:
    """Writes all tags in one transaction, or none."""
    commands = [f"create refs/tags/ch{n:02} {changes.commits[n]}" for n in changes.made]
    for number in changes.moved:
        name = f"refs/tags/ch{number:02}"
        commands.append(f"update {name} {changes.commits[number]} {present[name]}")
    for number in changes.removed:
        name = f"refs/tags/ch{number:02}"
        commands.append(f"delete {name} {present[name]}")
    if commands:
        git.run("update-ref", "--stdin", stdin="\n".join([*commands, ""]).encode())


def _note(store: Store) -> str:
    """The file that says for which HEAD the tags were last made. Each work tree has its own."""
    return str(store.git_dir / "tessera-tags.json")


def _remember(store: Store, head: str | None, changes: Changes) -> None:
    """Notes the state reached, so that the next call need not work it out again."""
    _, present = _head_and_tags(store.git)
    store.save(
        _note(store),
        {"head": head, "present": present, "commits": changes.commits, "foreign": changes.foreign},
    )


def _span(numbers: list[int]) -> str:
    """Chapter numbers for the reader: `ch03`, `ch01…ch05`, or a list when there are gaps."""
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"ch{numbers[0]:02}…ch{numbers[-1]:02}"
    return ", ".join(f"ch{number:02}" for number in numbers)
