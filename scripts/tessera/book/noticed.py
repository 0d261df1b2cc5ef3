"""What chapters say goes wrong without a line, and which tests notice: tables that are tried.

A table headed `| left out | who notices |` names unit tests in its second column. For each row that
does, `chapters/NN/noticed.toml` has a table with the row's first column as its name:

    ["the barrier between zeros and link"]
    file   = "kernel/object/address_space.cpp"
    before = "arch::publish_descriptors(); // its zeros first: a walker may follow the link at once"

`before` stands once in that file of the stage; if only part of it is meant, that is in «». Without
`after` it is a statement, and left out; with it, an expression, and becomes `after`. Then each test
that the row names must fail.
"""
from __future__ import annotations

import re
from pathlib import Path

from tessera import toml_lines
from tessera.book.manuscript import Page, prose
from tessera.errors import Failure
from tessera.mutation.written import Written
from tessera.toml_reader import Reader
from tessera.tree import Tree

HEAD = "| left out | who notices |"
_TEST = re.compile(r"`([A-Z]\w*\.[A-Z]\w*)`")


def rows(page: Page) -> dict[str, tuple[str, ...]]:
    """What is left out in a page's tables, with the unit tests that are said to notice."""
    found, inside = dict[str, tuple[str, ...]](), False
    for line in prose(page.text).splitlines():
        inside = line == HEAD or inside and line.startswith("|")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if inside and len(cells) == 2 and (tests := _TEST.findall(cells[1])):
            found[cells[0]] = tuple(tests)
    return found


def file(tree: Tree, page: Page) -> Path:
    """Where the changes of a page's rows stand."""
    return tree.root / f"chapters/{page.stage:02}/noticed.toml"


def changes(tree: Tree, page: Page) -> list[Written]:
    """The changes of a page's rows; a Failure if a row has none, or one has no row."""
    wanted, where = rows(page), f"chapters/{page.stage:02}/noticed.toml"
    try:
        reader = Reader(toml_lines.parse(file(tree, page).read_bytes()), where)
    except toml_lines.TomlError as error:
        raise Failure(f"{where}:{error.line}: {error}") from error
    found = []
    for words, table in reader.file.values.items():
        values = reader.table(Written, (words,), table, (), ("words", "tests"))
        if words not in wanted:
            reader.wrong((words,), f"book/{page.path} has no row '{words}' that names a test")
        found.append((values, words))
    for words in wanted.keys() - reader.file.values.keys():
        reader.wrong((), f"nothing says how to try '{words}' of book/{page.path}")
    if reader.mistakes:
        raise Failure("\n".join(text for _, text in sorted(reader.mistakes)))
    return [Written(words=words, tests=wanted[words], **values) for values, words in found]
