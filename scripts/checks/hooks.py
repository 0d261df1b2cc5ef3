#!/usr/bin/python3
"""Proves that hooks which are off leave nothing in the kernel's code.

    hooks.py KERNEL COMPILER FLAGS...

A function with a trace point and a check of invariants must be compiled to the very instructions
of the same function without them; and to others where the hooks are on, or this proves nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
#include "base/trace.hpp"
#include "state/kernel_state.hpp"
namespace k {
u64 probe(const KernelState& state, u64 word);
u64 probe([[maybe_unused]] const KernelState& state, u64 word) {
#ifdef WITH_HOOKS
    trace::event(trace::Kind::Boot, word, state.image.bytes());
    check_invariants(state);
#endif
    return word + 1;
}
}
"""


def instructions(kernel: Path, compiler: list[str], *defines: str) -> str:
    """The assembly of PROGRAM, without what names files and compilers."""
    includes = [f"-I{kernel}", f"-I{kernel}/arch/aarch64"]
    command = [*compiler, *includes, *(f"-D{define}" for define in defines), "-O2", "-S", "-o", "-", "-x", "c++", "-"]
    done = subprocess.run(command, input=PROGRAM, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the probe does not compile:\n{done.stderr}")
    return re.sub(r"^\s*\.(file|ident|loc).*\n", "", done.stdout, flags=re.M)


def problems(kernel: Path, compiler: list[str]) -> list[str]:
    """What is wrong with the hooks, a line each."""
    off, on = ("K_TRACE=0", "K_CHECK_INVARIANTS=0"), ("K_TRACE=1", "K_CHECK_INVARIANTS=1")
    without = instructions(kernel, compiler, *off)
    found = []
    if instructions(kernel, compiler, "WITH_HOOKS", *off) != without:
        found.append("hooks that are off leave instructions behind")
    for which, only in (("trace point", ("K_TRACE=1", off[1])), ("check of invariants", (off[0], on[1]))):
        if instructions(kernel, compiler, "WITH_HOOKS", *only) == without:
            found.append(f"a {which} that is on does nothing")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = problems(Path(arguments[0]), arguments[1:])
    print("\n".join(found) or "hooks that are off leave nothing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
