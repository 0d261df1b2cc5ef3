"""IPC and scheduling while the number of threads grows."""
from __future__ import annotations

from tessera.benchmark.costs import load
from tessera.book.plot import Axes, Line, Plot
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As SVG."""
    sizes = load(tree).sizes
    lines = [
        Line("Call / ReplyRecv round", tuple(sizes["call-threads"].items())),
        Line("Yield and switch", tuple(sizes["yield-threads"].items())),
    ]
    return Plot(Axes("threads in the system", "instructions", logarithmic=True), lines).svg()
