"""QEMU 10 beside the distribution's 7.2, with which the golden logs were recorded.

Debian 12 has it in its backports, but it replaces the other one. So it lives in a chroot: a small
Debian 12 under `build/qemu-10`, made once. What is mounted there is mounted for one process alone
(`unshare --mount`) and is gone with it, however that ends: `rm -rf build` meets no mount.
"""
from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tessera import console, setup
from tessera.boot.process import guarded
from tessera.errors import Failure, Misuse
from tessera.programs import HEARD, uninterrupted
from tessera.setup.apt import INSTALL, Report, apt_get
from tessera.setup.host import Host
from tessera.setup.tools import parse_version
from tessera.tree import Tree, main_root

SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
PACKAGE = "qemu-system-arm"
PROGRAM = "qemu-system-aarch64"

#: What the chroot takes while it is made, with room to spare.
SPACE_NEEDED = 1 << 30

#: Runs a program in a mount name space of its own.
_APART = ("unshare", "--mount")

#: Runs QEMU in the chroot $0 with the folder $1 at the same place as outside.
_ENTER = f'cd "$0"; mkdir -p ".$1"; mount --bind "$1" ".$1"; shift; exec chroot . {PROGRAM} "$@"'


def ensure(tree: Tree, host: Host | None = None) -> Path:
    """Makes the chroot unless it is there; returns a program that is QEMU 10 to this tree."""
    if (host or Host()).uid != 0:
        line = f"./tessera {shlex.join(sys.argv[1:])}"
        line = f"sudo {line}" if shutil.which("sudo") else f"su -c {shlex.quote(line)}"
        raise Misuse("QEMU 10 lives in a chroot, which only root can make and enter",
                     f"Run this line:\n  {line}")
    root = main_root(tree.root) / "build/qemu-10/root"
    if not root.exists():
        setup.ensure("qemu10", tree=tree)
        _make(root)
    wrapper = _wrapper(root, tree)
    console.step(f"boots run on QEMU {_version(wrapper, root)}: TESSERA_QEMU={wrapper}")
    return wrapper


def _make(root: Path) -> None:
    """The chroot, all of it or nothing."""
    root.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root.parent).free
    if free < SPACE_NEEDED:
        raise Failure(f"the disk is too full for QEMU 10: {free >> 20} MiB are left",
                      f"Free some space ({SPACE_NEEDED >> 20} MiB will do); "
                      "then run the same command again.")
    with tempfile.TemporaryDirectory(prefix=".making-", dir=root.parent) as scratch:
        staged = Path(scratch) / "root"
        _debootstrap(staged)
        _install(staged)
        staged.rename(root)


def _debootstrap(root: Path) -> None:
    """A Debian with nothing but apt."""
    report = Report(ok=False)
    command = [*_APART, "debootstrap", "--variant=minbase", SUITE, str(root), MIRROR]
    with ExitStack() as stack:
        with uninterrupted():
            process = subprocess.Popen(command, start_new_session=True, **HEARD)
            stack.enter_context(guarded(process))
        say = stack.enter_context(console.activity())
        for line in process.stdout:
            report.lines.append(line.rstrip())
            say("making a small Debian 12 for QEMU 10", line.strip().removeprefix("I: "))
        process.wait()
    if process.returncode != 0:
        raise Failure(f"debootstrap could not make the chroot; it says\n  {report.words()}",
                      report.hint())


def _install(root: Path) -> None:
    """QEMU out of the backports, with apt-get of the chroot."""
    backports = f"{SUITE}-backports"
    sources = root / "etc/apt/sources.list.d/backports.list"
    sources.write_text(f"deb {MIRROR} {backports} main\n", encoding="utf-8")
    inside = [*_APART, "chroot", str(root)]
    updated = apt_get(["update"], "package lists for QEMU 10", inside)
    lean = ["-o", "APT::Keep-Downloaded-Packages=false"]
    done = apt_get([*INSTALL, *lean, "-t", backports, PACKAGE], "QEMU 10", inside)
    if not done.ok:
        first = updated if not updated.ok else done
        raise Failure(f"apt-get could not install QEMU 10; it says\n  {first.words()}",
                      first.hint())


def _wrapper(root: Path, tree: Tree) -> Path:
    """A script in QEMU's place. It becomes QEMU, so that limits and signals reach that."""
    file = tree.build / "qemu-10" / PROGRAM
    words = [*_APART, "sh", "-ec", _ENTER, str(root), str(tree.root)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return file


def _version(wrapper: Path, root: Path) -> str:
    """Which QEMU it is; Failure when it is none, or an old one."""
    done = subprocess.run([wrapper, "--version"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    version = parse_version(done.stdout) if done.returncode == 0 else ()
    if version < (10,):
        said = (done.stdout + done.stderr).strip() or f"nothing (exit status {done.returncode})"
        raise Failure(f"there is no QEMU 10 in the chroot: asked for its version it says\n  {said}",
                      f"`rm -rf {shlex.quote(str(root))}` has it made anew the next time.")
    return ".".join(map(str, version))
