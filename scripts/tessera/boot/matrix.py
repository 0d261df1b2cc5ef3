"""The boot matrix: a chapter's first boot on every machine that a kernel must not tell apart.

Logs differ there by right: the device tree lies elsewhere, memory is larger, there is another
interrupt controller to be found. What must hold is how the boot ends: as chapter.toml declares,
and in the words of the golden log, so that a panic is the declared one and no other.
"""
from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tessera import chapter as chapters
from tessera.boot import files, golden, machine, patience
from tessera.boot.ending import Ending, judge
from tessera.boot.process import Run, run
from tessera.boot.session import Stop
from tessera.chapter import Boot, Machine
from tessera.errors import Misuse
from tessera.tree import Tree

#: What varies. 64 MiB and 4 GiB also move the device tree: QEMU puts it at half of a small memory.
MEMORY = ("64M", "512M", "4G")
CPUS = ("cortex-a53", "cortex-a72", "max")
GICS = (2, 3)
ENTERED_AT_EL2 = (False, True)

#: A boot that does not end by itself takes its time: after so many, no further one is tried.
PATIENCE = 2

#: What tells how a boot ended. A panic may come in the middle of a line.
_VERDICT = re.compile(
    r"PANIC: .*$|^(?:\[<time>\] )?(?:REFUSED|STOPPED): .*$|^\[ch\d\d\] OK$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """One boot of the matrix."""

    boot: Boot  # on this machine
    ending: Ending
    expected: list[str]  # the golden log's lines on how it ended
    actual: list[str]  # this boot's
    run: Run
    raw_log: Path

    @property
    def passed(self) -> bool:
        """Whether it ended as declared, and no line says otherwise."""
        return self.ending.end.value == self.boot.ends and self.actual == self.expected

    @property
    def hung(self) -> bool:
        """Whether a limit had to end it."""
        return self.run.stop not in (Stop.OFF, Stop.DIED)


def machines(base: Machine, memory: str) -> list[Machine]:
    """Every machine with that much memory."""
    return [replace(base, memory=memory, cpu=cpu, gic=gic, virtualization=at_el2)
            for cpu, gic, at_el2 in itertools.product(CPUS, GICS, ENTERED_AT_EL2)]


def check(tree: Tree, memory: str, preset: str) -> list[Result]:
    """Boots the kernel that `preset` built on every machine with that much memory, or until it had
    to be stopped on some."""
    if memory not in MEMORY:
        raise Misuse(f"the boot matrix has {', '.join(MEMORY)}, not {memory}",
                     "`./tessera run --memory SIZE` takes any size.")
    chapter = chapters.load(files.home_of(tree), tree.chapter)
    boot = chapter.boot()
    expected = files.read(files.expected(files.home_of(tree), chapter.number, boot.name))
    if expected is None:
        raise Misuse(f"chapters/{chapter.number:02}/expected/{boot.name}.log does not exist, so "
                     "nothing tells how this boot must end",
                     f"`./tessera boot check {boot.name} --accept` records it.")
    logs = tree.build / "boots" / f"{chapter.number:02}" / preset / "matrix" / memory
    variants = [replace(boot, machine=variant) for variant in machines(boot.machine, memory)]
    results: list[Result] = []
    for variant in variants:
        results.append(_boot(tree, preset, variant, expected, logs))
        if sum(result.hung for result in results) == PATIENCE:
            break
    return results


def _boot(tree: Tree, preset: str, boot: Boot, expected: str, logs: Path) -> Result:
    """Boots once on one machine."""
    image = files.image_of(tree, preset)
    command = machine.command(
        machine.find_qemu(), boot, image, logs,
        initrd=files.root_task_of(tree, preset, boot),
        device_tree=files.device_tree_of(tree, boot, logs))
    done = run(command, patience.limits(image, boot.limits), dialogue=boot.dialogue)
    raw_log = logs / f"{slug(boot.machine)}.raw.log"
    files.write(raw_log, done.output)
    log = golden.normalise(golden.text(done.output), boot.keep)
    return Result(boot, judge(done, tree.chapter), verdicts(expected), verdicts(log), done, raw_log)


def verdicts(log: str) -> list[str]:
    """The lines of a normalised log that tell how the boot ended."""
    return _VERDICT.findall(log)


def slug(variant: Machine) -> str:
    """A machine as part of a file's name."""
    return f"{variant.cpu}-gicv{variant.gic}-el{_level(variant)}"


def words(variant: Machine) -> str:
    """A machine as people say it."""
    return f"{variant.memory}, {variant.cpu}, GICv{variant.gic}, EL{_level(variant)}"


def again(chapter: int, boot: Boot, preset: str) -> str:
    """The command that boots on this machine again, in front of the user."""
    variant = boot.machine
    level = "--el2" if variant.virtualization else "--no-el2"
    other = [] if preset == "kernel" else ["--preset", preset]
    return " ".join(["./tessera run", f"{chapter:02}", *other, "--memory", variant.memory,
                     "--cpu", variant.cpu, "--gic", str(variant.gic), level])


def _level(variant: Machine) -> int:
    """The exception level at which the kernel is entered."""
    return 2 if variant.virtualization else 1
