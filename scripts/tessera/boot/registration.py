"""The golden boots, the boot matrix and earlier demos of a tree as CTest tests."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator, Sequence

from tessera.boot import matrix
from tessera.chapter import Boot, Chapter, Limits

#: The presets each boot is checked with, and what that adds to the test's name.
_PRESETS = (("kernel", ""), ("clang", ".clang"))


def cmake(chapter: Chapter, root: Path, *, demos: Sequence[Chapter] = (),
          twin: bool = False, attacks: Sequence[str] = ()) -> str:
    """CMake code that registers every boot of a chapter, for GCC's kernel and for Clang's; for GCC's
    also the matrix of its first one, the demos of earlier chapters, its own demo's twin in C, and
    attacks."""
    boots = [_golden(chapter.number, boot, preset, suffix, root)
             for boot in chapter.boots for preset, suffix in _PRESETS]
    memories = matrix.MEMORY if chapter.boots else ()
    return "".join([*boots, *(_matrix(chapter, memory, root) for memory in memories),
                    *(_demo(chapter.number, demo, root) for demo in demos),
                    *([_twin(chapter, root)] if twin else []),
                    *(_attacks(chapter.number, attacks, root) if attacks else [])])


def _golden(number: int, boot: Boot, preset: str, suffix: str, root: Path) -> str:
    """One golden boot, which boots twice."""
    arguments = ["check", boot.name, "--no-build", "--preset", preset]
    return _test(f"{number:02}.boot.{boot.name}{suffix}", arguments, "boot", boot.limits, 2, root)


def _matrix(chapter: Chapter, memory: str, root: Path) -> str:
    """One test for all machines with that much memory: starting one costs more than a boot."""
    boot = chapter.boot()
    machines = len(matrix.machines(boot.machine, memory))
    return _test(f"{chapter.number:02}.matrix.{memory}", ["matrix", memory, "--no-build"],
                 "matrix", boot.limits, machines, root)


def _demo(number: int, demo: Chapter, root: Path) -> str:
    """An earlier chapter's demo on this chapter's kernel."""
    name, arguments = f"{number:02}.demo.ch{demo.number:02}", ["demo", f"{demo.number:02}"]
    return _test(name, [*arguments, "--no-build"], "boot", demo.boot().limits, 1, root)


def _twin(chapter: Chapter, root: Path) -> str:
    """The chapter's own demo, written in C."""
    arguments = ["demo", f"{chapter.number:02}", "--in-c", "--no-build"]
    return _test(f"{chapter.number:02}.demo.c", arguments, "boot", chapter.boot().limits, 1, root)


def _attacks(number: int, attacks: Sequence[str], root: Path) -> Iterator[str]:
    """Each attack twice, on the kernel and on its mutant. The programs are built before, all at once;
    the mutants when it is their turn, in the one tree that there is for them."""
    yield _attack(number, "programs", ["--programs"], "FIXTURES_SETUP attacks COST 60", root)
    for name in attacks:
        yield _attack(number, name, [name, "--no-build"], "FIXTURES_REQUIRED attacks", root)
        yield _attack(number, f"{name}.wins", [name, "--mutant", "--no-build"],
                      "FIXTURES_REQUIRED attacks RESOURCE_LOCK mutants COST 40 TIMEOUT 1800", root)


def _attack(number: int, name: str, arguments: list[str], properties: str, root: Path) -> str:
    """One test of an attack."""
    test = f"{number:02}.attack.{name}"
    return (_test(test, ["attack", *arguments], "attack", Limits(), 2, root) +
            f"set_tests_properties({_quoted(test)} PROPERTIES {properties})\n")


def _test(name: str, arguments: list[str], label: str, limits: Limits, boots: int,
          root: Path) -> str:
    """One test. CTest's timeout catches a runner that hangs; boots have limits of their own."""
    command = " ".join(_quoted(word) for word in [str(root / "tessera"), "boot", *arguments])
    timeout = round(boots * limits.wall_seconds) + 60
    return (f"add_test(NAME {_quoted(name)} COMMAND {command} "
            f"WORKING_DIRECTORY {_quoted(str(root))})\n"
            f"set_tests_properties({_quoted(name)} PROPERTIES LABELS {label} COST 5 "
            f"TIMEOUT {timeout})\n")


def _quoted(word: str) -> str:
    """A bracket argument: CMake looks at nothing inside it."""
    return f"[==[{word}]==]"
