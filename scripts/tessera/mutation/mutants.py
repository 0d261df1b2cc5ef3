"""All mutants of a source: where mistakes could be made, and which are not worth making."""
from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Iterable, Iterator

from tessera.mutation.operators import Change, Source, changes
from tessera.mutation.syntax import Node

FUNCTIONS = frozenset(
    "FunctionDecl CXXMethodDecl CXXConstructorDecl CXXDestructorDecl CXXConversionDecl".split()
)

#: What has no meaning at run time, or no text of its own.
_LEFT_OUT = frozenset(
    "EnumDecl ParmVarDecl StaticAssertDecl UnaryExprOrTypeTraitExpr CXXNoexceptExpr RequiresExpr "
    "ConceptDecl ClassTemplateSpecializationDecl ClassTemplatePartialSpecializationDecl "
    "NonTypeTemplateParmDecl TemplateTypeParmDecl".split()
)

#: Marks of functions that have no body in the text.
_UNWRITTEN = ("isImplicit", "explicitlyDefaulted")

COMPILED = "evaluated by the compiler"
ASSERTED = "in an assertion"
TRACED = "in a trace point"

#: Calls whose arguments are left alone, and what is said of them.
_UNTOUCHED = {rb"\bK_ASSERT\(": ASSERTED, rb"\btrace::event\(": TRACED}


@dataclass(frozen=True)
class Mutant:
    """One mistake. Its name does not depend on what stands elsewhere in the file."""

    file: str
    function: str
    line: int
    text: str  # of that line
    before: str
    change: Change
    occurrence: int = 1
    left_out: str = ""

    @property
    def after(self) -> str:
        """What is there instead, for people."""
        return self.change.after or "nothing"

    @property
    def words(self) -> str:
        """The change in words."""
        return f"{self.before} → {self.after}"

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What tells it from all others."""
        return self.file, self.function, self.text, self.words, self.occurrence

    @property
    def name(self) -> str:
        """The key as people can type it."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Context:
    """What surrounds a node: a function or constant, and whether the compiler evaluates it."""

    function: str = ""
    inside: bool = False  # of a function's body
    constant: bool = False


@dataclass
class Finder:
    """Finds the mutants of one file in the syntax tree of a translation unit that includes it."""

    file: str  # as the compiler calls it
    name: str  # below the tree's root
    source: Source
    records: dict[str, str]  # names of classes, by id
    found: dict[tuple[int, int, str, str], Mutant] = field(default_factory=dict)

    def find(self, roots: Iterable[Node]) -> list[Mutant]:
        """Every mutant, in the order of the text; the same change at the same place counts once."""
        for root in roots:
            self._visit(root, None, Context())
        ordered = sorted(self.found.values(), key=lambda m: (m.change.begin, -m.change.end))
        return list(_numbered(ordered))

    def _visit(self, node: Node, parent: Node | None, context: Context) -> None:
        """Looks at a node and at all below it."""
        if node.kind in _LEFT_OUT or any(map(node.data.get, _UNWRITTEN)):
            return
        context = self._entered(node, context)
        if node.placed and node.file == self.file and context.function:
            for change in changes(node, parent, self.source):
                self._add(change, context)
        for child in _written(node):
            self._visit(child, node, context)

    def _entered(self, node: Node, context: Context) -> Context:
        """The context below a node."""
        if node.kind in FUNCTIONS and not context.inside:
            owner = self.records.get(node.data.get("parentDeclContextId", ""), "")
            owner = f"{owner}::" if owner else context.function
            return Context(owner + node.data.get("name", ""), True, self._is_immediate(node))
        if node.kind == "CXXRecordDecl" and not context.inside:
            return replace(context, function=f"{context.function}{node.data.get('name', '')}::")
        if node.kind == "ConstantExpr" or node.kind == "VarDecl" and _is_constant(node, context):
            name = context.function if context.inside else node.data.get("name", "")
            return replace(context, constant=True, function=name)
        return context

    def _is_immediate(self, node: Node) -> bool:
        """Whether a function is `consteval`, which the syntax tree does not tell."""
        head = self.source.text[node.begin : node.end].partition(b"{")[0]
        return node.file == self.file and b"consteval" in head.split()

    def _add(self, change: Change, context: Context) -> None:
        """Makes a mutant out of a change."""
        text, begin = self.source.text, change.begin
        start, stop = text.rfind(b"\n", 0, begin) + 1, text.find(b"\n", begin)
        mutant = Mutant(
            self.name,
            context.function.removesuffix("::"),
            text.count(b"\n", 0, begin) + 1,
            " ".join(text[start:stop].decode().split()),
            self.source.flat(begin, change.end),
            change,
            left_out=COMPILED if context.constant else self._untouched(begin),
        )
        self.found.setdefault((begin, change.end, change.after, change.layer.value), mutant)

    def _untouched(self, at: int) -> str:
        """Why nothing is done at this place, if it lies in an assertion or a trace point."""
        for pattern, reason in _UNTOUCHED.items():
            for call in re.finditer(pattern, self.source.text):
                if call.start() <= at < closing(self.source.text, call.end()):
                    return reason
        return ""


def closing(text: bytes, at: int) -> int:
    """The place of the parenthesis that closes the one before `at`."""
    depth = 1
    while depth and at < len(text):
        depth += {ord("("): 1, ord(")"): -1}.get(text[at], 0)
        at += 1
    return at


def _written(node: Node) -> list[Node]:
    """A node's children without what the compiler made of a template."""
    if node.kind != "FunctionTemplateDecl":
        return node.children
    functions = [child for child in node.children if child.kind in FUNCTIONS]
    return functions[:1]


def _is_constant(node: Node, context: Context) -> bool:
    """Whether a variable gets its value from the compiler."""
    static = node.data.get("storageClass") == "static"
    return static or not context.inside or bool(node.data.get("constexpr"))


def _numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """The same change in equal lines of one function: the first, the second, …"""
    seen: Counter[tuple[str, str, str, str, int]] = Counter()
    for mutant in mutants:
        seen[mutant.key] += 1
        yield replace(mutant, occurrence=seen[mutant.key])


def enumerators(roots: Iterable[Node]) -> dict[str, str]:
    """For each enumerator, by id, the name of the next one of its type; the first follows the last."""
    others: dict[str, str] = {}
    for root in roots:
        for node in root.walk():
            if node.kind == "EnumDecl":
                names = [c.data for c in node.children if c.kind == "EnumConstantDecl"]
                for one, other in zip(names, names[1:] + names[:1]):
                    if one is not other:
                        others[one["id"]] = other["name"]
    return others


def records(roots: Iterable[Node]) -> dict[str, str]:
    """The names of all classes, by id."""
    return {
        node.data["id"]: node.data["name"]
        for root in roots
        for node in root.walk()
        if node.kind in ("CXXRecordDecl", "ClassTemplateDecl") and "name" in node.data
    }
