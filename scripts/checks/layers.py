#!/usr/bin/python3
"""Holds the kernel to its layers.

    layers.py KERNEL

Fails when a file includes from a layer below its own, when headers include each other in a circle,
when something outside the architecture's folders speaks to the processor, and when a file uses a
part of the C++ library that nobody has found to work without an operating system.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

#: The layers from top to bottom: a file includes from its own layer or from layers above it. The
#: table is the design; change it in a commit that says why.
#: (`state` collects the state of the layers above it. `demo` may show anything; nothing needs it.)
LAYERS = ("base", "abi", "arch", "dev", "object", "sched", "ipc", "lifecycle", "invariants", "state", "syscall", "boot",
          "demo")

#: Files that see further than their layer, and why.
EXEMPT = {
    "arch/aarch64/asm_offsets.cpp": "compiled for the offsets it names, never linked",
}

#: What of the C++ library is known to need no heap, no libgcc and no SIMD register.
LIBRARY = frozenset(
    "algorithm array atomic bit charconv compare concepts cstddef cstdint initializer_list iterator limits "
    "new numeric optional span string_view tuple type_traits utility variant".split()
)

#: Signs that C++ code depends on the processor.
PROCESSOR = re.compile(r"\b(asm|__asm__|__asm)\b|\b__builtin_(aarch64|arm)_\w+|\b__(aarch64__|ARM_\w+)|\barm_\w+\.h\b")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.M)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", re.S)


@dataclass
class Source:
    """A file of the kernel, and what it includes."""

    path: str  # below kernel/
    text: str
    quoted: list[tuple[int, str]] = field(default_factory=list)  # line, file
    library: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for found in INCLUDE.finditer(self.text):
            to = self.quoted if found[1] == '"' else self.library
            to.append((self.line_at(found.start(1)), found[2]))

    def line_at(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    @property
    def layer(self) -> str | None:
        """The layer that the file's folder is; None for what lies in kernel/ itself."""
        return self.path.split("/")[0] if "/" in self.path else None

    @property
    def is_fake(self) -> bool:
        return self.path.startswith("arch/host/")

    @property
    def may_address_processor(self) -> bool:
        """Assembly files may lie in `boot/` too, where the image header and the first instructions are,
        and in `demo/`, to show what the processor does with an instruction."""
        return self.layer == "arch" or (self.layer in {"boot", "demo"} and self.path.endswith(".S"))


def sources(kernel: Path) -> list[Source]:
    files = (file for file in sorted(kernel.rglob("*")) if file.suffix in {".hpp", ".cpp", ".S"})
    return [Source(file.relative_to(kernel).as_posix(), file.read_text()) for file in files]


def wrong_layers(source: Source) -> list[str]:
    """Includes of lower layers, and folders that are no layer."""
    if source.layer is None or source.path in EXEMPT:
        return []
    if source.layer not in LAYERS:
        return [f"kernel/{source.path}:1: there is no layer '{source.layer}'; the table is in {Path(__file__).name}"]
    mine = LAYERS.index(source.layer)
    return [
        f"kernel/{source.path}:{line}: layer '{source.layer}' may not include \"{name}\", which is below it"
        for line, name in source.quoted
        if name.split("/")[0] in LAYERS and LAYERS.index(name.split("/")[0]) > mine
    ]


def processor_outside_arch(source: Source) -> list[str]:
    """Assembly and intrinsics in layers that are the same on every processor."""
    if source.may_address_processor:
        return []
    if source.path.endswith(".S"):
        return [f"kernel/{source.path}:1: assembly belongs to arch/, boot/ or demo/"]
    code = COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source.text)
    return [
        f"kernel/{source.path}:{source.line_at(found.start())}: '{found[0]}' outside arch/"
        for found in PROCESSOR.finditer(code)
    ]


def unknown_library(source: Source) -> list[str]:
    """Headers of the C++ library that are not known to work in a kernel."""
    if source.is_fake:
        return []
    return [
        f"kernel/{source.path}:{line}: <{name}> is not among the headers known to work without an operating system"
        for line, name in source.library
        if name not in LIBRARY and not name.endswith(".h")
    ]


def included_path(source: Source, name: str) -> str:
    """Where an included name lies: `arch/x.hpp` is found in the architecture's own folder."""
    if not name.startswith("arch/") or name == "arch/contract.hpp":
        return name
    machine = "host" if source.is_fake else "aarch64"
    return f"arch/{machine}/{name}"


def cycles(files: list[Source]) -> list[str]:
    """Circles of headers that include each other, each once."""
    graph = {s.path: [included_path(s, name) for _, name in s.quoted] for s in files}
    found: list[str] = []
    done: set[str] = set()

    def visit(path: str, trail: list[str]) -> None:
        if path in trail:
            found.append("a circle of headers: " + " -> ".join([*trail[trail.index(path):], path]))
        elif path in graph and path not in done:
            for name in graph[path]:
                visit(name, [*trail, path])
            done.add(path)

    for path in graph:
        visit(path, [])
    return found


def problems(kernel: Path) -> list[str]:
    """All that is wrong, a line each."""
    files = sources(kernel)
    if not files:
        return [f"{kernel}: no source files here"]
    each = [problem for source in files
            for rule in (wrong_layers, processor_outside_arch, unknown_library)
            for problem in rule(source)]
    return each + cycles(files)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = problems(Path(arguments[0]))
    print("\n".join(found) or "every include goes up")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
