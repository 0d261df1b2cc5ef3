"""A changed file as a fold: what happens to it, a line on what it is, and its diff in colours."""
from __future__ import annotations

from html import escape

from tessera.book import highlight
from tessera.book.changes import Change, Line
from tessera.book.links import Links, flat


class ChangeView:
    """Shows the changes of stages."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def fold(self, change: Change, stage: int, line: str) -> str:
        """The whole change, folded."""
        old = self._coloured(stage - 1, change.before)
        new = self._coloured(stage, change.path if change.after else None)
        body = "".join(_hunk(hunk, old, new) for hunk in change.hunks)
        source = (
            f'<p class="whole"><a href="{self._links.source(stage, change.path)}">The whole file'
            "</a></p>"
            if change.after
            else ""
        )
        return (
            f'<details class="file" id="{flat(change.path)}"><summary>{head(change, line)}</summary>'
            f'{source}<pre class="diff" tabindex="0"><code>{body}</code></pre></details>'
        )

    def _coloured(self, stage: int, path: str | None) -> list[str]:
        """The lines of a file at a stage, in colours."""
        if path is None or stage < 1:
            return []
        return highlight.lines(self._links.sources.text(stage, path), highlight.kind_of(path))


def head(change: Change, line: str) -> str:
    """A file's name, what happens to it, and what it is."""
    return (
        f"<code>{escape(change.path)}</code> <small>{change.kind} "
        f"<span class='plus'>+{change.added}</span> <span class='minus'>−{change.removed}</span>"
        f'</small><span class="line">{marked(line)}</span>'
    )


def _hunk(lines: list[Line], old: list[str], new: list[str]) -> str:
    """A hunk: what goes, what comes, and what stands around it."""
    tags = {"+": "ins", "-": "del", " ": "span"}
    rows = [f'<span class="gap">line {lines[0].at}</span>\n'] if lines else []
    for line in lines:
        text = (old if line.sign == "-" else new)[line.at - 1]
        rows.append(f"<{tags[line.sign]}>{line.sign}{text}</{tags[line.sign]}>\n")
    return "".join(rows)


def marked(text: str) -> str:
    """A line of text with names in backticks."""
    pieces = escape(text, quote=False).split("`")
    return "".join(f"<code>{piece}</code>" if at % 2 else piece for at, piece in enumerate(pieces))
