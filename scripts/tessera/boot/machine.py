"""The QEMU command line of a boot, and the QEMU that runs it."""
from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path

from tessera.chapter import IMAGE_START, RAM_START, Boot, Machine
from tessera.errors import Failure, Misuse

#: The machine type is versioned, so that a newer QEMU gives the same machine.
MACHINE = "virt-7.2"
OLDEST_QEMU = (7, 2)

#: The header of an Image: code0, code1, text_offset, image_size, flags, three reserved words,
#: magic, another word (Linux documentation, "Booting AArch64 Linux", 'Call the kernel image').
_HEADER = struct.Struct("<II QQQ QQQ 4sI")
_MAGIC = b"ARM\x64"


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
            serial: str = "stdio") -> list[str]:
    """The whole command line. `scratch` is a folder for the stub that `load_at` needs."""
    return [
        qemu, *machine_options(boot.machine),
        "-display", "none", "-monitor", "none", "-serial", serial, "-no-reboot",
        *_load(boot, image, scratch),
        *(["-append", boot.append] if boot.append else []),
        *(["-initrd", str(initrd)] if initrd else []),
    ]


def machine_options(machine: Machine) -> list[str]:
    """The golden machine: nothing random, one guest instruction is one nanosecond."""
    kind = f"{MACHINE},gic-version={machine.gic},dtb-randomness=off"
    if machine.virtualization:
        kind += ",virtualization=on"
    return ["-M", kind, "-cpu", machine.cpu, "-smp", str(machine.cpus), "-m", machine.memory,
            "-nic", "none", "-icount", "shift=0,sleep=off", "-rtc", "clock=vm"]


def check_image(image: Path) -> int:
    """The size in memory that a flat arm64 Image states; Failure when the file is not one."""
    try:
        with image.open("rb") as file:
            head = file.read(_HEADER.size)
    except OSError as error:
        raise Failure(f"cannot read the kernel image {image}: {error.strerror}") from error
    if len(head) < _HEADER.size or _HEADER.unpack(head)[8] != _MAGIC:
        raise Failure(f"{image} is not an arm64 Image: its header lacks the magic number")
    return max(_HEADER.unpack(head)[3], image.stat().st_size)


def _load(boot: Boot, image: Path, scratch: Path) -> list[str]:
    """How the Image gets into memory: by QEMU, or elsewhere with a stub that jumps to it."""
    size = check_image(image)
    if boot.load_at == IMAGE_START:
        return ["-kernel", str(image)]
    end = boot.load_at + size
    if end > RAM_START + boot.machine.memory_bytes:
        raise Failure(f"boot '{boot.name}': an Image of {size} bytes at {boot.load_at:#x} "
                      f"does not fit in {boot.machine.memory} of memory")
    stub = scratch / f"{boot.name}.stub"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        stub.write_bytes(jump_stub(boot.load_at, end))
    except OSError as error:
        raise Failure(f"cannot write {stub}: {error.strerror}") from error
    file = str(image).replace(",", ",,")
    return ["-kernel", str(stub),
            "-device", f"loader,file={file},addr={boot.load_at:#x},force-raw=on"]


def jump_stub(target: int, end: int) -> bytes:
    """A tiny Image that jumps to `target` as firmware would, with x0 (the device tree) untouched.

    It claims all memory up to `end`: QEMU puts the device tree above the kernel it loads, which
    must be above the real one.
    """
    code = struct.pack("<IIQ", 0x58000050, 0xD61F0200, target)  # ldr x16, .+8; br x16; .quad target
    branch = 0x14000000 | _HEADER.size // 4  # b over the header
    return _HEADER.pack(branch, 0, 0, end - IMAGE_START, 0xA, 0, 0, 0, _MAGIC, 0) + code
