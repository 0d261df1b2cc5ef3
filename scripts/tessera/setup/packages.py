"""The distribution's packages, in tiers: nothing is installed before something needs it."""
from __future__ import annotations

import shutil
from dataclasses import dataclass

from tessera.setup.host import Host


@dataclass(frozen=True)
class Tier:
    """A set of packages, on top of those of the tiers it includes."""

    purpose: str
    packages: tuple[str, ...]
    includes: tuple[str, ...] = ()


#: What unit tests on the host are built with.
_HOST_TESTS = (
    "g++",
    "libgtest-dev",
    "libgmock-dev",
    "librapidcheck-dev",
    "device-tree-compiler",
    "libfdt-dev",
)

TIERS = {
    "run": Tier(
        "build and boot the kernel",
        (
            "g++-aarch64-linux-gnu",
            "cmake",
            "ninja-build",
            "ccache",
            "qemu-system-arm",
            "python3-rich",
            "python3-pexpect",
            "python3-pyelftools",
        ),
    ),
    "test": Tier(
        "run every test",
        (
            *_HOST_TESTS,
            "bubblewrap",
            "clang-14",
            "clang-format-14",
            "clang-tidy-14",
            "python3-pytest",
            "python3-pytest-xdist",
            "libclang-rt-14-dev",
            "gcovr",
            "universal-ctags",
            "hunspell",
            "hunspell-en-gb",
        ),
        ("run",),
    ),
    "exercise": Tier("check an exercise", _HOST_TESTS, ("run",)),
    "grade": Tier("grade what students have handed in", ("bubblewrap",), ("exercise",)),
    "debug": Tier("debug the kernel with GDB", ("gdb-multiarch",), ("run",)),
    "qemu10": Tier(
        "make the chroot of `test --qemu 10`", ("debootstrap", "debian-archive-keyring"), ("run",)
    ),
    "book": Tier(
        "render the book",
        (
            "doxygen",
            "doxygen-awesome-css",
            "graphviz",
            "universal-ctags",
            "python3-lxml",
            "python3-pygments",
            "hunspell",
            "hunspell-en-gb",
            "nodejs",
            "npm",
        ),
        ("run",),
    ),
    "browser": Tier("print the book, and test its pages", ("chromium",), ("book",)),
}

#: On an arm64 host the ordinary packages do what the cross packages do elsewhere.
NATIVE = {"g++-aarch64-linux-gnu": ("g++", "libfdt-dev")}

#: Programs that many machines have from elsewhere, in packages that exclude the distribution's.
ELSEWHERE = {"nodejs": "node", "npm": "npm"}


def packages(tier: str, host: Host) -> tuple[str, ...]:
    """Every package that `tier` needs on `host`, those of included tiers first, none twice."""
    names = [name for included in TIERS[tier].includes for name in packages(included, host)]
    for name in TIERS[tier].packages:
        if name in ELSEWHERE and shutil.which(ELSEWHERE[name]):
            continue
        names += NATIVE.get(name, (name,)) if host.is_arm64 else (name,)
    return tuple(dict.fromkeys(names))
