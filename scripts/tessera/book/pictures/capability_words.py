"""The two words of a capability, and what each type of chapter 08 makes of them."""
from __future__ import annotations

from tessera.book.diagrams import word, word_width
from tessera.book.drawing import Drawing
from tessera.book.evidence import Field, fields, source
from tessera.tree import Tree


def draw(tree: Tree) -> str:
    """The head that all have; attributes and payload of an untyped and of a CNode."""
    head = fields(source(tree, 8, "kernel/object/capability.hpp"), "CapHead")
    start = next(field.low for field in head if field.name == "attributes")
    drawing, y = Drawing(word_width()), 0.0
    y = word(drawing, y, "every capability: the head", head)
    for name, path in (("an untyped", "untyped"), ("a CNode", "cnode")):
        own = fields(source(tree, 8, f"kernel/object/{path}.hpp"), "Attributes")
        placed = [Field(one.high + start, one.low + start, one.name) for one in own]
        y = word(drawing, y + 12, f"{name}: its attributes in the head", placed)
    guard = fields(source(tree, 8, "kernel/abi/words.hpp"), "CNodeData")
    y = word(drawing, y + 12, "a CNode: the payload", guard)
    word(drawing, y + 12, "an untyped: the payload", [Field(63, 0, "watermark")])
    return drawing.svg()
