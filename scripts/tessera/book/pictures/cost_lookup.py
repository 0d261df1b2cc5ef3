"""A lookup through more and more CNodes."""
from __future__ import annotations

from tessera.benchmark.costs import load
from tessera.book.plot import Axes, Line, Plot
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As SVG."""
    points = tuple(load(tree).sizes["lookup-levels"].items())
    line = Line("CNode_Delete of an empty slot", points)
    return Plot(Axes("CNodes on the way to the slot", "instructions"), [line]).svg()
