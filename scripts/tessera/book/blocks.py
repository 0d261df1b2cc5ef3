"""The blocks of the manuscript as HTML: excerpts with their place, output, changes, transcripts."""
from __future__ import annotations

from html import escape
from typing import Sequence

from tessera.book import excerpts, highlight, transcripts
from tessera.book.checks import LANGUAGES, at_stage
from tessera.book.history import Histories
from tessera.book.links import Links
from tessera.book.manuscript import Block, Page
from tessera.book.worklist import Worklists
from tessera.tree import Tree


class Blocks:
    """Renders blocks; what they say has been checked before."""

    def __init__(self, tree: Tree, links: Links, histories: Histories) -> None:
        self._tree = tree
        self._worklists = Worklists(tree, links, histories)
        self._links = links
        self._sources = links.sources

    def html(self, block: Block, page: Page) -> str:
        """A block as a figure."""
        if block.kind in LANGUAGES:
            return self._code(block, page.stage)
        if block.kind == "diff":
            return self._diff(block, page.stage)
        if block.kind == "boot":
            return _boot(block)
        if block.kind == "console":
            return figure("console", "", [_command(line) for line in block.lines])
        if block.kind == "tried":
            return self._tried(block, page)
        if block.kind == "files":
            return self._worklists.html(page.stage)
        return figure(block.kind, "", [highlight.plain(line) for line in block.lines])

    def _code(self, block: Block, stage: int) -> str:
        """An excerpt, or a symbol quoted by name, with a link to where it stands."""
        source, _, name = block.source.partition(" ")
        stage, path = at_stage(source, stage)
        text = self._sources.text(stage, path)
        having = text.splitlines()
        if block.lines:
            shown = block.lines
            first = (excerpts.locate(shown, having) or [0])[0] + 1
        else:
            first, last = self._extent(stage, path, name)
            shown = having[first - 1 : last]
        colours = _coloured(shown, having, highlight.lines(text, highlight.kind_of(path)))
        return figure("code", self._caption(stage, path, first), colours)

    def _extent(self, stage: int, path: str, name: str) -> tuple[int, int]:
        """The lines of a symbol of a file."""
        symbol = next(
            place.symbol for place in self._sources.find(stage, name) if place.path == path
        )
        return self._sources.extent(stage, path, symbol)

    def _diff(self, block: Block, stage: int) -> str:
        """A change to try."""
        stage, path = at_stage(block.source, stage)
        having = self._sources.text(stage, path).splitlines()
        first = (excerpts.locate(excerpts.before(block.lines), having) or [0])[0] + 1
        return figure("diff", self._caption(stage, path, first), diff_lines(block.lines))

    def _tried(self, block: Block, page: Page) -> str:
        """What was tried, with the change and the command that show it again."""
        recipe = transcripts.recipes(self._tree, page.stage)[block.source]
        shown = figure("tried", "", [_command(line) for line in block.lines])
        how = [self._change(path, text, page.stage) for path, text in recipe.change.items()]
        if recipe.shown:
            how.insert(0, "<p>First the change shown above. Then:</p>")
        start = f"./tessera start {page.stage:02} ../mine"
        how.append(
            figure(
                "console",
                f"In a folder made by <code>{start}</code>",
                [_command(f"$ {line}") for line in recipe.command.strip().splitlines()],
            )
        )
        return f'{shown}<details class="recipe"><summary>Try it yourself</summary>{"".join(how)}</details>'

    def _change(self, path: str, text: str, stage: int) -> str:
        """A change that a recipe makes."""
        address = self._links.source(stage, path) if path in self._sources.files[stage] else None
        caption = f'<a href="{address}">{escape(path)}</a>' if address else escape(path)
        return figure("diff", caption, diff_lines(text.strip("\n").split("\n")))

    def _caption(self, stage: int, path: str, line: int) -> str:
        """Where an excerpt stands, as a link."""
        address = self._links.source(stage, path, line)
        return f'<a href="{address}">{escape(path)}, line {line}</a>'


def figure(kind: str, caption: str, lines: Sequence[str]) -> str:
    """Lines of HTML as a block that can be scrolled by keyboard if it must be scrolled."""
    told = f"<figcaption>{caption}</figcaption>" if caption else ""
    body = "\n".join(lines)
    return f'<figure class="{kind}">{told}<pre tabindex="0"><code>{body}</code></pre></figure>'


def diff_lines(lines: Sequence[str]) -> list[str]:
    """The lines of a diff, each marked as what it is."""
    kinds = {"+": "ins", "-": "del"}
    return [
        f"<{kinds[line[0]]}>{highlight.plain(line)}</{kinds[line[0]]}>"
        if line[:1] in kinds
        else highlight.plain(line)
        for line in lines
    ]


def _boot(block: Block) -> str:
    """What a boot prints, with a link to where it can be watched."""
    chapter, _, name = block.source.partition("/")
    caption = (
        f'<a href="stage-{chapter}.html#boot-{name}">boot {escape(name)} of chapter {chapter}</a>'
    )
    return figure("boot", caption, [highlight.plain(line) for line in block.lines])


def _command(line: str) -> str:
    """A line of a console: what is typed stands out from what answers."""
    if line.startswith("$ "):
        return f'<span class="prompt">$ </span><kbd>{highlight.plain(line[2:])}</kbd>'
    return highlight.plain(line)


def _coloured(shown: Sequence[str], having: Sequence[str], colours: Sequence[str]) -> list[str]:
    """The shown lines in the colours they have in the whole file."""
    by_line: list[str] = []
    start = 0
    for line in shown:
        at = next((at for at in range(start, len(having)) if having[at] == line), None)
        if line.strip() == excerpts.GAP or at is None:
            by_line.append(f'<span class="gap">{highlight.plain(line)}</span>')
        else:
            by_line.append(colours[at])
            start = at + 1
    return by_line
