"""The QEMU command line of a boot, and the QEMU that runs it."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tessera.boot.loading import load
from tessera.chapter import Boot, Machine
from tessera.errors import Misuse

#: The machine type is versioned, so that a newer QEMU gives the same machine.
MACHINE = "virt-7.2"
OLDEST_QEMU = (7, 2)


def find_qemu() -> str:
    """The QEMU to use: `TESSERA_QEMU` or the one on PATH; Misuse when it is missing or too old."""
    named = os.environ.get("TESSERA_QEMU", "")
    found = shutil.which(named or "qemu-system-aarch64")
    if found is None and named:
        raise Misuse(f"TESSERA_QEMU names {named}, which is not a program here",
                     "Correct or unset TESSERA_QEMU.")
    if found is None:
        raise Misuse("qemu-system-aarch64 is not installed",
                     "`./tessera doctor` says what to install.")
    version = _version(found)
    if version < OLDEST_QEMU:
        raise Misuse(f"{found} is QEMU {version[0]}.{version[1]}; Tessera needs 7.2 or newer",
                     "Install a newer QEMU, or name one in TESSERA_QEMU.")
    return found


@cache
def _version(qemu: str) -> tuple[int, int]:
    """Major and minor version of a QEMU program."""
    try:
        done = subprocess.run([qemu, "--version"], stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Misuse(f"{qemu} cannot be run: {error}") from error
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    found = re.search(r"QEMU emulator version (\d+)\.(\d+)", said)
    if found is None:
        words = said.splitlines()[0] if said else f"nothing (exit status {done.returncode})"
        raise Misuse(f"{qemu} is no QEMU: asked for its version it says {words}")
    return int(found[1]), int(found[2])


def command(qemu: str, boot: Boot, image: Path, scratch: Path, *, initrd: Path | None = None,
            device_tree: Path | None = None, serial: str = "stdio",
            semihosting: bool = True, steppable: bool = False) -> list[str]:
    """The whole command line. `scratch` is a folder for the stub that `load_at` and `device_tree`
    need; `device_tree` is the compiled one, if the boot names a source. `semihosting` off: not even
    for boots that are declared so that they need it. `steppable`: for a debugger."""
    return [
        qemu, *machine_options(boot.machine, steppable=steppable),
        "-display", "none", "-monitor", "none", *_console(boot, serial, semihosting), "-no-reboot",
        *load(boot, image, scratch, device_tree),
        *(["-append", boot.append] if boot.append else []),
        *(["-initrd", str(initrd)] if initrd else []),
    ]


def _console(boot: Boot, serial: str, semihosting: bool) -> list[str]:
    """The serial port; for boots with a device tree of their own, semihosting on the same stream.

    By semihosting a kernel says its last words when the tree has told it of no serial port. Other
    boots go without: it would open the host's files to the kernel as well.
    """
    if not boot.device_tree or serial != "stdio" or not semihosting:
        return ["-serial", serial]
    return ["-chardev", "stdio,id=console,mux=on", "-serial", "chardev:console",
            "-semihosting-config", "enable=on,target=native,chardev=console"]


def machine_options(machine: Machine, *, steppable: bool = False) -> list[str]:
    """The golden machine: nothing random, one guest instruction is one nanosecond.

    A processor that waits for an interrupt sleeps through no real time (`sleep=off`), unless the
    machine is `steppable`: with that option a single step, which a debugger also needs to go on from
    a breakpoint, can make QEMU (7.2) spin for ever once timers run.
    """
    kind = f"{MACHINE},gic-version={machine.gic},dtb-randomness=off"
    if machine.virtualization:
        kind += ",virtualization=on"
    icount = f"shift=0,sleep={'on' if steppable else 'off'}"
    return ["-M", kind, "-cpu", machine.cpu, "-smp", str(machine.cpus), "-m", machine.memory,
            "-nic", "none", "-icount", icount, "-rtc", "clock=vm"]
