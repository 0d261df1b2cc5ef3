"""Configuring and building a tree with one of its CMake presets."""
from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO, Sequence

from tessera import console
from tessera.errors import Failure
from tessera.programs import HEARD
from tessera.setup import libfdt_folder
from tessera.stages.store import locked
from tessera.tree import Tree, main_root

#: Variables with which a user's shell would change what the compilers do.
_MEDDLING = frozenset(
    "CC CXX CFLAGS CXXFLAGS CPPFLAGS ASMFLAGS LDFLAGS CPATH CPLUS_INCLUDE_PATH CMAKE_GENERATOR "
    "CMAKE_BUILD_TYPE CMAKE_TOOLCHAIN_FILE NINJA_STATUS CCACHE_DISABLE".split()
)

#: How much of the compilers' output a failure shows; the log file has all of it.
SHOWN_LINES = 80

_CHATTER = ("ninja: Entering", "ninja: build stopped", "FAILED: ")
_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")


def build(
    tree: Tree,
    preset: str,
    targets: Sequence[str] | None = None,
    *,
    jobs: int | None = None,
    options: Sequence[str] = (),
) -> Path:
    """Brings `build/<preset>` of `tree` up to date and returns it.

    `options` are CMake's, such as `-DNAME=VALUE`; with others than before it is configured anew.
    Silent when there is nothing to do; a Failure holds the compiler's own words. Two builds of one
    tree wait for each other.
    """
    folder = tree.preset(preset)
    folder.mkdir(parents=True, exist_ok=True)
    name = preset if tree.root == main_root(tree.root) else f"{preset} of chapter {tree.chapter:02}"
    with locked(
        tree.build / "lock", f"another build of this tree is under way; {name} waits for it"
    ):
        _configure(tree, preset, folder, name, options)
        _compile(tree, folder, name, targets or (), jobs)
    return folder


def environment(tree: Tree) -> dict[str, str]:
    """What every build runs in: nothing that changes the outcome, one ccache for all stages."""
    env = {name: value for name, value in os.environ.items() if name not in _MEDDLING}
    shared = main_root(tree.root)
    inside = tree.root.is_relative_to(shared)
    env["CCACHE_BASEDIR"] = str(shared if inside else tree.root)
    if "CCACHE_DIR" not in env and not os.access(Path.home(), os.W_OK):
        env["CCACHE_DIR"] = str(shared / "build/ccache")
    return env


def _configure(tree: Tree, preset: str, folder: Path, name: str, more: Sequence[str]) -> None:
    """Runs CMake if the folder was never configured, or with other presets, options or files.

    Changes to CMakeLists.txt are none of our business: ninja runs CMake again by itself. But what
    CMake found out about a compiler it keeps, so a changed toolchain file needs a fresh start.
    """
    options = [f"-DTESSERA_LIBFDT={libfdt_folder(tree.root)}", *more]
    stamp, key = folder / "configured", _configuration(tree, [str(tree.root), preset, *options])
    if stamp.exists() and stamp.read_text(encoding="utf-8") == key:
        return
    stamp.unlink(missing_ok=True)
    with console.busy(f"configuring {name}"):
        done = subprocess.run(
            ["cmake", "--preset", preset, "--fresh", *options],
            cwd=tree.root,
            env=environment(tree),
            **HEARD,
            check=False,
        )
    if done.returncode != 0:
        raise _failure(
            f"configuring {name} failed", done.stdout.splitlines(), folder / "configure.log"
        )
    stamp.write_text(key, encoding="utf-8")


def _configuration(tree: Tree, facts: list[str]) -> str:
    """A key of everything that a configured folder depends on and does not notice by itself."""
    files = [tree.root / "CMakePresets.json", *sorted(tree.root.glob("scripts/cmake/*.cmake"))]
    facts = [*facts, *(file.read_text(encoding="utf-8") for file in files)]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def _compile(tree: Tree, folder: Path, name: str, targets: Sequence[str], jobs: int | None) -> None:
    """Runs ninja, showing progress while there is any, and what matters when it fails."""
    parallel = [f"-j{jobs}"] if jobs else []
    env = environment(tree) | {"NINJA_STATUS": "[%f/%t] "}
    lines: list[str] = []
    with subprocess.Popen(
        ["ninja", "-C", str(folder), *parallel, *targets],
        env=env,
        **HEARD,
    ) as ninja:
        try:
            _follow(ninja.stdout, lines, name)
        except BaseException:
            ninja.terminate()  # ninja ends its compilers; leaving the block waits for it
            raise
    if ninja.returncode != 0:
        raise _failure(f"building {name} failed", lines, folder / "build.log")


def _follow(output: IO[str] | None, lines: list[str], name: str) -> None:
    """Collects ninja's output; from its first step on says that something is being built."""
    with console.activity() as say:
        for line in output or ():
            lines.append(line.rstrip("\n"))
            if (step := _PROGRESS.match(line)) and step[1] != "0":  # 0: it only looks for new files
                say(f"building {name}", f"{step[1]} of {step[2]}")


def _failure(what: str, lines: list[str], log: Path) -> Failure:
    """The error for a failed build: the compiler's words, and where the whole log is."""
    if any("No space left on device" in line for line in lines):
        usage = shutil.disk_usage(log.parent)
        return Failure(
            f"{what}: the disk is full ({usage.free >> 20} MiB left)",
            "Free some space; then run the same command again.",
        )
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = telling(lines)
    left_out = len(words) - SHOWN_LINES
    if left_out > 0:
        words = [*words[:SHOWN_LINES], f"… and {left_out} more lines"]
    return Failure("\n".join([what, *words]), f"The whole output is in {log}")


def telling(lines: Sequence[str]) -> list[str]:
    """What is worth reading when a build fails: not ninja's steps and command lines."""
    words, after_failed = [], False
    for line in lines:
        if not (after_failed or _PROGRESS.match(line) or line.startswith(_CHATTER)):
            words.append(line)
        after_failed = line.startswith("FAILED: ")
    return words or list(lines)
