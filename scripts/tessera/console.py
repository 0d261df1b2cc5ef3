"""Everything the tool prints: in colour on a terminal when `rich` is there, plain otherwise."""
from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import cache
from typing import Any, Iterable, Iterator, Sequence


@cache
def _rich() -> Any | None:
    """A rich console on a terminal, or None: not a terminal, or before set-up has installed rich."""
    if not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(highlight=False, no_color=bool(os.environ.get("NO_COLOR")))


def out(text: str = "", style: str | None = None) -> None:
    """A line on standard output. `style` is a rich style, ignored when plain."""
    if (rich := _rich()) is not None:
        rich.print(text, style=style, markup=False, soft_wrap=True)
    else:
        print(text, flush=True)


def step(text: str) -> None:
    """What the tool is doing now."""
    out(f"· {text}", style="dim")


def good(text: str) -> None:
    """Something that was asked for and is done."""
    out(f"✓ {text}", style="green")


def error(text: str, hint: str | None = None) -> None:
    """An error on standard error, with what to do about it."""
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    start, end = ("\033[31m", "\033[0m") if coloured else ("", "")
    print(f"{start}tessera: {text}{end}", file=sys.stderr)
    if hint:
        print(f"         {hint}", file=sys.stderr)


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table: rich on a terminal, columns padded with blanks otherwise."""
    rows = [[str(cell) for cell in row] for row in rows]
    if (rich := _rich()) is not None:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        view = Table(*columns, title=title, box=SIMPLE_HEAD, title_justify="left")
        for row in rows:
            view.add_row(*(Text(cell) for cell in row))
        rich.print(view)
        return
    if title:
        print(title)
    widths = [max(len(line[i]) for line in [list(columns), *rows]) for i in range(len(columns))]
    for line in [list(columns), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    sys.stdout.flush()


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Says that something is under way: a spinner on a terminal, one line otherwise."""
    if (rich := _rich()) is not None:
        with rich.status(text):
            yield
    else:
        step(text)
        yield
