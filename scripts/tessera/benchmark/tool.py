"""What `./tessera bench tool` measures: how long a reader and an author wait."""
from __future__ import annotations

import shutil
import stat
import time
from typing import Iterator

from tessera import console
from tessera.benchmark.figures import Figure, repeat
from tessera.benchmark.scratch import Scratch, clone, printed_literal
from tessera.boot.machine import find_qemu
from tessera.tree import Tree

#: What a cold run may keep in the build folder: packages already fetched, and that nothing is missing.
KEPT = ("deps", "setup")

#: A QEMU that notes when it was started.
STAMPING_QEMU = """\
#!/bin/sh
date +%s.%N > "{stamp}"
exec "{qemu}" "$@"
"""


def measure(tree: Tree, runs: int, *, quick: bool) -> Iterator[Figure]:
    """All figures, one after the other, in a clone of HEAD; `quick` leaves out the whole test run."""
    with clone(tree) as scratch:
        with console.busy("first build of the clone"):
            scratch.tessera("run")
        yield no_op(scratch, runs)
        yield edit_to_output(scratch, runs)
        yield all_tags(scratch, runs)
        if not quick:
            yield test_cold(scratch)
            yield test_warm(scratch, runs)
            yield test_cached(scratch, runs)


def no_op(scratch: Scratch, runs: int) -> Figure:
    """`./tessera run` with nothing to set up and nothing to build: the time until it starts QEMU."""
    qemu, stamp = scratch.folder / "qemu", scratch.folder / "started"
    qemu.write_text(STAMPING_QEMU.format(stamp=stamp, qemu=find_qemu()), encoding="utf-8")
    qemu.chmod(qemu.stat().st_mode | stat.S_IXUSR)

    def once(_number: int) -> float:
        start = time.time()
        scratch.tessera("run", env={"TESSERA_QEMU": str(qemu)})
        return float(stamp.read_text(encoding="utf-8")) - start

    return repeat("`run` with nothing to do, until QEMU starts", runs, once, aim=0.5)


def edit_to_output(scratch: Scratch, runs: int) -> Figure:
    """A line of the kernel changes: the time until `./tessera run` has printed what it now says."""
    file, literal = printed_literal(scratch.tree)
    source = file.read_text(encoding="utf-8")

    def once(number: int) -> float:
        # Never built before, so the compiler cache has no answer.
        changed = f"{literal}<edit {number} at {time.time_ns()}>"
        file.write_text(source.replace(f'"{literal}', f'"{changed}', 1), encoding="utf-8")
        return scratch.seconds_until(changed, "run")

    figure = repeat("one line of the kernel edited, until its output", runs, once, aim=2.0)
    file.write_text(source, encoding="utf-8")
    return figure


def all_tags(scratch: Scratch, runs: int) -> Figure:
    """`./tessera tags` in a clone that has none."""
    git = scratch.tree.git

    def once(_number: int) -> float:
        for tag in git.out("tag", "--list", "ch[0-9][0-9]").split():
            git.run("tag", "-d", tag)
        return scratch.tessera("tags")

    return repeat(f"all {len(scratch.tree.chapters)} tags made", runs, once)


def test_cold(scratch: Scratch) -> Figure:
    """`./tessera test` in a clone that was never built, with an empty compiler cache."""
    for entry in scratch.tree.build.iterdir():
        if entry.name not in KEPT:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return repeat("`test`, everything built and run", 1, lambda _: _test(scratch, "--all"))


def test_warm(scratch: Scratch, runs: int) -> Figure:
    """`./tessera test --all` again: all is built, and every test runs."""
    return repeat("`test --all`, everything run", runs, lambda _: _test(scratch, "--all"))


def test_cached(scratch: Scratch, runs: int) -> Figure:
    """`./tessera test` once more: nothing has changed since it was green."""
    return repeat("`test`, nothing changed", runs, lambda _: _test(scratch))


def _test(scratch: Scratch, *options: str) -> float:
    return scratch.tessera("test", *options, env={"CCACHE_DIR": str(scratch.folder / "ccache")})
