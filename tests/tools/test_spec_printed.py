"""What lock-step prints of a program is a root task: it compiles, boots, and gets the same replies."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tessera.build import build
from tessera.tree import Tree

ROOT = Path(__file__).parents[2]

#: How userland is compiled: scripts/cmake/Userland.cmake.
COMPILE = (
    "aarch64-linux-gnu-g++ -std=c++20 -O1 -march=armv8-a -mno-outline-atomics -fno-pic "
    "-fno-stack-protector -fno-exceptions -fno-rtti -nostdlib -static "
    "-Wl,-no-pie -Wl,-z,max-page-size=4096"
)


def printed(what: str) -> str:
    """The program as lock-step prints it: root-task, or the replies that kernel and model agree on."""
    folder = build(Tree(ROOT), "host", ["print_program"])
    command = [folder / "tests/spec/lockstep/print_program", what]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compiled(source: Path, kernel: Path) -> Path:
    """The root task as an ELF file beside its source."""
    program = source.with_suffix("")
    headers = ("userland/include", kernel / "userland/include", "userland", "kernel")
    start = sorted(kernel.glob("userland/CMakeFiles/program_start.dir/rt/*"))
    command = [*COMPILE.split(), *(f"-I{ROOT / folder}" for folder in headers),
               "-T", ROOT / "userland/rt/program.ld", source, *(f for f in start if f.is_file()),
               kernel / "userland/libuser.a", "-o", program]
    subprocess.run(command, check=True, cwd=ROOT)
    return program


def test_a_printed_root_task_boots_and_gets_the_same_replies(tmp_path: Path) -> None:
    kernel = build(Tree(ROOT), "kernel", ["Image", "user", "program_start"])
    source = tmp_path / "printed.cpp"
    source.write_text(printed("root-task"))
    program = compiled(source, kernel)
    booted = subprocess.run([ROOT / "tessera", "run", "--root-task", program], cwd=ROOT,
                            capture_output=True, text=True, timeout=300, check=False)
    said = re.findall(r"^[0-9a-f]+:(?: [0-9a-f]+)+$", booted.stdout, re.MULTILINE)
    assert said == printed("replies").splitlines()
    assert len(said) == 120, "replies of a program of some length"
