"""Everything the tool prints: in colour on a terminal when `rich` is there, plain otherwise."""
from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, Callable, Iterable, Iterator, Sequence


@cache
def _rich() -> Any | None:
    """A rich console, or None without a terminal and before set-up has installed rich."""
    if not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(highlight=False)  # heeds NO_COLOR by itself


def refresh() -> None:
    """To be called when set-up has installed rich."""
    _rich.cache_clear()


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
    for line in (hint or "").splitlines():
        print(f"         {line}", file=sys.stderr)


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


#: Without a terminal, progress is one line whenever so many more per cent are done.
_STRIDE = 25

#: Without a terminal, work that goes on says how far it is whenever it has been silent for so long.
_SILENCE_SECONDS = 60.0


@contextmanager
def progress(label: str) -> Iterator[Callable[[float, str], None]]:
    """Shows how far something is, with nothing but the standard library.

    Yields a function to call with a percentage and a word on what is under way.
    """
    terminal, said = sys.stdout.isatty(), 0.0

    def show(percent: float, doing: str) -> None:
        nonlocal said
        if terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{f'· {label}: {percent:3.0f} % {doing}'[:width]}", end="", flush=True)
        elif (
            percent >= said + _STRIDE or percent < said - 2 * _STRIDE
        ):  # far back: something new begins
            said = percent - percent % _STRIDE
            print(f"· {label}: {percent:.0f} % {doing}", flush=True)

    print(f"· {label}", end="" if terminal else "\n", flush=True)
    try:
        yield show
    finally:
        if terminal:
            print("\r\033[K", end="", flush=True)


@contextmanager
def activity() -> Iterator[Callable[..., None]]:
    """Shows work whose extent is not known beforehand: nothing until what it yields is called.

    That takes what is being done and how far it is. On a terminal both follow the work;
    otherwise one line says what is being done, and another each minute how far it is.
    """
    said: set[str] = set()
    if (rich := _rich()) is None:
        spoken = time.monotonic()

        def say(doing: str, state: str = "") -> None:
            nonlocal spoken
            if doing not in said:
                said.add(doing)
                step(doing)
            elif state and time.monotonic() >= spoken + _SILENCE_SECONDS:
                step(f"{doing}: {state}")
            else:
                return
            spoken = time.monotonic()

        yield say
        return
    from rich.text import Text

    with ExitStack() as stack:

        def show(doing: str, state: str = "") -> None:
            text = Text(f"{doing}  {state}")
            text.truncate(rich.width - 3, overflow="ellipsis")  # beside the spinner; one line
            if not said:
                said.add(doing)
                stack.callback(status.stop)
                status.start()
            status.update(text)

        status = rich.status("")
        yield show


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Says that something is under way: a spinner on a terminal, one line otherwise."""
    with activity() as say:
        say(text)
        yield
