"""What is in memory when the machine starts: the Image, and perhaps a stub and a device tree."""
from __future__ import annotations

import struct
from pathlib import Path

from tessera.chapter import IMAGE_START, RAM_START, TWO_MIB, Boot
from tessera.errors import Failure

#: The header of an Image: code0, code1, text_offset, image_size, flags, three reserved words,
#: magic, another word (Linux documentation, "Booting AArch64 Linux", 'Call the kernel image').
_HEADER = struct.Struct("<II QQQ QQQ 4sI")
_MAGIC = b"ARM\x64"

#: The stub lies below every place an Image can be loaded at, and above QEMU's own few instructions.
_STUB_OFFSET = 0x8_0000

#: What other firmware leaves in the memory behind the file, where bss and stack will be. QEMU's is
#: zero, which hides a bss that is not cleared.
LEFTOVER = b"\xa5"


#: What other firmware leaves in registers that only EL2 can set. QEMU's suit EL1 as they are, which
#: hides a way down to EL1 that forgets one.
_DIRTY_EL2 = [
    0xD5384250,  # mrs  x16, CurrentEL
    0x36180130,  # tbz  x16, #3, behind all this
    0xD2F00010,  # mov  x16, #1 << 63
    0xD51CE070,  # msr  cntvoff_el2, x16   virtual time is far from physical time
    0xD51C0010,  # msr  vpidr_el2, x16     another core
    0xD28175B0,  # mov  x16, #0xbad
    0xD51C00B0,  # msr  vmpidr_el2, x16    in another place
    0xD53C1130,  # mrs  x16, mdcr_el2
    0xB27B0610,  # orr  x16, x16, #3 << 5
    0xD51C1130,  # msr  mdcr_el2, x16      counters trap to EL2
]


def load(boot: Boot, image: Path, scratch: Path, device_tree: Path | None) -> list[str]:
    """QEMU's options for it. QEMU itself loads the Image, unless the boot wants something special:
    then it loads a stub, which does what other firmware would."""
    size = check_image(image)
    if boot.load_at == IMAGE_START and not boot.device_tree:
        return ["-kernel", str(image)]
    end = boot.load_at + size
    tree_at = None
    if boot.device_tree:
        tree_at = -(-end // TWO_MIB) * TWO_MIB if device_tree else 0
    if device_tree:
        end = tree_at + device_tree.stat().st_size
    if end > RAM_START + boot.machine.memory_bytes:
        raise Failure(f"boot '{boot.name}': an Image of {size} bytes at {boot.load_at:#x} "
                      f"does not fit in {boot.machine.memory} of memory")
    stub, dirty = scratch / f"{boot.name}.stub", scratch / f"{boot.name}.Image"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        stub.write_bytes(jump_stub(boot.load_at, end, tree_at))
        dirty.write_bytes(image.read_bytes().ljust(size, LEFTOVER))
    except OSError as error:
        raise Failure(f"cannot write {error.filename}: {error.strerror}") from error
    options = ["-kernel", str(stub), *_loader(dirty, boot.load_at)]
    return options + _loader(device_tree, tree_at) if device_tree else options


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


def _loader(file: Path, address: int) -> list[str]:
    """Puts a file into memory as it is."""
    name = str(file).replace(",", ",,")
    return ["-device", f"loader,file={name},addr={address:#x},force-raw=on"]


def jump_stub(target: int, end: int, x0: int | None = None) -> bytes:
    """A tiny Image that jumps to `target` as firmware would, with x0 (the device tree) as QEMU has
    set it, or as told.

    It claims all memory up to `end`: QEMU puts its own device tree above the kernel it loads, which
    must be above the real one.
    """
    nop, ldr_x0, ldr_x16, br_x16 = 0xD503201F, 0x580000A0, 0x58000090, 0xD61F0200
    code = [*_DIRTY_EL2, ldr_x16, nop if x0 is None else ldr_x0, br_x16, nop]  # nop: alignment
    words = struct.pack(f"<{len(code)}I QQ", *code, target, x0 or 0)
    branch = 0x14000000 | _HEADER.size // 4  # b over the header
    claimed = end - RAM_START - _STUB_OFFSET
    return _HEADER.pack(branch, 0, _STUB_OFFSET, claimed, 0xA, 0, 0, 0, _MAGIC, 0) + words
