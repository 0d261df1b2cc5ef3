"""The mistakes: each function looks at one node and says what could stand there instead."""
from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Callable, Iterator, Mapping, Sequence

from tessera.mutation.syntax import Node

#: Comments and line breaks mean nothing in a piece of code that is written anew.
_BLANK = re.compile(r"(?://[^\n]*|/\*.*?\*/|\s)+", re.DOTALL)

SWAPPED: Mapping[str, Sequence[str]] = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "++": ("--",),
    "--": ("++",),
}  # fmt: skip
COMPOUND = {
    f"{old}=": tuple(f"{new}=" for new in SWAPPED[old]) for old in "+ - * / % << >> & | ^".split()
}
NAMES = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), "relational"),
    **dict.fromkeys(("&&", "||"), "logical"),
}


class Layer(Enum):
    """What kind of code is replaced, which decides how both versions are put side by side."""

    VALUE = "value"
    CONDITION = "condition"
    STATEMENT = "statement"  # an expression and its semicolon
    JUMP = "jump"  # `break` or `continue`, with the semicolon


@dataclass(frozen=True)
class Change:
    """The text from `begin` up to `end` becomes `after`."""

    operator: str
    begin: int
    end: int
    after: str
    layer: Layer = Layer.VALUE
    kind: str = ""  # the type that the change must have, as the original does

    @property
    def code(self) -> str:
        """What is compiled in place of the original."""
        cast = f"static_cast<{self.kind}>" if self.kind else ""
        return f"{cast}({self.after or 'void()'})"


@dataclass(frozen=True)
class Source:
    """A file and the enumerators that its code may name, each with the one that takes its place."""

    text: bytes
    enumerators: Mapping[str, str]

    def flat(self, begin: int, end: int) -> str:
        """A piece of it in one line, without comments."""
        return _BLANK.sub(" ", self.text[begin:end].decode()).strip()

    def of(self, node: Node) -> str:
        """A node's text in one line."""
        return self.flat(node.begin, node.end)


def changes(node: Node, parent: Node | None, source: Source) -> Iterator[Change]:
    """Everything that could be done to a node which has a place in this source."""
    for operator in OPERATORS.get(node.kind, ()):
        yield from operator(node, source)
    yield from _as_part(node, parent, source)


def _swap(node: Node, left: Node, right: Node, source: Source) -> Iterator[Change]:
    """Another operator between two operands."""
    old = source.flat(left.end, right.begin)
    before, behind = source.flat(node.begin, left.end), source.flat(right.begin, node.end)
    if old in ("||", "|", "^"):  # what takes their place binds closer
        before, behind = f"({before})", f"({behind})"
    for new in (*SWAPPED.get(old, ()), *COMPOUND.get(old, ())):
        kind = NAMES.get(old, "arithmetic")
        yield Change(kind, node.begin, node.end, f"{before} {new} {behind}")
    if old in ("&&", "||"):  # each side has to matter
        yield Change("logical", node.begin, node.end, before, kind="bool")
        yield Change("logical", node.begin, node.end, behind, kind="bool")


def binary(node: Node, source: Source) -> Iterator[Change]:
    """`a < b`, `a && b`, `a += b`, of built-in types."""
    left, right = node.children
    if left.placed and right.placed:
        yield from _swap(node, left, right, source)


def overloaded(node: Node, source: Source) -> Iterator[Change]:
    """`a < b` of classes: the first child is the function."""
    operands = sorted((child for child in node.children[1:] if child.placed), key=lambda n: n.begin)
    if len(operands) == 2:
        yield from _swap(node, *operands, source)


def unary(node: Node, source: Source) -> Iterator[Change]:
    """`!a`, `-a`, `~a` without the operator; `++a` the other way.

    The `!` with which the compiler makes `a != b` out of `a == b` begins behind its operand.
    """
    (operand,) = node.children
    if not operand.placed or operand.begin <= node.begin and not node.data["isPostfix"]:
        return
    old, text = node.data["opcode"], source.of(operand)
    if old in ("!", "-", "~"):
        yield Change("negation", node.begin, node.end, text, kind="bool" if old == "!" else "")
    for new in SWAPPED[old] if old in ("++", "--") else ():
        after = f"{text}{new}" if node.data["isPostfix"] else f"{new}{text}"
        yield Change("arithmetic", node.begin, node.end, after)


def integer(node: Node, source: Source) -> Iterator[Change]:
    """One more, one less. The 0 that `a < b` is compared with inside stands in no text."""
    text = source.of(node)
    if not text[:1].isdigit():
        return
    yield Change("constant", node.begin, node.end, f"{text} + 1")
    if node.data["value"] != "0":
        yield Change("constant", node.begin, node.end, f"{text} - 1")


def boolean(node: Node, source: Source) -> Iterator[Change]:
    """The other one."""
    other = {"true": "false", "false": "true"}.get(source.of(node))
    if other:
        yield Change("constant", node.begin, node.end, other)


def enumerator(node: Node, source: Source) -> Iterator[Change]:
    """Another enumerator of the same type: the wrong error, level, state."""
    declaration = node.data.get("referencedDecl", {})
    other = source.enumerators.get(declaration.get("id", ""))
    if declaration.get("kind") == "EnumConstantDecl" and other:
        text = source.of(node)
        yield Change("enumerator", node.begin, node.end, re.sub(r"\w+$", other, text))


def returned(node: Node, source: Source) -> Iterator[Change]:
    """A fixed value in place of what is returned."""
    if not node.children or not node.children[0].placed:
        return
    value = node.children[0]
    text = source.of(value)
    for new in _fixed(value.type):
        if text not in ("true", "false", new):
            yield Change("return", value.begin, value.end, new)


def _fixed(kind: str) -> tuple[str, ...]:
    """What a function of this type might as well return."""
    if kind == "bool":
        return ("true", "false")
    if kind.endswith("*"):
        return ("nullptr",)
    return ("0",) if re.fullmatch(r"(unsigned )?(char|short|int|long|long long)", kind) else ()


def jump(node: Node, source: Source) -> Iterator[Change]:
    """`break` and `continue` left out."""
    if (end := source.text.find(b";", node.end)) >= 0:
        yield Change("statement", node.begin, end + 1, ";", Layer.JUMP)


OPERATORS: Mapping[str, Sequence[Callable[[Node, Source], Iterator[Change]]]] = {
    "BinaryOperator": (binary,),
    "CompoundAssignOperator": (binary,),
    "CXXOperatorCallExpr": (overloaded,),
    "UnaryOperator": (unary,),
    "IntegerLiteral": (integer,),
    "CXXBoolLiteralExpr": (boolean,),
    "DeclRefExpr": (enumerator,),
    "ReturnStmt": (returned,),
    "BreakStmt": (jump,),
    "ContinueStmt": (jump,),
}

#: Expressions that are worth a statement of their own.
_EFFECTS = frozenset(
    "CallExpr CXXMemberCallExpr CXXOperatorCallExpr BinaryOperator CompoundAssignOperator "
    "UnaryOperator CStyleCastExpr".split()
)
_WRAPPERS = frozenset(
    "ExprWithCleanups ImplicitCastExpr ParenExpr CXXBindTemporaryExpr MaterializeTemporaryExpr "
    "CXXRewrittenBinaryOperator".split()
)


def _as_part(node: Node, parent: Node | None, source: Source) -> Iterator[Change]:
    """What a node's place in its parent allows: to leave out a statement, to negate a condition."""
    if parent is None:
        return
    core = node
    while core.kind in _WRAPPERS and len(core.children) == 1:
        core = core.children[0]
    if _is_statement(node, parent) and core.kind in _EFFECTS:
        yield Change("statement", node.begin, node.end, "", Layer.STATEMENT)
    if node is _condition(parent) and not _negated_elsewhere(core, source):
        yield Change("negation", node.begin, node.end, f"!({source.of(node)})", Layer.CONDITION)


def _is_statement(node: Node, parent: Node) -> bool:
    """Whether an expression stands where a statement does."""
    if parent.kind in ("CompoundStmt", "DefaultStmt", "LabelStmt", "AttributedStmt"):
        return True
    if parent.kind == "IfStmt":
        return node in parent.children[_condition_index(parent) + 1 :]
    last = parent.children[-1] is node
    return last and parent.kind in ("WhileStmt", "ForStmt", "CXXForRangeStmt", "CaseStmt")


def _condition_index(node: Node) -> int:
    """Where an `if` or `while` has its condition: behind what it declares."""
    return int(node.data.get("hasInit", False)) + int(node.data.get("hasVar", False))


def _condition(node: Node) -> Node | None:
    """The condition of a statement or of `a ? b : c`, unless it declares something."""
    if node.data.get("isConstexpr") or node.data.get("hasVar"):
        return None
    if node.kind == "ForStmt" and node.children[1].kind:
        return None
    index = {"IfStmt": _condition_index(node), "WhileStmt": 0, "ForStmt": 2, "DoStmt": 1,
             "ConditionalOperator": 0}.get(node.kind)  # fmt: skip
    return None if index is None else node.children[index]


def _negated_elsewhere(core: Node, source: Source) -> bool:
    """Whether other operators turn the condition round: `a < b`, `a && b`, `!a`."""
    if core.kind == "UnaryOperator":
        return core.data["opcode"] == "!"
    operands = sorted((child for child in core.children if child.placed), key=lambda n: n.begin)
    if core.kind == "BinaryOperator" or core.kind == "CXXOperatorCallExpr" and len(operands) == 3:
        return any(word in NAMES for word in (core.data.get("opcode"), source.of(operands[1])))
    return False
