"""Builds what a test run needs. What does not build fails like a test, and the others go on."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from tessera.build import build
from tessera.errors import Failure
from tessera.suite.outcome import FAILED, SKIPPED, Outcome
from tessera.tree import Tree

#: The build that brings the tests themselves.
HOST = "host"

#: Checks that look into every kernel's ELF file.
_ELF = r"check\.(simd|init_array|undefined|rwx|relocations)"

#: By preset: the tests that would judge a kernel of yesterday, or none, if it does not build.
_NEEDED_BY = {
    "kernel": re.compile(
        rf"\d\d\.(boot\.[^.]+|(matrix|demo|attack)\..*|{_ELF}|check\.headers\.kernel)"
    ),
    "kernel-release": re.compile(rf"\d\d\.{_ELF}"),
    "clang": re.compile(rf"\d\d\.(boot\..*\.clang|{_ELF}|check\.headers\.clang|check\.tidy)"),
}

_PLACE = re.compile(r"^(\S+:\d+):\d+: (?:fatal )?error:", re.MULTILINE)


@dataclass
class Builds:
    """What did not build in one tree, by preset, each as a failed test."""

    tree: Tree
    failed: dict[str, Outcome] = field(default_factory=dict)

    def run(self, presets: Sequence[str], jobs: int) -> None:
        """Builds all presets. A later one that fails at the same lines says just that."""
        seen: dict[str, str] = {}
        for preset in presets:
            name = f"{self.tree.chapter:02}.build.{preset}"
            try:
                build(self.tree, preset, jobs=jobs)
            except Failure as failure:
                words = "\n".join(filter(None, (str(failure), failure.hint)))
                places = set(_PLACE.findall(words))
                if places and places <= seen.keys():
                    words = f"The same lines as in {seen[min(places)]} do not compile."
                seen = dict.fromkeys(places, name) | seen
                self.failed[preset] = Outcome(name, FAILED, output=words)

    def skipped(self, names: Iterable[str]) -> list[Outcome]:
        """Of the named tests, this tree's that need a kernel which did not build."""
        mine = [name for name in names if name.startswith(f"{self.tree.chapter:02}.")]
        return [
            Outcome(name, SKIPPED, output=f"skipped: {self.failed[preset].name} failed")
            for name in mine
            if (preset := self._lacking(name)) is not None
        ]

    def _lacking(self, name: str) -> str | None:
        """The preset that a test needs and that did not build."""
        return next(
            (p for p in self.failed if p in _NEEDED_BY and _NEEDED_BY[p].fullmatch(name)), None
        )


def build_all(trees: Iterable[Tree], presets: Sequence[str], jobs: int) -> list[Builds]:
    """Builds every tree, each once, and says what failed where."""
    all_builds = [Builds(tree) for tree in {tree.root: tree for tree in trees}.values()]
    for builds in all_builds:
        builds.run(presets, jobs)
    return all_builds
