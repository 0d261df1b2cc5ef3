"""The sixteen exception vectors when there are user programs."""
from __future__ import annotations

from tessera.book.pictures.vector_table import table
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As chapter 07 has it."""
    return table(tree, 7)
