"""The packages from npm: those that the lock file names, fetched once into the build folder."""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tessera import console
from tessera.errors import Failure
from tessera.programs import HEARD
from tessera.tree import main_root

_FILES = ("package.json", "package-lock.json")


def folder(root: Path) -> Path:
    """Where the packages are; nested trees share the main tree's."""
    return main_root(root) / "build/deps/npm"


def ensure(root: Path) -> None:
    """Installs exactly what the lock file says, if that is not there yet."""
    place, source = folder(root), root / "scripts/book"
    key = hashlib.sha256(b"".join((source / name).read_bytes() for name in _FILES)).hexdigest()
    stamp = place / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
        return
    fresh = place.with_name(f".npm-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        for name in _FILES:
            shutil.copyfile(source / name, fresh / name)
        _install(fresh)
        (fresh / "stamp").write_text(key, encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _install(place: Path) -> None:
    """Runs npm without the scripts that packages bring, which nothing here needs."""
    with console.busy("fetching the book's packages from npm"):
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=place,
            **HEARD,
            check=False,
        )
    if done.returncode != 0:
        raise Failure(
            f"npm could not fetch the book's packages; it says\n{done.stdout.strip()}",
            "Is the network up? Run the same command again when it is.",
        )
