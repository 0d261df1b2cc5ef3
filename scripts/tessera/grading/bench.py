"""Builds, host tests and boots of a submission, all of it in the jail."""
from __future__ import annotations

from pathlib import Path
from typing import Sequence

from tessera.boot.machine import find_qemu
from tessera.boot.process import Run, run
from tessera.boot.session import Stop
from tessera.build import SHOWN_LINES, telling
from tessera.chapter import Exchange, Limits
from tessera.errors import Failure
from tessera.exercises.bench import Bench, host_settings
from tessera.grading.jail import Jail, Needs
from tessera.setup import libfdt_folder
from tessera.tree import Tree

#: For a whole build: the compiler may be led astray as well.
_BUILD = Limits(
    cpu_seconds=300,
    idle_seconds=60,
    wall_seconds=900,
    output_bytes=4_000_000,
    memory_bytes=6 << 30,
)
_COMPILER_SECONDS = 120
_COMPILER_MEBIBYTES = 4096
#: QEMU reserves more than the machine's memory.
_QEMU_MEBIBYTES = 12288


class GradersBench(Bench):
    """A bench on which nothing of the submission runs outside the jail."""

    def __init__(self, tree: Tree, jail: Jail, nonce: str, cache: Path, home: Path) -> None:
        """`cache` is the compiler cache that graders share; `home` is the grader's own tree."""
        super().__init__(tree)
        self.jail = jail
        self.nonce = nonce
        self.cache = cache
        self.home = home

    def build(
        self, preset: str, options: Sequence[str] = (), targets: Sequence[str] = ()
    ) -> None:
        """Configures and builds; a Failure holds the compiler's own words, and where it ended."""
        libfdt = f"-DTESSERA_LIBFDT={libfdt_folder(self.home)}"
        self._step(["cmake", "--preset", preset, libfdt, *options], f"configuring {preset} failed")
        folder = str(self.tree.preset(preset))
        self._step(["ninja", "-j2", "-C", folder, *targets], f"building {preset} failed")

    def _step(self, command: Sequence[str], complaint: str) -> None:
        """One command of a build."""
        needs = Needs(
            writable=[self.tree.root, self.cache],
            readable=[libfdt_folder(self.home)],
            folder=self.tree.root,
            variables={"CCACHE_DIR": str(self.cache), "CCACHE_BASEDIR": str(self.tree.root)},
            cpu_seconds=_COMPILER_SECONDS,
            memory_mebibytes=_COMPILER_MEBIBYTES,
            file_mebibytes=512,
        )
        done = run(self.jail.wrap(command, needs), _BUILD)
        if done.stop is Stop.OFF:
            return
        said = (done.output + done.errors.encode()).decode(errors="replace").splitlines()
        words = telling(said)[:SHOWN_LINES]
        if done.stop is not Stop.DIED:
            words.append(f"stopped: {done.stop.value}")
        raise Failure("\n".join([complaint, *words]))

    def boot(self, command: Sequence[str], limits: Limits, dialogue: Sequence[Exchange]) -> Run:
        """QEMU, which reads the image and writes nothing."""
        needs = Needs(
            readable=[self.tree.build, Path(find_qemu()).resolve().parent],
            cpu_seconds=limits.cpu_seconds,
            memory_mebibytes=_QEMU_MEBIBYTES,
        )
        return run(self.jail.wrap(command, needs), limits, dialogue=dialogue)

    def host(self, command: Sequence[str], variables: dict[str, str], writable: Path) -> Run:
        """Host tests: they see what was built, no sources, and write their report."""
        built = self.tree.preset("exercise")
        needs = Needs(
            writable=[writable],
            readable=[built],
            folder=built,
            variables=host_settings(variables),
            cpu_seconds=self.host_limits.cpu_seconds,
        )
        self.jail.own(writable)
        return run(self.jail.wrap(command, needs), self.host_limits)
