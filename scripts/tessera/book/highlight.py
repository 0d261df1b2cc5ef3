"""Source text as coloured HTML, line by line, by Pygments."""
from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

#: Pygments' lexer by the end of a file's name, or by what a block says it is.
_LEXERS = {
    ".cpp": "cpp",
    ".hpp": "cpp",
    ".def": "cpp",
    ".S": "gas",
    ".ld": "c",
    ".dts": "devicetree",
    ".txt": "cmake",
    ".py": "python",
    ".md": "text",
    "asm": "gas",
    "ld": "c",
    "cpp": "cpp",
    "cmake": "cmake",
    "console": "text",
    "diff": "text",
}


def lines(text: str, kind: str) -> list[str]:
    """The lines of a text as HTML."""
    from pygments import highlight

    if not text:
        return []
    body = highlight(text, _lexer(_LEXERS.get(kind, "text")), _formatter())
    return body.removesuffix("\n").split("\n")


def kind_of(path: str) -> str:
    """What a file holds, by its name."""
    return next((end for end in _LEXERS if end.startswith(".") and path.endswith(end)), "text")


def plain(text: str) -> str:
    """Text as HTML without colours."""
    return escape(text, quote=False)


@cache
def _lexer(name: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False, ensurenl=True)


@cache
def _formatter() -> Any:
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(nowrap=True)
