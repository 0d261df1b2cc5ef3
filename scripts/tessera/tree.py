"""A folder that holds a checked-out Tessera."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tessera.errors import Failure, Misuse
from tessera.git import Git

#: What belongs to a stage; everything else in a tree is HEAD's.
STAGED_PATHS = ("kernel", "tests/unit")


def main_root(root: Path) -> Path:
    """The tree whose build folder holds what all trees of this clone share (libfdt, stamps).

    That is `root` itself, unless it lies in another tree's build folder (`build/stages/03`) or is a
    linked worktree of another one.
    """
    if (
        len(root.parts) > 3
        and root.parents[1].name == "build"
        and (root.parents[2] / "tessera").is_file()
    ):
        return main_root(root.parents[2])
    main = _main_worktree(root)
    return main_root(main) if main else root


def _main_worktree(root: Path) -> Path | None:
    """The clone that `root` is a linked worktree of; None when it is a clone itself.

    A submodule has a file `.git` too, but it is a clone itself, and what is above it is not ours.
    """
    link = root / ".git"
    if not link.is_file():
        return None
    gitdir = Path(link.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
    worktrees = (root / gitdir).resolve().parent  # <main>/.git/worktrees, without the name
    common, main = worktrees.parent, worktrees.parent.parent
    linked = worktrees.name == "worktrees" and common.name == ".git"
    return main if linked and (main / "tessera").is_file() else None


def chapter_number(text: str) -> int:
    """A chapter as people write it: 3, 03 or ch03. For argparse's `type=`."""
    digits = text.removeprefix("ch")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        raise Misuse(f"'{text}' is not a chapter; write a number such as 03")
    return int(digits)


@dataclass(frozen=True)
class Tree:
    """A source tree with its build folder. `kernel/CHAPTER` says which stage it is."""

    root: Path

    @cached_property
    def chapter(self) -> int:
        """The stage of this tree, also when its kernel has been edited."""
        file = self.root / "kernel/CHAPTER"
        try:
            text = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Failure(
                f"cannot read kernel/CHAPTER, which says what stage this tree is: {error.strerror}"
            ) from error
        if not (text.isascii() and text.isdigit() and len(text) == 2):
            raise Failure(f"kernel/CHAPTER:1: expected a chapter number such as 05, found {text!r}")
        return int(text)

    @property
    def is_git(self) -> bool:
        """Whether this tree is a work tree of its own (not merely inside one)."""
        return (self.root / ".git").exists()

    @cached_property
    def git(self) -> Git:
        """Git in this tree, or an error that says why there is none."""
        if not self.is_git:
            raise Misuse(
                "this is not a git clone, so there are no stages, tags or worktrees here",
                hint="`run` and `test` work on the newest stage; clone for the rest.",
            )
        return Git(self.root)

    @property
    def build(self) -> Path:
        """Where this tree's build folders are, one a preset."""
        return self.root / "build"

    def preset(self, name: str) -> Path:
        """The build folder of one CMake preset."""
        return self.build / name

    @property
    def chapters(self) -> list[int]:
        """The chapters that have landed: those with a `chapters/NN/chapter.toml`."""
        return sorted(
            int(file.parent.name) for file in self.root.glob("chapters/[0-9][0-9]/chapter.toml")
        )

    def chapter_dir(self, chapter: int) -> Path:
        """`chapters/NN`."""
        return self.root / "chapters" / f"{chapter:02}"
