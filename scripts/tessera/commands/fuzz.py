"""Feeds made-up input to a part of the kernel that reads what others wrote, until it breaks.

    ./tessera fuzz device-tree --minutes 10
    ./tessera fuzz lockstep               # ten million calls, to the kernel and to the model of it
    ./tessera fuzz lockstep --runs 100000000

Without --minutes or --runs it goes on for a minute. Interesting inputs are kept in build/fuzz/corpus,
and the next run starts from them. An input that breaks something is kept in build/fuzz/findings:
exit status 1, and --input runs that one again. After --minutes it says how much of the kernel was reached.

`lockstep` is the nightly run of tests/spec/lockstep: random system calls, ticks and faults to the real
kernel and to the executable specification, which must agree after each. It counts calls (--runs; ten
million unless told), says how often each came out how, and shrinks what it finds to a small program.
"""
from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.numbers import positive
from tessera.tree import Tree

HELP = "feed made-up input to the kernel, or to kernel and model in lock-step"

#: Lock-step: calls in a program and in a round, and in a night.
PROGRAM, ROUND, NIGHT = 500, 1_000_000, 10_000_000


@dataclass(frozen=True)
class Target:
    """A part of the kernel that reads what others wrote."""

    reads: str
    source: str  # where it is in the kernel
    chapter: int  # the first that has it
    seeds: str  # a folder of the build folder or, with a slash, of the tree: what it starts from
    longest: int  # larger inputs than this, in bytes, are not tried


TARGETS = {
    "device-tree": Target("device trees", "kernel/boot/device_tree.hpp", 4, "trees", 8192),
    "elf": Target("ELF files", "kernel/boot/elf.hpp", 7, "hostile", 12288),
    "system-calls": Target("system calls", "kernel/object/derivation.hpp", 10,
                           "tests/fuzz/system_calls", 4096),
}

#: A function in libFuzzer's list of what has been covered: edges reached, edges, the kernel's folder.
FUNCTION = re.compile(r"^(?:UN)?COVERED_FUNC: hits: \d+ edges: (\d+)/(\d+) .* \S*\bkernel/(\w+)/\S+$", re.M)

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

    if args.target == "lockstep":
        return _lockstep(args, tree)
    _check(args, tree)
    setup.ensure("test", tree=tree)
    folder = build(tree, "fuzz", [f"fuzz-{args.target}"])
    findings = folder / "findings"
    findings.mkdir(exist_ok=True)
    command = [folder / "tests/fuzz" / f"fuzz-{args.target}", f"-artifact_prefix={findings}/",
               *_amount(args, tree, folder)]
    status = subprocess.run(command, cwd=tree.root, check=False).returncode
    if status == STOPPED:
        raise Failure(f"{args.target} was stopped; it had found nothing so far")
    if status != 0:
        raise Failure(f"{args.target} broke; what broke it is in {findings}",
                      f"./tessera fuzz {args.target} --input FILE tries that input alone.")
    console.good(f"{args.target}: nothing found")
    if args.minutes:
        _report_coverage(command[0], [corpus for corpus in command if Path(corpus).is_dir()])
    return 0


def _report_coverage(program: str | Path, inputs: list[str | Path]) -> None:
    """What of the kernel all inputs together reach: ways out of a piece of code (edges), by folder."""
    command = [program, "-runs=0", "-print_coverage=1", *inputs]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    folders: dict[str, list[int]] = {}
    for reached, there_are, folder in FUNCTION.findall(done.stderr):
        sums = folders.setdefault(folder, [0, 0])
        sums[0] += int(reached)
        sums[1] += int(there_are)
    for folder, (reached, there_are) in sorted(folders.items()):
        console.step(f"kernel/{folder}: {reached} of {there_are} edges reached")


def _lockstep(args: argparse.Namespace, tree: Tree) -> int:
    """Kernel and model in lock-step, a round after another, each from a seed of its own."""
    from tessera import setup
    from tessera.build import build

    _check_lockstep(args, tree)
    setup.ensure("test", tree=tree)
    program = build(tree, "night", ["lockstep_tests"]) / "tests/spec/lockstep/lockstep_tests"
    seed = args.seed or secrets.randbelow(2**31) + 1
    end = time.monotonic() + 60 * args.minutes if args.minutes else float("inf")
    left = args.runs or (float("inf") if args.minutes else NIGHT)
    while left > 0 and time.monotonic() < end:
        programs = -(-int(min(left, ROUND)) // PROGRAM)
        _round(program, seed, programs)
        left, seed = left - programs * PROGRAM, seed + 1
    console.good("lockstep: kernel and model agree")
    return 0


def _check_lockstep(args: argparse.Namespace, tree: Tree) -> None:
    """Misuse when this tree has no model, or an input is named."""
    if args.input:
        raise Misuse("lockstep takes no --input", "What it finds, it prints as a program.")
    if not (tree.root / "tests/spec").is_dir() or tree.chapter < 10:
        raise Misuse("there is no model for the kernel of this tree", "From chapter 10 on there is.")


def _round(program: Path, seed: int, programs: int) -> None:
    """So many random programs; Failure when kernel and model disagree about one."""
    env = os.environ | {"RC_PARAMS": f"seed={seed} max_success={programs}", "SPEC_REPORT": "1"}
    command = [program, "--gtest_filter=Lockstep.*", "--gtest_brief=1"]
    if subprocess.run(command, env=env, check=False).returncode != 0:
        raise Failure(
            f"kernel and model disagree; the program above shows it, --seed {seed} finds it again"
        )


def _check(args: argparse.Namespace, tree: Tree) -> None:
    """Misuse when this tree has no such target, or the input is not there."""
    target = TARGETS.get(args.target)
    if target is None:
        known = ", ".join([*TARGETS, "lockstep"])
        raise Misuse(f"there is no fuzz target '{args.target}'", f"There is: {known}.")
    if not (tree.root / target.source).exists():
        raise Misuse(f"chapter {tree.chapter:02} does not read {target.reads} yet",
                     f"Chapter {target.chapter:02} is the first that does.")
    if args.input and not args.input.is_file():
        raise Misuse(f"--input: there is no file {args.input}")


def _amount(args: argparse.Namespace, tree: Tree, folder: Path) -> list[str | Path]:
    """libFuzzer's options for how long, and where inputs come from."""
    if args.input:
        return [args.input.resolve()]
    target = TARGETS[args.target]
    corpus = folder / ("fresh" if args.seed else "corpus") / args.target
    options: list[str | Path] = [f"-max_len={target.longest}", "-print_final_stats=1"]
    options += [f"-runs={args.runs}"] if args.runs else [f"-max_total_time={60 * (args.minutes or 1)}"]
    seeds = (tree.root if "/" in target.seeds else folder) / target.seeds
    if args.seed:  # the same start every time, so nothing that earlier runs have left
        shutil.rmtree(corpus, ignore_errors=True)
        options.append(f"-seed={args.seed}")
    corpus.mkdir(parents=True, exist_ok=True)  # libFuzzer writes to the first folder that it is given
    return [*options, corpus, seeds]
