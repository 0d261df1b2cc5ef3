"""Kernels with one mistake in each: a patch, put on a copy of the tree, and built there.

There is one copy for all of them, in `build/mutants/tree`. It is as the original but for the patch
of the moment, so what a patch does not touch is compiled once. A kernel with a mistake does not check
its invariants: they are what would find many a mistake, and what shall show is what it costs.
"""
from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from tessera import build as builds
from tessera.errors import Failure
from tessera.stages.store import locked, write_whole
from tessera.tree import Tree

PRESET = "kernel"
OPTIONS = ("-DTESSERA_INVARIANTS=OFF",)

#: What a kernel is built of.
_PARTS = ("kernel", "scripts/cmake", "scripts/build", "CMakeLists.txt", "CMakePresets.json")


def build(tree: Tree, name: str, patch: Path) -> Path:
    """The Image of the kernel with this patch. A Failure says if it does not apply, or not build."""
    folder = tree.build / "mutants"
    image, stamp = folder / f"{name}.Image", folder / f"{name}.key"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", f"another mutant is being built; {name} waits for it"):
        key = _key(tree, patch)
        if image.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == key:
            return image
        copy = Tree(folder / "tree")
        _lay_out(tree, copy)
        apply(patch, copy)
        made = builds.build(copy, PRESET, ["Image"], options=OPTIONS)
        write_whole(image, (made / "Image").read_bytes())
        write_whole(stamp, key.encode())
    return image


def read(patch: Path) -> str:
    """The text of a patch; a Failure if there is none."""
    try:
        return patch.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot read {patch.name}, the mistake in the kernel that lets "
                      f"{patch.stem} succeed: {error.strerror}") from error


def _files(root: Path) -> list[Path]:
    """All that a kernel in this folder is built of."""
    places = [root / part for part in _PARTS]
    found = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return sorted(f for f in found if f.is_file() and "__pycache__" not in f.parts)


def _key(tree: Tree, patch: Path) -> str:
    """Names everything that decides what comes out."""
    digest = hashlib.sha256(read(patch).encode())
    for file in _files(tree.root):
        digest.update(str(file.relative_to(tree.root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _lay_out(tree: Tree, copy: Tree) -> None:
    """Makes the copy as the original is, and writes no file that is so already."""
    wanted = {file.relative_to(tree.root): file for file in _files(tree.root)}
    for file in _files(copy.root):
        if file.relative_to(copy.root) not in wanted:
            file.unlink()
    for name, file in wanted.items():
        target = copy.root / name
        if target.exists() and target.read_bytes() == file.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(file.stat().st_mode)


def apply(patch: Path, copy: Tree) -> None:
    """Puts the mistake in. Lines may have moved; that they are others is an error."""
    done = subprocess.run(["git", "apply", str(patch)], cwd=copy.root, capture_output=True,
                          text=True, check=False, env=builds.environment(copy) |
                          {"GIT_CEILING_DIRECTORIES": str(copy.root.parent)})
    if done.returncode != 0:
        raise Failure(f"{patch.name} no longer applies to this kernel; git says\n"
                      f"{done.stderr.strip()}",
                      "Make the same mistake in the kernel as it is now, so that "
                      f"{patch.stem} can succeed, and write it down anew.")
