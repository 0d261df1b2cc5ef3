"""Boots the programs in userland/bench and takes down what they measure."""
from __future__ import annotations

import re
import subprocess
from contextlib import nullcontext
from typing import Callable, Iterator

from tessera import console
from tessera.benchmark.costs import Costs
from tessera.benchmark.rows import ROWS
from tessera.boot import files, machine, process
from tessera.boot.ending import judge
from tessera.boot.session import Stop
from tessera.build import build
from tessera.chapter import Boot, Limits
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

PRESET = "benchmark"
#: The chapters whose kernel can run them: one operation after the other; costs as things grow.
OPERATIONS, GROWTH = 10, 16
_ROW = re.compile(r"^row (\S+) (\d+) (\d+) (\d+)$", re.MULTILINE)
_LIMITS = Limits(cpu_seconds=300, wall_seconds=900)
#: So many lines the second program prints; for the progress alone.
_SIZE_LINES = 29
#: How many lines of a program that broke off are shown.
_SHOWN = 6


def measure(tree: Tree, *, quiet: bool = False) -> Costs:
    """Builds the release kernel of `tree` with a clock for programs, and runs them on it."""
    if tree.chapter < OPERATIONS:
        raise Misuse(
            f"the kernel of chapter {tree.chapter:02} has nothing to measure yet",
            f"The first operations come with chapter {OPERATIONS:02}.",
        )
    wanted = ["ch10_kernel", *(["ch16_sizes"] if tree.chapter >= GROWTH else [])]
    build(tree, PRESET, ["Image", *(f"program-bench-{program}" for program in wanted)])
    costs = Costs(_configuration(tree))
    with nullcontext(_say_nothing) if quiet else console.progress("measuring") as show:
        for program in wanted:
            for key, amount, instructions in _run(tree, program, _counted(costs, show)):
                if program == "ch10_kernel":
                    costs.rows[key] = instructions
                else:
                    costs.sizes.setdefault(key, {})[amount] = instructions
    return costs


def _say_nothing(_percent: float, _doing: str) -> None:
    """In place of a progress, where only figures are wanted."""


def _counted(costs: Costs, show: Callable[[float, str], None]) -> Callable[[bytes], None]:
    """Listens to a program, for the progress."""
    heard, before, lines = bytearray(), len(costs.rows), len(ROWS) + _SIZE_LINES

    def listen(data: bytes) -> None:
        heard.extend(data)
        _, row, rest = heard.rpartition(b"row ")
        if row:
            done = before + heard.count(b"\nrow ")
            show(min(99.0, 100 * done / lines), rest.split(b" ")[0].decode(errors="replace"))

    return listen


def _run(
    tree: Tree, program: str, listen: Callable[[bytes], None]
) -> Iterator[tuple[str, int, float]]:
    """What a program has measured: row, amount, instructions for one."""
    boot = Boot(program, "ok", root_task=f"userland/bench/{program}", limits=_LIMITS)
    command = machine.command(
        machine.find_qemu(),
        boot,
        files.image_of(tree, PRESET),
        tree.build / "boots",
        initrd=files.root_task_of(tree, PRESET, boot),
    )
    done = process.run(command, _LIMITS, echo=listen)
    text = done.output.decode(errors="replace").replace("\r", "")
    if done.stop is not Stop.OFF or not text.rstrip().endswith("all rows"):
        _broke_off(tree, program, judge(done, None).sentence, text)
    for key, amount, rounds, nanoseconds in _ROW.findall(text):
        yield key, int(amount), round(int(nanoseconds) / int(rounds), 1)


def _broke_off(tree: Tree, program: str, sentence: str, text: str) -> None:
    """A program that did not reach its end: an error, or on an earlier kernel what was due."""
    tail = [f"  {line}" for line in text.splitlines()[-_SHOWN:]]
    what = f"userland/bench/{program}.c got no further ({sentence}); its last lines:"
    said = "\n".join([what, *tail])
    if tree.chapter >= GROWTH:
        raise Failure(said)
    console.out(said)


def _configuration(tree: Tree) -> dict[str, str | int]:
    """What the figures hold for."""
    compiler = subprocess.run(
        ["aarch64-linux-gnu-g++", "-dumpfullversion"],
        check=True,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ).stdout.strip()
    options = machine.machine_options(Boot(PRESET, "ok").machine)
    return {
        "chapter": tree.chapter,
        "compiler": f"GCC {compiler} -O2, link-time optimisation",
        "machine": " ".join(options),
        "rounds": 20000,
    }
