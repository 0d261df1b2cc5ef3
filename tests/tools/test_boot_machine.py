"""The QEMU command line, and which QEMU is used."""
from __future__ import annotations

import dataclasses
import shutil
import struct
from pathlib import Path

import pytest

from boots import boot_toml, fake_qemu, image, make_tree
from tessera import chapter as chapters
from tessera.boot import files, live, machine, process
from tessera.boot.check import check_boots
from tessera.chapter import Boot, Limits, Machine
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

BOOT = Boot("only", "ok")


@pytest.fixture
def where(tmp_path: Path) -> Path:
    """The Image that tells where it is; there is a comma and a blank in its path."""
    file = tmp_path / "a, b" / "Image"
    file.parent.mkdir()
    file.write_bytes(image("where"))
    return file


def output(boot: Boot, file: Path, tmp_path: Path) -> list[str]:
    """What a boot of an Image prints."""
    line = machine.command(machine.find_qemu(), boot, file, tmp_path / "scratch")
    done = process.run(line, Limits())
    return done.output.decode().split("\r\n")


def test_the_golden_machine(where: Path, tmp_path: Path) -> None:
    line = machine.command("QEMU", BOOT, where, tmp_path)
    assert " ".join(line[:16]) == (
        "QEMU -M virt-7.2,gic-version=2,dtb-randomness=off -cpu cortex-a53 -smp 1 -m 512M "
        "-nic none -icount shift=0,sleep=off -rtc clock=vm -display")
    assert line[-2:] == ["-kernel", str(where)]
    assert not (tmp_path / "scratch").exists()


def test_a_machine_that_can_be_stepped_sleeps(where: Path, tmp_path: Path) -> None:
    line = machine.command("QEMU", BOOT, where, tmp_path, steppable=True)
    assert line[line.index("-icount") + 1] == "shift=0,sleep=on"


def test_another_machine(where: Path, tmp_path: Path) -> None:
    boot = Boot("only", "ok", append="a b", machine=Machine(True, 3, "1G", "max", 2))
    line = " ".join(machine.command("QEMU", boot, where, tmp_path, initrd=Path("task.elf")))
    assert "-M virt-7.2,gic-version=3,dtb-randomness=off,virtualization=on -cpu max" in line
    assert "-smp 2 -m 1G" in line
    assert line.endswith("-append a b -initrd task.elf")


def test_an_image_is_loaded_where_the_protocol_says(where: Path, tmp_path: Path) -> None:
    assert output(BOOT, where, tmp_path)[0] == "at 0x0000000040200000"


@pytest.mark.parametrize("address", [0x40400000, 0x48000000, 0x5fa00000])
def test_an_image_is_loaded_elsewhere(where: Path, tmp_path: Path, address: int) -> None:
    boot = dataclasses.replace(BOOT, load_at=address)
    lines = output(boot, where, tmp_path)
    assert lines[0] == f"at 0x{address:016x}"
    assert int(lines[1].removeprefix("tree at "), 16) > address
    assert lines[2] == "magic 0x00000000d00dfeed"  # x0 has survived


def test_memory_is_not_clean_where_other_firmware_has_been(where: Path, tmp_path: Path) -> None:
    data = bytearray(where.read_bytes())
    struct.pack_into("<Q", data, 16, len(data) + 100)  # image_size: a bss of 100 bytes
    where.write_bytes(data)
    boot = dataclasses.replace(BOOT, load_at=0x48000000)
    line = machine.command("QEMU", boot, where, tmp_path / "scratch")
    loaded = tmp_path / "scratch/only.Image"
    assert any(f"file={loaded}," in word for word in line)
    assert loaded.read_bytes() == bytes(data) + 100 * b"\xa5"


# ---- Another device tree ----

#: A tree that is no machine's; boots which only tell where it is do not mind.
SOURCE = "/dts-v1/;\n/ { compatible = \"test\"; };\n"


def test_a_device_tree_of_ones_own(tmp_path: Path) -> None:
    boots = boot_toml(more='device_tree = "trees/own.dts"\nload_at = 0x48000000')
    log = "at <address>\ntree at <address>\nmagic 0x00000000d00dfeed\n[ch01] OK\n"
    tree = make_tree(tmp_path / "tree", "where", boots + "keep = ['magic .*']\n", {"only": log})
    (tree.root / "trees").mkdir()
    (tree.root / "trees/own.dts").write_text(SOURCE)
    assert check_boots(tree)[0].passed
    raw_log = tree.build / "boots/01/kernel/only.raw.log"
    assert "tree at 0x0000000048200000" in raw_log.read_text()  # right above the kernel


def test_no_device_tree(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "where", boot_toml(more='device_tree = "none"'))
    check_boots(tree)
    raw_log = (tree.build / "boots/01/kernel/only.raw.log").read_text()
    assert raw_log.startswith("at 0x0000000040200000\ntree at 0x0000000000000000\n")


def test_a_device_tree_that_is_not_there(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", boots=boot_toml(more='device_tree = "own.dts"'))
    with pytest.raises(Misuse, match="boot 'only' wants the device tree own.dts, which is not"):
        check_boots(tree)


def test_a_device_tree_that_is_none(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", boots=boot_toml(more='device_tree = "own.dts"'))
    (tree.root / "own.dts").write_text("nonsense")
    with pytest.raises(Failure, match="dtc cannot compile own.dts; it says\n.*own.dts:1"):
        check_boots(tree)


def test_no_dtc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.dts").write_text(SOURCE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misuse, match="dtc, which compiles device trees, is not installed"):
        files.device_tree_of(Tree(tmp_path), Boot("only", "ok", device_tree="own.dts"), tmp_path)


def test_only_boots_with_another_device_tree_have_semihosting(where: Path, tmp_path: Path) -> None:
    plain = machine.command("QEMU", BOOT, where, tmp_path)
    other = machine.command("QEMU", dataclasses.replace(BOOT, device_tree="none"), where, tmp_path)
    assert "-semihosting-config" not in plain
    assert "-semihosting-config" in other


def test_other_peoples_kernels_never_have_semihosting(where: Path, tmp_path: Path) -> None:
    boot = dataclasses.replace(BOOT, device_tree="none")
    assert "-semihosting-config" not in machine.command("QEMU", boot, where, tmp_path,
                                                        semihosting=False)


def test_semihosting_is_shown_in_its_place(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "semihosting", boot_toml(more='device_tree = "none"'),
                     {"only": "before, by semihosting, after\n[ch01] OK\n"})
    assert check_boots(tree)[0].passed


# ---- What cannot be loaded ----

def test_an_image_that_does_not_fit_there(where: Path, tmp_path: Path) -> None:
    data = bytearray(where.read_bytes())
    struct.pack_into("<Q", data, 16, 4 << 20)  # image_size
    where.write_bytes(data)
    boot = dataclasses.replace(BOOT, load_at=0x5fe00000)
    with pytest.raises(Failure, match="does not fit in 512M of memory"):
        machine.command("QEMU", boot, where, tmp_path)


@pytest.mark.parametrize(("data", "problem"), [
    (None, "cannot read the kernel image .*: No such file"),
    (b"", "is not an arm64 Image"),
    (b"\x7fELF" + bytes(100), "is not an arm64 Image"),
])
def test_what_is_no_image(tmp_path: Path, data: bytes | None, problem: str) -> None:
    file = tmp_path / "Image"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(Failure, match=problem):
        machine.command("QEMU", BOOT, file, tmp_path)


def test_the_qemu_on_the_path() -> None:
    assert machine.find_qemu() == shutil.which("qemu-system-aarch64")


def test_no_qemu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misuse, match="qemu-system-aarch64 is not installed") as caught:
        machine.find_qemu()
    assert "doctor" in caught.value.hint


def test_another_qemu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = fake_qemu(tmp_path / "mine", "exit 9")
    monkeypatch.setenv("TESSERA_QEMU", script)
    assert machine.find_qemu() == script


def test_another_qemu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_QEMU", "/nowhere/qemu")
    with pytest.raises(Misuse, match="TESSERA_QEMU names /nowhere/qemu, which is not a program"):
        machine.find_qemu()


@pytest.mark.parametrize(("says", "problem"), [
    ("echo QEMU emulator version 7.1.0", "is QEMU 7.1; Tessera needs 7.2 or newer"),
    ("echo QEMU emulator version 6.9", "is QEMU 6.9; Tessera needs 7.2 or newer"),
    ("echo hello", "is no QEMU: asked for its version it says hello"),
    ("exit 3", r"is no QEMU: asked for its version it says nothing \(exit status 3\)"),
    ("echo QEMU emulator version 7.2.22", None),
    ("echo QEMU emulator version 10.0.0", None),
])
def test_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str,
                  problem: str | None) -> None:
    script = tmp_path / "qemu"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    monkeypatch.setenv("TESSERA_QEMU", str(script))
    if problem is None:
        assert machine.find_qemu() == str(script)
    else:
        with pytest.raises(Misuse, match=problem):
            machine.find_qemu()


def test_a_qemu_that_cannot_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "qemu"
    script.write_text("no program at all")
    script.chmod(0o755)
    monkeypatch.setenv("TESSERA_QEMU", str(script))
    with pytest.raises(Misuse, match="cannot be run"):
        machine.find_qemu()


def test_what_the_user_wants_changed(tmp_path: Path) -> None:
    chapter = chapters.load(make_tree(tmp_path / "tree"), 1)
    boot = chapter.boot()
    wishes = live.Wishes(machine={"memory": "64M", "virtualization": True}, append="x")
    changed = live.adapt(chapter, boot, wishes)
    assert changed.machine == Machine(virtualization=True, memory="64M")
    assert changed.append == "x"
    assert live.adapt(chapter, boot, live.Wishes()) == boot


@pytest.mark.parametrize(("wishes", "problem"), [
    (live.Wishes(machine={"memory": "lots"}), "memory must be a size such as 512M"),
    (live.Wishes(machine={"gic": 4}), "gic must be 2 or 3, not 4"),
    (live.Wishes(root_task=Path("x")), "chapter 01 has no user mode, so it takes no root task"),
])
def test_what_the_user_cannot_have(tmp_path: Path, wishes: live.Wishes, problem: str) -> None:
    chapter = chapters.load(make_tree(tmp_path / "tree"), 1)
    with pytest.raises(Misuse, match=problem):
        live.adapt(chapter, chapter.boot(), wishes)
