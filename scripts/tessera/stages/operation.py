"""One change to the whole stack, and what is written down about it while it is under way.

An operation is a list of steps. When a step meets a conflict, the operation waits: what is left is
written down in `.git/tessera/operation.json`, the author resolves, and `--continue` goes on. Until
the end no ref of the clone has moved, so `--abort` has nothing to undo, and an operation that was
interrupted anywhere else is simply worked out again.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tessera.errors import Failure
from tessera.stages.store import Store
from tessera.stages.workshop import Workshop

_FILE = "operation.json"


class Conflict(Failure):
    """An operation waits for its author.

    `stage` is the one whose change does not fit; None when it is an exercise's.
    """

    def __init__(self, message: str, hint: str, stage: int | None) -> None:
        super().__init__(message, hint)
        self.stage = stage


@dataclass
class Step:
    """One thing to do in the workshop. Commits may be named by refs of the workshop."""

    kind: str  # "rebase", "exercise", "resting", "pick" or "set"
    branch: str  # the full name of the ref that it moves
    onto: str  # rebase: where to; pick: the commit that receives the change; set: the new commit
    upstream: str = ""  # rebase: what the branch stood on; pick: the commit whose change is merged
    parent: str = ""  # pick: the parent of the result
    message: str = ""  # pick: the result's message
    tip: str = ""  # exercise: where the branch is now; resting: where it would be if there were one


@dataclass
class Operation:
    """What is being done, and how far it has come."""

    kind: str  # "propagate", "sync" or "absorb"
    before: dict[str, str]  # every ref of the stage stack, as it was
    start: dict[str, str]  # the refs of the workshop at the start
    steps: list[Step] = field(default_factory=list)
    # refs that end up so whatever the steps do
    settled: dict[str, str | None] = field(default_factory=dict)
    at: int = 0
    phase: str = "working"  # then "waiting" at each conflict, and "publishing"
    after: dict[str, str] = field(default_factory=dict)
    expected: str = ""  # absorb: the staged paths that the last stage must come to
    # worktrees to be put back on their branches
    detached: list[list[str]] = field(default_factory=list)

    def save(self, store: Store) -> None:
        """Writes down how far it has come."""
        store.save(_FILE, asdict(self))


def load(store: Store) -> Operation | None:
    """The operation that is not finished, if any."""
    data: dict[str, Any] = store.load(_FILE)
    if not data:
        return None
    return Operation(**{**data, "steps": [Step(**step) for step in data["steps"]]})


def forget(store: Store) -> None:
    """Clears the workshop and the note of what was under way."""
    (store.home / _FILE).unlink(missing_ok=True)
    Workshop(store).close()


def short(name: str) -> str:
    """A branch as people call it."""
    return name.removeprefix("refs/heads/")
