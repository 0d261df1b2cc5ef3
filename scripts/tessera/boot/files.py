"""The files a boot reads and leaves behind."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tessera.chapter import FIRST_USER_CHAPTER, NO_ROOT_TASK, NO_TREE, Boot
from tessera.errors import Failure, Misuse
from tessera.tree import Tree


def image_of(tree: Tree, preset: str) -> Path:
    """The Image a preset produces; Misuse when it has not been built."""
    file = tree.preset(preset) / "Image"
    if not file.exists():
        raise Misuse(f"build/{preset}/Image has not been built",
                     "`./tessera run` and `./tessera boot check` build before they boot.")
    return file


def root_task_of(tree: Tree, preset: str, boot: Boot) -> Path | None:
    """The root task a boot names, in the preset's build folder; without a name, the demo."""
    name = boot.root_task
    if name == NO_ROOT_TASK or not name and tree.chapter < FIRST_USER_CHAPTER:
        return None
    file = tree.preset(preset) / (name or demo_of(tree, tree.chapter))
    if not file.exists():
        raise Misuse(f"boot '{boot.name}' wants the root task "
                     f"{file.relative_to(tree.root)}, which has not been built")
    return file


def demo_of(tree: Tree, chapter: int) -> str:
    """A chapter's demo, as boots name root tasks."""
    found = sorted((tree.root / "userland/demos").glob(f"ch{chapter:02}_*"))
    if len(found) != 1:
        raise Misuse(f"chapter {chapter:02} has {len(found) or 'no'} demos in userland/demos",
                     f"Its boots without a root_task want one userland/demos/ch{chapter:02}_NAME/.")
    return f"userland/demos/{found[0].name}"


def device_tree_of(tree: Tree, boot: Boot, scratch: Path) -> Path | None:
    """The device tree that a boot names, compiled into the folder `scratch`."""
    if boot.device_tree in ("", NO_TREE):
        return None
    source = tree.root / boot.device_tree
    if not source.exists():
        raise Misuse(f"boot '{boot.name}' wants the device tree {boot.device_tree}, "
                     "which is not there")
    if shutil.which("dtc") is None:
        raise Misuse("dtc, which compiles device trees, is not installed",
                     "`./tessera test` installs it with the other tools for tests.")
    blob = scratch / f"{boot.name}.dtb"
    scratch.mkdir(parents=True, exist_ok=True)
    # Some trees are wrong on purpose: dtc neither warns (-q) nor refuses (-f).
    done = subprocess.run(["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-o", blob, source],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"dtc cannot compile {boot.device_tree}; it says\n{done.stderr.strip()}")
    return blob


def expected(home: Tree, chapter: int, name: str) -> Path:
    """Where the expected log of a boot is."""
    return home.chapter_dir(chapter) / "expected" / f"{name}.log"


def home_of(tree: Tree) -> Tree:
    """The tree whose `chapters/` a person edits: that of a stage in `build/stages/NN` is a copy."""
    inside = tree.root.parts[-3:-1] == ("build", "stages")
    return Tree(tree.root.parents[2]) if inside else tree


def read(file: Path) -> str | None:
    """An expected log; None when there is none."""
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not UTF-8 text") from error


def write(file: Path, data: bytes) -> None:
    """Writes the whole file or leaves the old one: a full disk loses nothing."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Failure(f"cannot write {file}: {error.strerror}",
                      "Is the disk full, or the folder not yours?") from error
