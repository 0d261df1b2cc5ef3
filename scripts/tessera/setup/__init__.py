"""Set-up: what a command needs is there before it starts.

Uses the standard library only, because it runs before anything is installed. When all is there it
costs one `stat`: a stamp in the build folder remembers the package database it last looked at.
"""
from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.setup import libfdt
from tessera.setup.host import DEVCONTAINER, Host
from tessera.setup.packages import packages
from tessera.tree import Tree, main_root

#: The tree this tool belongs to.
HERE = Path(__file__).resolve().parents[3]


def ensure(tier: str, *, tree: Tree | None = None, host: Host | None = None) -> None:
    """Installs what `tier` lacks (packages of the distribution, libfdt), or says how to.

    TESSERA_SETUP=off trusts that all is there, for systems whose packages come from elsewhere.
    """
    host = host or Host()
    root = (tree or Tree(HERE)).root
    if os.environ.get("TESSERA_SETUP") == "off":
        return
    needed, fdt = packages(tier, host), libfdt_folder(root)
    stamp, key = root / "build/setup" / tier, _key(needed, host)
    if _read(stamp) == key and libfdt.present(fdt):
        return
    _require_apt(host)
    _install_missing(needed, host)
    libfdt.ensure(fdt, host)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_key(needed, host), encoding="utf-8")


def libfdt_folder(root: Path) -> Path:
    """Where the tree at `root` finds libfdt for arm64; nested stage trees share the main tree's."""
    return main_root(root) / "build/deps/libfdt"


def _install_missing(needed: tuple[str, ...], host: Host) -> None:
    """Asks dpkg what is missing and apt to install it."""
    if not (missing := host.missing(needed)):
        return
    from tessera.setup import apt

    apt.install(missing, host)
    if still := host.missing(needed):
        raise Failure(
            f"apt-get was content, but these packages are not installed: {' '.join(still)}"
        )
    importlib.invalidate_caches()
    console.refresh()


def _require_apt(host: Host) -> None:
    """Refuses systems that set-up cannot serve."""
    if not host.has_apt:
        raise Misuse(
            f"set-up installs packages with apt-get, which {host.name} does not have",
            hint=f"{DEVCONTAINER}\nIf the tools are there by other means, set TESSERA_SETUP=off.",
        )


def _key(needed: tuple[str, ...], host: Host) -> str:
    """What the stamp holds: it differs once the tier or dpkg's database has changed."""
    try:
        status = host.dpkg_status.stat()
    except OSError:
        return "no dpkg"
    facts = (*needed, str(status.st_mtime_ns), str(status.st_size))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _read(stamp: Path) -> str | None:
    """The stamp's text; None where there is none."""
    try:
        return stamp.read_text(encoding="utf-8")
    except OSError:
        return None
