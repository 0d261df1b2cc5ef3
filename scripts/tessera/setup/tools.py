"""The tools that the packages bring, and which versions of them will do."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tessera.setup import libfdt, libfdt_folder
from tessera.setup.host import Host
from tessera.tree import Tree

#: For packages, all presets of a few chapters, and room to work.
DISK_NEEDED = 3 << 30

SYSTEM_PYTHON = Path("/usr/bin/python3")


@dataclass(frozen=True)
class Tool:
    """Something Tessera calls: a command, or a Python module when `module` is set."""

    name: str
    tier: str
    needed: tuple[int, ...] = ()
    command: str = ""
    module: str = ""
    package: str = ""

    @property
    def needed_text(self) -> str:
        """The oldest version that will do."""
        return ".".join(map(str, self.needed)) or "any"


@dataclass(frozen=True)
class Finding:
    """What this machine has of a tool."""

    tool: Tool
    version: tuple[int, ...] | None

    @property
    def fine(self) -> bool:
        """Present, and new enough."""
        return self.version is not None and self.version >= self.tool.needed

    @property
    def mark(self) -> str:
        """✓ for fine; ✗ when `run` will not do without it; · for what is installed on demand."""
        return "✓" if self.fine else "✗" if self.tool.tier == "run" else "·"

    @property
    def found(self) -> str:
        """The version, if there is one."""
        return "missing" if self.version is None else ".".join(map(str, self.version)) or "yes"

    @property
    def advice(self) -> str:
        """What to do, if anything."""
        if self.fine:
            return ""
        if self.version is not None:
            return "too old: Debian 12 and Ubuntu 24.04 have newer ones"
        if self.tool.tier == "run" and not self.tool.package:
            return "install git and Python with your system's means"
        return (
            "./tessera run installs it"
            if self.tool.tier == "run"
            else f"./tessera doctor --install {self.tool.tier}"
        )


def _cross_compiler() -> str:
    return "g++" if Host().is_arm64 else "aarch64-linux-gnu-g++"


TOOLS = (
    Tool("Python", "run", (3, 11), command=sys.executable),
    Tool("git", "run", (2, 38), command="git"),
    Tool(
        "GCC for AArch64", "run", (12,), command=_cross_compiler(), package="g++-aarch64-linux-gnu"
    ),
    Tool("CMake", "run", (3, 25), command="cmake", package="cmake"),
    Tool("Ninja", "run", (1, 10), command="ninja", package="ninja-build"),
    Tool("ccache", "run", (4, 7), command="ccache", package="ccache"),
    Tool(
        "QEMU",
        "run",
        (7, 2),
        command=os.environ.get("TESSERA_QEMU", "qemu-system-aarch64"),
        package="qemu-system-arm",
    ),
    Tool("rich", "run", (13,), module="rich", package="python3-rich"),
    Tool("pexpect", "run", (4, 8), module="pexpect", package="python3-pexpect"),
    Tool("pyelftools", "run", (0, 29), module="pyelftools", package="python3-pyelftools"),
    Tool("libfdt for arm64", "run", package="libfdt-dev"),
    Tool("GCC", "test", (12,), command="g++", package="g++"),
    # Layout and findings differ from one Clang to the next, so the checks name the one they mean.
    Tool("Clang", "test", (14,), command="clang++-14", package="clang-14"),
    Tool("clang-format", "test", (14,), command="clang-format-14", package="clang-format-14"),
    Tool("clang-tidy", "test", (14,), command="clang-tidy-14", package="clang-tidy-14"),
    Tool("pytest", "test", (7, 2), module="pytest", package="python3-pytest"),
    Tool("pytest-xdist", "test", (3,), module="pytest-xdist", package="python3-pytest-xdist"),
    Tool("gcovr", "test", (5, 2), command="gcovr", package="gcovr"),
    Tool("dtc", "test", (1, 6), command="dtc", package="device-tree-compiler"),
    Tool("GDB", "debug", (12,), command="gdb-multiarch", package="gdb-multiarch"),
    Tool("Doxygen", "book", (1, 9), command="doxygen", package="doxygen"),
)


def examine(tool: Tool, tree: Tree) -> Finding:
    """Looks for `tool` and asks it for its version."""
    if tool.module:
        return Finding(tool, _module_version(tool.module))
    if tool.command:
        return Finding(tool, command_version(tool.command))
    return Finding(tool, () if libfdt.present(libfdt_folder(tree.root)) else None)


def command_version(command: str) -> tuple[int, ...] | None:
    """The first version number in what `COMMAND --version` says; None if it cannot be run."""
    try:
        done = subprocess.run(
            [command, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout + done.stderr)


def parse_version(text: str) -> tuple[int, ...]:
    """The first number in `text` that looks like a version; empty when there is none."""
    found = re.search(r"\b(\d+)\.(\d+)(?:\.(\d+))?", text) or re.search(r"\b(\d+)\b", text)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _module_version(name: str) -> tuple[int, ...] | None:
    try:
        return parse_version(metadata.version(name))
    except metadata.PackageNotFoundError:
        return None


def runs_system_python() -> bool:
    """Whether this is the distribution's own Python, for which its modules are installed."""
    return Path(sys.executable).resolve() == SYSTEM_PYTHON.resolve()


def running_python() -> str:
    """Path and version of the Python that runs this."""
    return f"{sys.executable} {sys.version.split()[0]}"
