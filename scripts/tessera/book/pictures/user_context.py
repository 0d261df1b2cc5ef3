"""What is kept of a thread that does not run: the members of UserContext and where they lie."""
from __future__ import annotations

from tessera.book.diagrams import record
from tessera.book.evidence import source
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """As chapter 07 has it."""
    return record(source(tree, 7, "kernel/arch/user_context.hpp"), "UserContext")
