"""Trees whose kernel ends a boot in one particular way, and QEMUs that misbehave."""
from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Callable

from tessera.tree import Tree

KERNELS = Path(__file__).parent / "kernels"
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

#: The command line on a tree that neither set-up nor a build would be of use to.
DRIVER = f"""
import signal, sys
from pathlib import Path
sys.path.insert(0, {str(SCRIPTS)!r})
from tessera import build, cli, setup
from tessera.boot import session
session.QUIET = 1.0
setup.ensure = build.build = lambda *args, **kwargs: None
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may ignore it
sys.exit(cli.main(Path(sys.argv[1]), sys.argv[2:]))
"""

#: Limits for kernels that reach them: the CPU time is the smallest there is, and the wall clock is
#: far away, so that a loaded machine changes nothing.
SHORT = "limits = { cpu_seconds = 1, idle_seconds = 0.5, wall_seconds = 100, output_bytes = 20000 }"


@cache
def image(name: str) -> bytes:
    """The Image of one of the kernels."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        elf, flat = f"{folder}/{name}.elf", f"{folder}/Image"
        subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,-Ttext=0x40200000",
                        "-Wl,--build-id=none", "-o", elf, KERNELS / f"{name}.S"], check=True)
        subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", elf, flat],
                       check=True)
        return Path(flat).read_bytes()


def boot_toml(name: str = "only", ends: str = "ok", more: str = SHORT) -> str:
    """A `[[boot]]`."""
    return f'[[boot]]\nname = "{name}"\nends = "{ends}"\n{more}\n'


def make_tree(root: Path, kernel: str = "ok", boots: str | None = None,
              expected: dict[str, str] | None = None, chapter: int = 1) -> Tree:
    """A tree in which a kernel has been built with every preset."""
    folder = root / f"chapters/{chapter:02}"
    (folder / "expected").mkdir(parents=True)
    text = boot_toml() if boots is None else boots
    (folder / "chapter.toml").write_text(f'title = "A test"\nsummary = "it boots"\n{text}')
    for name, log in (expected or {}).items():
        (folder / f"expected/{name}.log").write_text(log)
    (root / "kernel").mkdir()
    (root / "kernel/CHAPTER").write_text(f"{chapter:02}\n")
    for preset in ("kernel", "clang", "kernel-release"):
        (root / "build" / preset).mkdir(parents=True)
        (root / "build" / preset / "Image").write_bytes(image(kernel))
    return Tree(root)


def fake_qemu(file: Path, body: str) -> str:
    """A shell script in QEMU's place. In `body`, `"$QEMU" "$@"` is the real one."""
    file.write_text(f'#!/bin/sh\nQEMU=qemu-system-aarch64\n'
                    f'[ "$1" = --version ] && exec "$QEMU" --version\n{body}\n')
    file.chmod(0o755)
    return str(file)


def tool(tree: Tree, *args: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Runs the command line on a tree, with plain output."""
    options: dict[str, object] = {"stdin": subprocess.DEVNULL, "timeout": 120, "text": True} | more
    return subprocess.run(tool_command(tree, *args), capture_output=True, check=False, **options)


def tool_command(tree: Tree, *args: str) -> list[str]:
    """The command line on a tree."""
    return [sys.executable, "-c", DRIVER, str(tree.root), *args]


def processes_of(root: Path) -> list[int]:
    """The QEMUs that boot an Image under `root`, and the scripts around them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has ended meanwhile
        if "-kernel" in words and any(word.startswith(str(root)) for word in words):
            found.append(int(file.parent.name))
    return found


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Waits for something that takes a moment, or a minute on a machine at its limits."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.05)


def environment(**variables: str) -> dict[str, str]:
    """The environment with some variables more."""
    return os.environ | variables
