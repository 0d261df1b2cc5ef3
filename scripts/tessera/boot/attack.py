"""Root tasks that try to break out: `tests/attack/NAME.cpp`, and a kernel that lets each succeed.

An attack prints `ATTACK NAME: refused`, goes on working and ends well; or it prints
`ATTACK NAME: SUCCEEDED: …` with what it has won. On the kernel as it is it must be refused. On the
kernel with the mistake of `tests/attack/NAME.patch` it must succeed, which shows that it could.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Sequence

from tessera import console
from tessera.boot import files, golden, machine, mutant
from tessera.boot.ending import End, Ending, judge
from tessera.boot.process import run
from tessera.boot.report import show_tail
from tessera.chapter import Boot, Limits
from tessera.errors import Failure, Misuse
from tessera.toml_reader import suggest
from tessera.tree import Tree

FOLDER = "tests/attack"
#: The preset whose kernel and programs are booted.
PRESET = "kernel"
#: In CMake: all the programs.
TARGET = "attacks"
#: The timer as it is, and late in ways that only the seed decides; and a kernel that looks at all
#: there is (kernel/invariants/) after every eleventh event: an attack makes up to a thousand CNodes.
COMMAND_LINES = ("", "jitter=7", "invariants=11")
#: An attack takes a second; a kernel that it has stopped would take for ever.
LIMITS = Limits(cpu_seconds=8, idle_seconds=2)

_PARTS = ("Idea", "Gain", "Why not")
_PART = re.compile(r"^\*\*(.+?):\*\* ", re.MULTILINE)
_CHAPTER = re.compile(r"\\chapter\{(\d\d)\}")


@dataclass(frozen=True)
class Attack:
    """One file of `tests/attack`, and the patch beside it."""

    source: Path

    @property
    def name(self) -> str:
        """What the file is called, the attack calls itself, and CTest the tests."""
        return self.source.stem

    @property
    def patch(self) -> Path:
        """The mistake that lets it succeed."""
        return self.source.with_suffix(".patch")

    @cached_property
    def docstring(self) -> str:
        """The comment that the file begins with, without the comment's marks."""
        lines = self.source.read_text(encoding="utf-8").splitlines()
        end = next((i for i, line in enumerate(lines) if not line.startswith("///")), len(lines))
        return "\n".join(line[3:].strip() for line in lines[:end])

    @property
    def chapter(self) -> int:
        """The chapter that brings what is attacked."""
        found = _CHAPTER.search(self.docstring)
        if found is None:
            raise Failure(rf"{self._where}: the first comment names no \chapter{{NN}}")
        return int(found[1])

    @property
    def idea(self) -> str:
        """What is tried."""
        return self._part("Idea")

    @property
    def gain(self) -> str:
        """What would be won."""
        return self._part("Gain")

    @property
    def why_not(self) -> str:
        """Why the kernel refuses."""
        return self._part("Why not")

    @property
    def mistake(self) -> str:
        """What the patch says of itself, before its first file."""
        text = mutant.read(self.patch).partition("\ndiff --git ")[0]
        return " ".join(text.split())

    @property
    def _where(self) -> str:
        return f"{FOLDER}/{self.source.name}"

    def _part(self, wanted: str) -> str:
        """One paragraph of the docstring."""
        parts = _PART.split(self.docstring)
        found = dict(zip(parts[1::2], parts[2::2]))
        if tuple(found) != _PARTS:
            raise Failure(f"{self._where}: the first comment has to say "
                          f"{', '.join(f'**{part}:**' for part in _PARTS)}, in this order")
        return " ".join(found[wanted].split())


@dataclass(frozen=True)
class Outcome:
    """What one boot came to."""

    attack: Attack
    log: str
    ending: Ending

    @property
    def refused(self) -> bool:
        """Whether the kernel held, and goes on."""
        lines = golden.lines(self.log)
        said = [line for line in lines if line.startswith("ATTACK ")]
        return said[-1:] == [f"ATTACK {self.attack.name}: refused"] and self.ending.end is End.OK

    @property
    def succeeded(self) -> bool:
        """Whether it has won something: by its own word, or by the kernel's last one."""
        if f"\nATTACK {self.attack.name}: SUCCEEDED: " in f"\n{self.log}":
            return True
        staked = f"\nATTACK {self.attack.name}: SUCCEEDED if " in f"\n{self.log}"
        return staked and self.ending.end is End.PANIC


def catalog(tree: Tree) -> list[Attack]:
    """All attacks, in the order of the chapters and of their names."""
    found = [Attack(file) for file in (tree.root / FOLDER).glob("*.cpp")]
    return sorted(found, key=lambda attack: (attack.chapter, attack.name))


def tested(tree: Tree) -> list[str]:
    """The names of those that are tests: all on the newest kernel, none on others."""
    newest = max(files.home_of(tree).chapters, default=tree.chapter)
    return [attack.name for attack in catalog(tree)] if tree.chapter == newest else []


def chosen(tree: Tree, names: Sequence[str]) -> list[Attack]:
    """The named attacks, or all; Misuse when there is none of such a name, or none at all yet."""
    file = tree.root / FOLDER / "CHAPTER"
    if not file.exists():
        raise Misuse("there are no attacks in this tree")
    first = int(file.read_text(encoding="utf-8"))
    if tree.chapter < first:
        raise Misuse(f"attacks need the kernel of chapter {first:02} or later")
    attacks = {attack.name: attack for attack in catalog(tree)}
    for name in names:
        if name not in attacks:
            raise Misuse(f"there is no attack '{name}'{suggest(name, attacks)}")
    return [attacks[name] for name in names or attacks]


def check(tree: Tree, attack: Attack, *, on_mutant: bool) -> bool:
    """Boots an attack on the kernel, or on its mutant, and says how it went; whether as it must."""
    name = f"{tree.chapter:02}.attack.{attack.name}{'.wins' if on_mutant else ''}"
    if on_mutant:
        image = mutant.build(tree, attack.name, attack.patch)
        outcome = _boot(tree, attack, image, "", f"{attack.name}.wins")
        return _show(name, outcome, outcome.succeeded, "it must succeed on the mutant, and has not")
    image = files.image_of(tree, PRESET)
    outcomes = [_boot(tree, attack, image, line, f"{attack.name}{number or ''}")
                for number, line in enumerate(COMMAND_LINES)]
    worst = next((outcome for outcome in outcomes if not outcome.refused), outcomes[0])
    return _show(name, worst, worst.refused, "it must be refused, and the kernel go on")


def _boot(tree: Tree, attack: Attack, image: Path, append: str, log: str) -> Outcome:
    """One boot."""
    boot = Boot(attack.name, "ok", append=append, limits=LIMITS,
                root_task=f"userland/attack/{attack.name}")
    logs = tree.build / "boots" / f"{tree.chapter:02}" / "attack"
    command = machine.command(machine.find_qemu(), boot, image, logs,
                              initrd=files.root_task_of(tree, PRESET, boot))
    done = run(command, boot.limits)
    files.write(logs / f"{log}.raw.log", done.output)
    return Outcome(attack, golden.text(done.output), judge(done, tree.chapter))


def _show(name: str, outcome: Outcome, passed: bool, wanted: str) -> bool:
    """Says how a boot went; whether it passed."""
    said = [line for line in golden.lines(outcome.log) if line.startswith("ATTACK ")]
    if passed:
        console.good(f"{name}: {said[-1]}")
        return True
    console.out(f"✗ {name}: {wanted}; {outcome.ending.sentence}", style="bold red")
    show_tail(outcome.log)
    return False
