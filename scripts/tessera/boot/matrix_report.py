"""What the boot matrix says: one line when all is well, else each machine that failed."""
from __future__ import annotations

from tessera import console
from tessera.boot import golden, matrix, report
from tessera.boot.matrix import Result
from tessera.tree import Tree


def show(tree: Tree, memory: str, preset: str, results: list[Result]) -> bool:
    """Prints the results for one size of memory; whether all is well."""
    suffix = "" if preset == "kernel" else f".{preset}"
    name = f"{tree.chapter:02}.matrix.{memory}{suffix}"
    failed = [result for result in results if not result.passed]
    if not failed:
        console.good(f"{name}: on {len(results)} machines, {_declared(results[0])}")
        return True
    console.out(f"✗ {name}: wrong on {len(failed)} of {len(results)} machines", style="bold red")
    console.out(f"It must {report.ENDS[failed[0].boot.ends]}, as its golden log does.")
    for result in failed:
        _show_failure(tree, preset, result)
    if left := len(matrix.machines(failed[0].boot.machine, memory)) - len(results):
        console.out(f"\nThe other {left} machines were not tried: hanging takes long.")
    console.out(f"\nThe end of what it printed on {matrix.words(failed[0].boot.machine)}:")
    report.show_tail(golden.text(failed[0].run.output))
    return False


def _declared(result: Result) -> str:
    """The common end of all boots."""
    meant = "" if result.boot.ends == "ok" else "as it is meant to, "
    return meant + result.ending.sentence


def _show_failure(tree: Tree, preset: str, result: Result) -> None:
    """One machine: what happened there, and how to see it."""
    console.out()
    console.out(f"{matrix.words(result.boot.machine)}: {_what(result)}")
    if result.run.errors:
        console.out(f"    QEMU said: {result.run.errors}")
    console.out(f"    {matrix.again(tree.chapter, result.boot, preset)}")
    console.out(f"    raw log: {report.relative(result.raw_log, tree)}")


def _what(result: Result) -> str:
    """What is wrong: the end, or else what the kernel says about it."""
    if result.ending.end.value != result.boot.ends:
        return result.ending.sentence
    said, wanted = ("; ".join(lines) or "nothing" for lines in (result.actual, result.expected))
    return f"it says {said}\n    where the golden log has {wanted}"
