"""The golden boots of a tree as CTest tests."""
from __future__ import annotations

from pathlib import Path

from tessera.chapter import Boot, Chapter

#: The presets each boot is checked with, and what that adds to the test's name.
_PRESETS = (("kernel", ""), ("clang", ".clang"))


def cmake(chapter: Chapter, root: Path) -> str:
    """CMake code that registers every boot of a chapter, for GCC's kernel and for Clang's."""
    return "".join(_test(chapter.number, boot, preset, suffix, root)
                   for boot in chapter.boots for preset, suffix in _PRESETS)


def _test(number: int, boot: Boot, preset: str, suffix: str, root: Path) -> str:
    """One test. CTest's timeout catches a runner that hangs; boots have limits of their own."""
    name = _quoted(f"{number:02}.boot.{boot.name}{suffix}")
    words = [str(root / "tessera"), "boot", "check", boot.name, "--no-build", "--preset", preset]
    command = " ".join(_quoted(word) for word in words)
    timeout = round(2 * boot.limits.wall_seconds) + 60
    return (f"add_test(NAME {name} COMMAND {command} WORKING_DIRECTORY {_quoted(str(root))})\n"
            f"set_tests_properties({name} PROPERTIES LABELS boot COST 5 TIMEOUT {timeout})\n")


def _quoted(word: str) -> str:
    """A bracket argument: CMake looks at nothing inside it."""
    return f"[==[{word}]==]"
