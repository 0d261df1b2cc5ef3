"""Other people's programs, kept from everything that is not theirs.

With bubblewrap a program sees the system's own folders and what it is given, nothing of the
instructor's; it has no network and no other processes. Where bubblewrap is missing or may not do
that (in some containers) root can at least run it as nobody. Otherwise it runs as we do, and every
report says so.
"""
from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Sequence

MEBIBYTE = 1 << 20
_NOBODY = 65534


@dataclass(frozen=True)
class Needs:
    """What one program is given."""

    writable: Sequence[Path] = ()
    readable: Sequence[Path] = ()
    folder: Path = Path("/tmp")  # where it starts
    variables: dict[str, str] = field(default_factory=dict)
    cpu_seconds: int = 60
    file_mebibytes: int = 64  # the largest file that it may write
    memory_mebibytes: int | None = None  # of address space; what is resident is watched as well


class Jail:
    """No isolation but limits: what there is without bubblewrap and without being root."""

    name = "none: the submission's programs ran as the grader's own user"

    def wrap(self, command: Sequence[str], needs: Needs) -> list[str]:
        """The command that runs a command within limits."""
        return [*self._enter(needs), *_limits(needs), *command]

    def _enter(self, needs: Needs) -> list[str]:
        """The words before the limits."""
        return ["env", "-i", "-C", str(needs.folder), *_settings(needs)]

    def own(self, folder: Path) -> None:
        """Makes a folder one that programs in the jail can write to."""


class Nobody(Jail):
    """Another user: cannot change what is ours, nor read what only we may."""

    name = "another user (nobody); bubblewrap would isolate more"

    def _enter(self, needs: Needs) -> list[str]:
        """Becomes nobody, for good."""
        user = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups",
                "--no-new-privs"]
        return [*user, *super()._enter(needs)]

    def own(self, folder: Path) -> None:
        """Gives a folder to nobody."""
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)


class Bubblewrap(Jail):
    """Namespaces of its own: no network, no processes but its own, no files but those given."""

    name = "bubblewrap"

    def _enter(self, needs: Needs) -> list[str]:
        """Makes the namespaces, and shows what is to be seen."""
        words = ["bwrap", "--unshare-all", "--die-with-parent", "--clearenv", *_system()]
        words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        for path in needs.readable:
            words += ["--ro-bind", str(path), str(path)]
        for path in needs.writable:
            words += ["--bind", str(path), str(path)]
        for setting in _settings(needs):
            name, _, value = setting.partition("=")
            words += ["--setenv", name, value]
        return [*words, "--chdir", str(needs.folder)]


@cache
def _system() -> tuple[str, ...]:
    """The folders of the operating system, which all may read."""
    words = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            words += ["--ro-bind", str(path), str(path)]
    for path in (Path("/etc/alternatives"), Path("/etc/ld.so.cache")):
        if path.exists():
            words += ["--ro-bind", str(path), str(path)]
    return tuple(words)


def _settings(needs: Needs) -> list[str]:
    """The whole environment: nothing of ours is passed on."""
    usual = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"}
    return [f"{name}={value}" for name, value in (usual | needs.variables).items()]


def _limits(needs: Needs) -> list[str]:
    """prlimit, which stands before the program itself."""
    words = [
        "prlimit",
        f"--cpu={needs.cpu_seconds}:{needs.cpu_seconds + 5}",
        f"--fsize={needs.file_mebibytes * MEBIBYTE}",
        "--core=0",
    ]
    if needs.memory_mebibytes is not None:
        words.append(f"--as={needs.memory_mebibytes * MEBIBYTE}")
    return words


@cache
def best() -> Jail:
    """The strictest jail that this machine offers."""
    if shutil.which("bwrap") and _works(Bubblewrap()):
        return Bubblewrap()
    if os.geteuid() == 0 and _works(Nobody()):
        return Nobody()
    return Jail()


def _works(jail: Jail) -> bool:
    """Whether a program can be run in it at all."""
    try:
        done = subprocess.run(
            jail.wrap(["true"], Needs()), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0
