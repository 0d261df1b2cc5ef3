"""Where an exercise is tried out: builds, and programs run within limits."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Sequence

from tessera.boot.process import Run, run
from tessera.build import build
from tessera.chapter import Exchange, Limits
from tessera.tree import Tree

#: Host tests: a program that needs more than this is lost. The memory is watched, since sanitizers
#: reserve terabytes of address space, which no limit of the kernel's would allow.
HOST_LIMITS = Limits(
    cpu_seconds=12,
    idle_seconds=10,
    wall_seconds=180,
    output_bytes=1_000_000,
    memory_bytes=1 << 30,
)
_SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0",
    "UBSAN_OPTIONS": "print_stacktrace=0",
    "RC_PARAMS": "seed=1",
}


#: What other host tests get, in seconds of processor time, once one of them has looped.
_IMPATIENT = 2


class Bench:
    """A tree on the machine of whoever works on it. The grader has a stricter one."""

    #: Printed by the kernel at its end, where a grader has arranged for it.
    nonce = ""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.host_limits = HOST_LIMITS

    def build(
        self, preset: str, options: Sequence[str] = (), targets: Sequence[str] = ()
    ) -> None:
        """Brings a preset (or targets of it) up to date; a Failure holds the compiler's words."""
        build(self.tree, preset, targets, options=options)

    def boot(self, command: Sequence[str], limits: Limits, dialogue: Sequence[Exchange]) -> Run:
        """Runs QEMU."""
        return run(command, limits, dialogue=dialogue)

    def host(self, command: Sequence[str], variables: dict[str, str], writable: Path) -> Run:
        """Runs host tests, which may write into one folder."""
        settings = [f"{name}={value}" for name, value in (_SANITIZERS | variables).items()]
        return run(["env", "-C", str(self.tree.root), *settings, *command], self.host_limits)

    def hurry(self) -> None:
        """A host test has looped: the others need not loop for as long."""
        self.host_limits = replace(self.host_limits, cpu_seconds=_IMPATIENT)


def host_settings(variables: dict[str, str]) -> dict[str, str]:
    """The environment of host tests."""
    return _SANITIZERS | variables
