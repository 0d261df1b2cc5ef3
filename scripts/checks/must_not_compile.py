#!/usr/bin/python3
"""Proves that mistakes which types are there to prevent do not compile.

    must_not_compile.py CASES -- COMPILER FLAGS...

CASES is a C++ file. What comes before its first line `//! what it is: part of the error` must compile;
each case, which goes from such a line to the next, must not when put behind that, and the compiler's
complaint must contain the part that the line names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CASE = re.compile(r"^//! (?P<name>[^:\n]+): (?P<complaint>.+)$", re.M)


@dataclass(frozen=True)
class Case:
    name: str
    complaint: str
    line: int
    code: str


def read(cases: Path) -> tuple[str, list[Case]]:
    """The common part and the cases."""
    text = cases.read_text()
    heads = list(CASE.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    common = text[:heads[0].start()] if heads else text
    return common, [Case(head["name"], head["complaint"], text.count("\n", 0, head.start()) + 1, text[head.end():end])
                    for head, end in zip(heads, ends)]


def compile_error(compiler: list[str], code: str) -> str | None:
    """What the compiler says against the code, or None if it compiles."""
    command = [*compiler, "-fsyntax-only", "-x", "c++", "-"]
    english = os.environ | {"LC_ALL": "C"}
    done = subprocess.run(command, input=code, env=english, capture_output=True, text=True)
    return done.stderr if done.returncode != 0 else None


def problems(cases: Path, compiler: list[str]) -> list[str]:
    """The cases that compile, or fail for another reason, a line each."""
    common, all_cases = read(cases)
    if not all_cases:
        return [f"{cases}:1: there are no cases here"]
    if (error := compile_error(compiler, common)) is not None:
        return [f"{cases}:1: what comes before the cases must compile:\n{error}"]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        errors = list(pool.map(lambda case: compile_error(compiler, common + case.code), all_cases))
    found = []
    for case, error in zip(all_cases, errors):
        if error is None:
            found.append(f"{cases}:{case.line}: it compiles: {case.name}")
        elif case.complaint not in error:
            found.append(f"{cases}:{case.line}: {case.name}: expected a complaint about '{case.complaint}', got:\n{error}")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or arguments[1] != "--":
        print(__doc__, file=sys.stderr)
        return 2
    found = problems(Path(arguments[0]), arguments[2:])
    print("\n".join(found) or "no case compiles")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
