"""What `./tessera test` has to do: parts, each with a tree or command and a cache key."""
from __future__ import annotations

import re
from dataclasses import dataclass

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.setup.host import Host
from tessera.stages import materialise
from tessera.stages.store import Store
from tessera.stages.tags import ensure_tags, source_of
from tessera.suite import content
from tessera.suite.ctest import Command
from tessera.suite.outcome import SKIPPED, Outcome
from tessera.tree import Tree

#: Tests that belong to no chapter: the newest one's tree runs them.
COMMON = ("tools.", "spec.")


@dataclass(frozen=True)
class Part:
    """Tests that are run, and remembered, together: those whose names start with `prefix`."""

    prefix: str
    key: str | None
    tree: Tree | None = None
    command: Command | None = None

    def owns(self, outcome: Outcome) -> bool:
        """Whether this test is one of the part's."""
        return outcome.name.startswith(self.prefix)

    @property
    def pattern(self) -> str:
        """The regular expression that ctest takes for the part's names."""
        return f"^{re.escape(self.prefix)}"


def make(tree: Tree, chapter: int | None) -> list[Part]:
    """The parts for `./tessera test` (no chapter) or `./tessera test NN` in this tree."""
    whole = chapter is None and tree.chapter == max(tree.chapters, default=tree.chapter)
    if not tree.is_git:
        return _without_git(tree, chapter, whole)
    tags = ensure_tags(tree)
    if whole and source_of(Store(tree))[1]:
        console.step(
            "this is a stage, not main: only its own tests run, not those of the tools"
        )
        whole = False
    wanted = tree.chapters if whole else [chapter or tree.chapter]
    _must_exist(tree, wanted)
    tools = content.toolchain(Host())
    ids = content.tree_ids(tree, wanted)
    parts = [
        Part(f"{n:02}.", content.key(tree, ids[n], tools, n), tree=materialise(tree, n))
        for n in wanted
    ]
    if whole:
        everything = content.key(tree, ids[tree.chapter], tools)
        parts += [
            Part(f"at-tag.{n:02}", content.key(tree, tags[n], tools, n), command=_at_tag(tree, n))
            for n in wanted
        ]
        parts += [Part(prefix, everything, tree=tree) for prefix in COMMON]
        parts += [Part("stack.", everything, command=_verify(tree))]
    return parts


def _without_git(tree: Tree, chapter: int | None, whole: bool) -> list[Part]:
    """A release tarball: the stage at hand, remembering nothing."""
    if chapter not in (None, tree.chapter):
        raise Misuse(
            f"there is only chapter {tree.chapter:02} here, because this is not a git clone",
            "Clone the repository to have every stage.",
        )
    console.step(
        f"not a git clone: chapter {tree.chapter:02} alone is tested, and nothing is remembered"
    )
    parts = [Part(f"{tree.chapter:02}.", None, tree=tree)]
    common = [Part(prefix, None, tree=tree) for prefix in COMMON] if whole else []
    return [*parts, *common]


def _must_exist(tree: Tree, wanted: list[int]) -> None:
    """Refuses chapters that there are not, naming those that there are."""
    for number in wanted:
        if number not in (tree.chapter, *tree.chapters):
            raise Misuse(
                f"there is no chapter {number:02}",
                f"There are {', '.join(f'{n:02}' for n in tree.chapters)}.",
            )


def _at_tag(tree: Tree, number: int) -> Command:
    """What a reader does at the tag of one stage."""
    again = (str(tree.root / "tessera"), "test", f"{number:02}", "--at-tag")
    return Command(f"at-tag.{number:02}", again)


def _verify(tree: Tree) -> Command:
    """The structural proof of the stage stack; the boots are tests of their own."""
    return Command("stack.verify", (str(tree.root / "tessera"), "stage", "verify", "--no-boot"))


def too_early(tree: Tree) -> list[Outcome]:
    """Suites that need a later kernel: folders in `tests/` with such a number in CHAPTER."""
    skipped = []
    for file in sorted(tree.root.glob("tests/**/CHAPTER")):
        text = file.read_text(encoding="utf-8").strip()
        if not text.isdigit():
            where = file.relative_to(tree.root)
            raise Failure(f"{where}:1: expected a chapter number such as 05, found {text!r}")
        if int(text) > tree.chapter:
            name = f"{tree.chapter:02}.{file.parent.name}"
            skipped.append(
                Outcome(
                    name, SKIPPED, output=f"skipped: it needs the kernel of chapter {text} or later"
                )
            )
    return skipped
