"""Puts a debugging session together: what GDB is told, and who connects to the machine."""
from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from tessera import console
from tessera.boot import machine
from tessera.boot.files import device_tree_of, image_of, root_task_of
from tessera.chapter import Boot
from tessera.debug.session import Session, listen_on_path, listen_on_port
from tessera.debug.symbols import MAIN, Placement, gdb_commands, place
from tessera.tree import Tree

GDB = "gdb-multiarch"
EXTENSION = Path(__file__).resolve().parents[2] / "gdb/tessera.py"


@dataclass(frozen=True)
class Debuggee:
    """The kernel to debug, how it boots, and the files of the session.

    Those have names that an IDE can be configured with, whichever chapter and boot it is.
    """

    folder: Path
    stage: Tree
    preset: str
    boot: Boot

    @property
    def elf(self) -> Path:
        """The kernel with its symbols."""
        return self.stage.preset(self.preset) / "kernel.elf"

    @property
    def script(self) -> Path:
        """What GDB is told before it connects."""
        return self.folder / "session.gdb"

    @property
    def serial(self) -> Path:
        """What the kernel has printed."""
        return self.folder / "serial.log"

    def prepare(self) -> Placement:
        """Writes the files; returns where the kernel is."""
        kernel = place(self.elf, self.boot.load_at)
        lines = [
            f"# Written by `./tessera debug`: chapter {self.stage.chapter:02}, boot '{self.boot.name}'.",
            "set confirm off",
            f'directory "{self.stage.root}"',
            *gdb_commands(kernel),
            *self._program(),
        ]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.serial.unlink(missing_ok=True)
        link = self.folder / "kernel.elf"
        link.unlink(missing_ok=True)
        link.symlink_to(self.elf)
        return kernel

    @property
    def root_task(self) -> Path | None:
        """The user program that the kernel starts."""
        return root_task_of(self.stage, self.preset, self.boot)

    def _program(self) -> list[str]:
        """GDB commands for the program's symbols: it runs where it was linked, below the kernel."""
        return [f'add-symbol-file "{self.root_task}"'] if self.root_task else []

    def qemu(self) -> list[str]:
        """The golden machine of this boot, but for the time in which nothing runs."""
        return machine.command(
            machine.find_qemu(), self.boot, image_of(self.stage, self.preset), self.folder,
            initrd=self.root_task,
            device_tree=device_tree_of(self.stage, self.boot, self.folder), serial="chardev:serial",
            steppable=True)


def server(kernel: Debuggee, port: int) -> int:
    """Waits for one debugger, shows what the kernel prints, and ends when the debugger leaves."""
    listener = listen_on_port(port)
    with Session(listener, kernel.qemu(), kernel.serial, live=True) as session:
        kernel.prepare()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        command = shlex.join([GDB, "-x", str(kernel.script), "-ex", f"target remote {address}"])
        console.step(f"for GDB: {command}")
        console.step(f"boot '{kernel.boot.name}' at {address}, waiting for a debugger; Ctrl-C ends it")
        session.serve_once()
    return 0


def debugger(kernel: Debuggee, arguments: Sequence[str]) -> int:
    """Runs GDB in the foreground, connected and stopped at the first instruction."""
    entry = kernel.prepare().physical_entry
    with tempfile.TemporaryDirectory(prefix="tessera-") as folder:  # the path of a socket must be short
        target = f"{folder}/gdb"
        command = [
            GDB, "-q", "-x", str(kernel.script), "-x", str(EXTENSION),
            "-ex", f"python SerialView({str(kernel.serial)!r}); Reboot({target!r}, {entry:#x})",
            "-ex", f"target remote {target}", "-ex", "continue", *arguments]
        console.step(f"boot '{kernel.boot.name}': `continue` goes on to {MAIN}, `reboot` starts afresh")
        console.step(f"what the kernel prints appears here and in {os.path.relpath(kernel.serial)}")
        with Session(listen_on_path(target), kernel.qemu(), kernel.serial) as session, _foreground(command) as gdb:
            return 1 if session.serve(gdb) else 0


@contextmanager
def _foreground(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """GDB with the terminal to itself: Ctrl-C is for GDB, which stops the kernel, not for us."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    debugger = subprocess.Popen(command)
    try:
        yield debugger
    finally:
        if debugger.poll() is None:
            debugger.terminate()
        debugger.wait()
        signal.signal(signal.SIGINT, before)
