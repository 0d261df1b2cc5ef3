"""Feeds made-up input to a part of the kernel that reads what others wrote, until it breaks.

Without --minutes or --runs it goes on for a minute. Interesting inputs are kept in build/fuzz/corpus,
and the next run starts from them. An input that breaks something is kept in build/fuzz/findings:
exit status 1, and --input runs that one again.
"""
from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.numbers import positive
from tessera.tree import Tree

HELP = "feed made-up input to a reader of the kernel's"



@dataclass(frozen=True)
class Target:
    """A part of the kernel that reads what others wrote."""

    reads: str
    source: str  # where it is in the kernel
    chapter: int  # the first that has it
    seeds: str  # a folder in the build folder: the inputs that it starts from
    longest: int  # larger inputs than this, in bytes, are not tried


TARGETS = {
    "device-tree": Target("device trees", "kernel/boot/device_tree.hpp", 4, "trees", 8192),
    "elf": Target("ELF files", "kernel/boot/elf.hpp", 7, "hostile", 12288),
}

#: libFuzzer's exit status when a signal asked it to stop.
STOPPED = 72


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("target", metavar="TARGET", help="what to feed, such as device-tree")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--minutes", metavar="N", type=positive, help="stop after so long (default: 1)")
    amount.add_argument("--runs", metavar="N", type=positive, help="stop after so many inputs")
    amount.add_argument("--input", metavar="FILE", type=Path, help="only this input")
    parser.add_argument("--seed", metavar="N", type=positive, help="the same inputs every time")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Builds the target and runs it."""
    from tessera import setup
    from tessera.build import build

    _check(args, tree)
    setup.ensure("test", tree=tree)
    folder = build(tree, "fuzz", [f"fuzz-{args.target}"])
    findings = folder / "findings"
    findings.mkdir(exist_ok=True)
    command = [folder / "tests/fuzz" / f"fuzz-{args.target}", f"-artifact_prefix={findings}/",
               *_amount(args, folder)]
    status = subprocess.run(command, cwd=tree.root, check=False).returncode
    if status == STOPPED:
        raise Failure(f"{args.target} was stopped; it had found nothing so far")
    if status != 0:
        raise Failure(f"{args.target} broke; what broke it is in {findings}",
                      f"./tessera fuzz {args.target} --input FILE tries that input alone.")
    console.good(f"{args.target}: nothing found")
    return 0


def _check(args: argparse.Namespace, tree: Tree) -> None:
    """Misuse when this tree has no such target, or the input is not there."""
    target = TARGETS.get(args.target)
    if target is None:
        raise Misuse(f"there is no fuzz target '{args.target}'", f"There is: {', '.join(TARGETS)}.")
    if not (tree.root / target.source).exists():
        raise Misuse(f"chapter {tree.chapter:02} does not read {target.reads} yet",
                     f"Chapter {target.chapter:02} is the first that does.")
    if args.input and not args.input.is_file():
        raise Misuse(f"--input: there is no file {args.input}")


def _amount(args: argparse.Namespace, folder: Path) -> list[str | Path]:
    """libFuzzer's options for how long, and where inputs come from."""
    if args.input:
        return [args.input.resolve()]
    target = TARGETS[args.target]
    corpus = folder / "corpus" / args.target
    options: list[str | Path] = [f"-max_len={target.longest}", "-print_final_stats=1"]
    options += [f"-runs={args.runs}"] if args.runs else [f"-max_total_time={60 * (args.minutes or 1)}"]
    if args.seed:  # the same start every time, so nothing that earlier runs have left
        return [*options, f"-seed={args.seed}", folder / target.seeds]
    corpus.mkdir(parents=True, exist_ok=True)
    return [*options, corpus, folder / target.seeds]
