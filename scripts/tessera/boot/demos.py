"""Demos elsewhere: on a later kernel, or as the program that does the same in C.

What kernels print on their way to user mode differs by right. From their last line before it, the
log must be the one that the demo's own chapter expects.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tessera import chapter as chapters, console
from tessera.boot import files, golden, machine, patience
from tessera.boot.ending import Ending, judge
from tessera.boot.process import run
from tessera.boot.report import ENDS, show_difference, show_tail
from tessera.chapter import FIRST_USER_CHAPTER, Boot, Chapter
from tessera.errors import Misuse
from tessera.tree import Tree

#: The kernel's last line before user mode.
_MARKER = re.compile(r"^root task: entry ", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """A demo on a kernel. The logs begin with user mode, and are normalised."""

    name: str  # as in CTest
    boot: Boot
    ending: Ending
    expected: str
    actual: str

    @property
    def passed(self) -> bool:
        """Whether it ended as declared and printed what it prints on its own kernel."""
        return self.ending.end.value == self.boot.ends and self.actual == self.expected


def before(tree: Tree) -> list[Chapter]:
    """The chapters before this tree's whose demo can run on its kernel."""
    home = files.home_of(tree)
    numbers = [n for n in home.chapters if FIRST_USER_CHAPTER <= n < tree.chapter]
    return [chapters.load(home, number) for number in numbers]


def earlier(tree: Tree) -> list[Chapter]:
    """Those that are tested: all on the newest kernel, none on others."""
    newest = max(files.home_of(tree).chapters, default=tree.chapter)
    return before(tree) if tree.chapter == newest else []


def has_twin(tree: Tree, chapter: Chapter) -> bool:
    """Whether a chapter's demo has a twin in C."""
    return any((tree.root / "userland/demos/c").glob(f"ch{chapter.number:02}_*.c"))


def _twin(demo: str) -> str:
    """The twin in C, as boots name root tasks."""
    return demo.replace("userland/demos/", "userland/demos/c/")


def check(tree: Tree, chapter: Chapter, preset: str, *, twin: bool = False) -> Outcome:
    """Boots a chapter's demo, or its twin in C, on the kernel that `preset` built in this tree."""
    boot = chapter.boot()
    log = files.read(files.expected(files.home_of(tree), chapter.number, boot.name))
    if log is None:
        raise Misuse(f"chapters/{chapter.number:02}/expected/{boot.name}.log does not exist, so "
                     "nothing tells what this demo prints")
    demo = boot.root_task or files.demo_of(tree, chapter.number)
    boot = replace(boot, root_task=_twin(demo) if twin else demo)
    name = f"{tree.chapter:02}.demo.{'c' if twin else f'ch{chapter.number:02}'}"
    image, logs = files.image_of(tree, preset), tree.build / "boots" / f"{tree.chapter:02}" / preset
    command = machine.command(machine.find_qemu(), boot, image, logs,
                              initrd=files.root_task_of(tree, preset, boot))
    done = run(command, patience.limits(image, boot.limits), dialogue=boot.dialogue)
    files.write(logs / f"{name[3:]}.raw.log", done.output)
    actual = golden.normalise(golden.text(done.output), boot.keep)
    return Outcome(name, boot, judge(done, chapter.number), in_user_mode(log), in_user_mode(actual))


def in_user_mode(log: str) -> str:
    """The log from the start of user mode on; all of it when there is none."""
    found = _MARKER.search(log)
    return log[found.start():] if found else log


def show(outcome: Outcome) -> bool:
    """Says how it went; whether it passed."""
    if outcome.passed:
        console.good(f"{outcome.name}: it prints what its chapter's demo prints")
        return True
    console.out(f"✗ {outcome.name}: {outcome.ending.sentence}", style="bold red")
    console.out(f"It must {ENDS[outcome.boot.ends]}, and print what its chapter's demo prints.")
    if outcome.actual == outcome.expected:
        show_tail(outcome.actual)
    else:
        show_difference(outcome.expected, outcome.actual, ("the demo", "this one"))
    return False
