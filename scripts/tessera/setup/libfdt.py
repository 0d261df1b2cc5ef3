"""libfdt for the kernel: the distribution's arm64 package; the host keeps its architectures.

apt-get runs with folders of its own and believes for once that the machine is an arm64 one. It
then fetches and authenticates the package like any other, from the host's own mirrors, and needs
no root.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tessera.errors import Failure
from tessera.setup.apt import Report, apt_get
from tessera.setup.host import Host

PACKAGE = "libfdt-dev"
HEADERS = ("fdt.h", "libfdt.h", "libfdt_env.h")
ARCHIVE = "libfdt.a"
_LIBRARIES = "usr/lib/aarch64-linux-gnu"

#: The lists of all arm64 packages, for a moment. apt-get does not always notice a full disk itself.
SPACE_NEEDED = 64 << 20

#: Ubuntu keeps arm64 on another server than amd64.
_UBUNTU = (
    "deb [signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] "
    "http://ports.ubuntu.com/ubuntu-ports {} main universe\n"
)


def present(folder: Path) -> bool:
    """Whether `folder` holds libfdt: `include/` and `lib/libfdt.a`."""
    return (folder / "lib" / ARCHIVE).exists() and all(
        (folder / "include" / name).exists() for name in HEADERS
    )


def ensure(folder: Path, host: Host) -> None:
    """Puts libfdt into `folder`, all of it or nothing."""
    if present(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".libfdt-", dir=folder.parent) as scratch:
        source = host.root if host.is_arm64 else _unpacked(Path(scratch), host)
        staged = Path(scratch) / "libfdt"
        _collect(source, staged)
        shutil.rmtree(folder, ignore_errors=True)
        staged.rename(folder)


def _collect(source: Path, target: Path) -> None:
    """Copies the headers and the archive out of an unpacked package (or the host's root)."""
    wanted = [(source / "usr/include" / name, target / "include" / name) for name in HEADERS]
    wanted.append((source / _LIBRARIES / ARCHIVE, target / "lib" / ARCHIVE))
    for file, place in wanted:
        if not file.exists():
            raise Failure(f"the package {PACKAGE} holds no {file.relative_to(source)}")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def _unpacked(scratch: Path, host: Host) -> Path:
    """Downloads the arm64 package into `scratch` and unpacks it there."""
    free = shutil.disk_usage(scratch).free
    if free < SPACE_NEEDED:
        raise Failure(
            f"the disk is too full to fetch {PACKAGE} for arm64: {free >> 20} MiB are left",
            f"Free some space ({SPACE_NEEDED >> 20} MiB will do); then run the same command again.",
        )
    env = _foreign_apt(scratch, host)
    updated = apt_get(["update"], "arm64 package lists", env=env)
    fetched = _download(scratch, env)
    package = next(scratch.glob("*.deb"), None)
    if not fetched.ok or package is None:
        first = updated if not updated.ok else fetched
        raise Failure(
            f"apt-get could not fetch {PACKAGE} for arm64; it says\n  {first.words()}", first.hint()
        )
    subprocess.run(["dpkg", "-x", package, scratch / "root"], check=True)
    return scratch / "root"


def _download(scratch: Path, env: dict[str, str]) -> Report:
    """`apt-get download`, which puts the package into the current folder."""
    return apt_get(
        ["download", PACKAGE], "libfdt for arm64", prefix=("env", "-C", str(scratch)), env=env
    )


def _foreign_apt(scratch: Path, host: Host) -> dict[str, str]:
    """An environment in which apt-get keeps to `scratch` and takes the machine for an arm64 one."""
    for name in ("state/lists/partial", "cache/archives/partial", "sources.d"):
        (scratch / name).mkdir(parents=True)
    (scratch / "status").touch()
    lines = [
        f'Dir::State "{scratch}/state";',
        f'Dir::State::status "{scratch}/status";',
        f'Dir::Cache "{scratch}/cache";',
        'APT::Architecture "arm64";',
        'APT::Architectures { "arm64"; };',
        'APT::Sandbox::User "";',  # the folder is not open to apt's own user
        'Acquire::Languages "none";',
    ]
    if host.os_release.get("ID") == "ubuntu":
        sources = scratch / "ports.list"
        sources.write_text(
            _UBUNTU.format(host.os_release.get("VERSION_CODENAME", "")), encoding="utf-8"
        )
        lines += [
            f'Dir::Etc::sourcelist "{sources}";',
            f'Dir::Etc::sourceparts "{scratch}/sources.d";',
        ]
    config = scratch / "apt.conf"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return os.environ | {"APT_CONFIG": str(config)}
