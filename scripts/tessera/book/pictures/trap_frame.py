"""What the vectors push: the members of TrapFrame and where they lie."""
from __future__ import annotations

from tessera.book.diagrams import record
from tessera.book.evidence import source
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As chapter 03 has it."""
    return record(source(tree, 3, "kernel/arch/trap_frame.hpp"), "TrapFrame")
