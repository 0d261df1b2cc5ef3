"""The syntax trees of the kernel's sources, as Clang sees them and with places in the text."""
from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import Any, Iterator

from tessera.errors import Failure

CLANG = "clang++-14"

#: Everything of the kernel's is in this namespace; what is not is left out of the dump.
NAMESPACE = "k::"


@dataclass(slots=True)
class Node:
    """A node that is spelled in a file: from `begin` up to `end`, in bytes.

    What comes out of a macro's body has no place (-1), but its arguments, which are children, do.
    """

    kind: str
    data: dict[str, Any]
    file: str = ""
    begin: int = -1
    end: int = -1
    children: list[Node] = field(default_factory=list)

    @property
    def placed(self) -> bool:
        """Whether this is a piece of some file's text."""
        return self.begin >= 0

    @property
    def type(self) -> str:
        """The type of an expression, without the names that the source gave it."""
        kind = self.data.get("type", {})
        return kind.get("desugaredQualType", kind.get("qualType", ""))

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(command: dict[str, str]) -> list[Node]:
    """The declarations of a translation unit, given by its entry in compile_commands.json."""
    done = subprocess.run(
        [CLANG, *_language(command["command"]), "-fsyntax-only", "-w", "-Xclang", "-ast-dump=json",
         "-Xclang", f"-ast-dump-filter={NAMESPACE}", command["file"]],
        cwd=command["directory"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failure(f"{CLANG} does not understand {command['file']}:\n{done.stderr.strip()}")
    return Reader().read(done.stdout)


def _language(command: str) -> Iterator[str]:
    """What in a compiler's command line decides what the source means."""
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word.startswith(("-I", "-D", "-std=")):
            yield word
        elif word == "-isystem":
            yield from (word, next(words))


class Reader:
    """Reads Clang's dump. A location names its file only when it is another than the last one's."""

    def __init__(self) -> None:
        self._file = ""

    def read(self, text: str) -> list[Node]:
        """The nodes at the top; the dump is one JSON object after the other."""
        decoder, nodes, at = json.JSONDecoder(), [], text.find("{")
        while at >= 0:
            data, end = decoder.raw_decode(text, at)
            nodes.append(self._node(data))
            at = text.find("{", end)
        return nodes

    def _node(self, data: dict[str, Any]) -> Node:
        """One node. Its fields are read in the order in which they were written."""
        node = Node(data.get("kind", ""), data)
        for name, value in data.items():
            if name == "loc":
                self._place(value)
            elif name == "range":
                begin, end = self._place(value["begin"]), self._place(value["end"])
                if begin and end and begin[0] == end[0]:
                    node.file, node.begin, node.end = begin[0], begin[1], end[2]
            elif name in ("inner", "array_filler"):
                node.children += [self._node(child) for child in value]
        return node

    def _place(self, data: dict[str, Any]) -> tuple[str, int, int] | None:
        """File, begin and end of a token; None if a macro's body wrote it."""
        if "expansionLoc" in data:
            spelling = self._place(data["spellingLoc"])
            self._place(data["expansionLoc"])
            return spelling if data["expansionLoc"].get("isMacroArgExpansion") else None
        self._file = data.get("file", self._file)
        if "offset" not in data:
            return None
        return self._file, data["offset"], data["offset"] + data["tokLen"]
