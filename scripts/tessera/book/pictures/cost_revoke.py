"""What Revoke costs for each descendant."""
from __future__ import annotations

from tessera.benchmark.costs import load
from tessera.book.plot import Axes, Line, Plot
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As SVG."""
    amounts = load(tree).sizes["revoke-descendants"]
    line = Line("CNode_Revoke", tuple((n, cost / n) for n, cost in amounts.items()))
    return Plot(Axes("descendants", "instructions for each", logarithmic=True), [line]).svg()
