"""A page for each chapter's code: what it changes, how large it is, what it prints and when."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Iterator

from tessera.book import cast, changes, chart, highlight
from tessera.book.changes import Change
from tessera.book.changeview import ChangeView
from tessera.book.explanations import explain
from tessera.book.frame import Sheet, plain_title, stage_address
from tessera.book.history import Histories
from tessera.book.links import Links
from tessera.book.manuscript import Page
from tessera.book.recording import Line as Printed
from tessera.chapter import Chapter
from tessera.tree import Tree

#: Recorded boots by chapter and name.
Recordings = dict[int, dict[str, list[Printed]]]

_SCRIPTS = ("assets/asciinema-player.js",)
_STYLES = ("assets/asciinema-player.css",)


@dataclass
class StagePages:
    """Makes the pages on the chapters' code."""

    tree: Tree
    links: Links
    histories: Histories
    chapters: dict[int, Chapter]
    pages: list[Page]
    recordings: Recordings

    def sheets(self) -> Iterator[Sheet]:
        """A page for each stage."""
        sizes = chart.sizes(self.links.sources)
        for stage in self.links.sources.files:
            yield self._sheet(stage, sizes)

    def _sheet(self, stage: int, sizes: dict[int, chart.Size]) -> Sheet:
        changed = changes.of_stage(self.links.sources, stage)
        body = [
            f"<h1>The code of chapter {stage:02}</h1>",
            self._intro(stage, changed, sizes[stage]),
            chart.html(sizes, stage, self.chapters),
            '<h2 id="boots">What it prints, and when</h2>',
            self._boots(stage),
            '<h2 id="changes">What it changes, file by file</h2>',
            self._changes(changed, stage),
            '<h2 id="functions">What it does to functions</h2>',
            self._functions(stage),
        ]
        headings = [
            ("boots", "What it prints, and when"),
            ("changes", "What it changes, file by file"),
            ("functions", "What it does to functions"),
        ]
        title = f"The code of chapter {stage:02}"
        return Sheet(
            stage_address(stage), title, "\n".join(body), "stage", headings, _STYLES, _SCRIPTS
        )

    def _intro(self, stage: int, changed: list[Change], size: chart.Size) -> str:
        """The chapter in a few numbers, with the way to its prose."""
        prose = next((page for page in self.pages if page.chapter == stage), None)
        title = escape(self.chapters[stage].title)
        text = (
            f'<a href="{prose.address}">{escape(plain_title(prose.title))}</a>' if prose else title
        )
        kinds = [
            sum(change.kind == kind for change in changed) for kind in ("new", "changed", "removed")
        ]
        files = ", ".join(
            f"{count} {kind}" for count, kind in zip(kinds, ("new", "changed", "removed")) if count
        )
        lines = sum(change.added for change in changed), sum(change.removed for change in changed)
        return (
            f"<p>Told in {text}. Files: {files}. Lines: {lines[0]:,} added, {lines[1]:,} removed. "
            f"The kernel now has {size.kernel:,} lines of code, its unit tests {size.tests:,}. "
            f'<a href="{self.links.folder(stage)}">All files of this chapter</a>.</p>'
            f"<p>On the command line: <code>./tessera diff {stage:02}</code>, "
            f"<code>./tessera run {stage:02}</code>.</p>"
        )

    def _boots(self, stage: int) -> str:
        """Every boot of the chapter; the first one is unfolded."""
        told = (
            "<p>Times are the machine's own, in microseconds since it was switched on: the number of "
            "instructions that had run before the line's first character, at a nanosecond each. Time "
            "spent asleep is counted where the kernel prints time stamps, by which it is known.</p>"
        )
        parts = []
        for number, boot in enumerate(self.chapters[stage].boots):
            how = {
                "ok": "ends well",
                "panic": "ends in a panic, as it should",
                "refused": "is refused, as it should be",
                "stopped": "stops for want of a thread that can run, as it should",
            }[boot.ends]
            start = " open" if number == 0 else ""
            parts.append(
                f'<details class="boot" id="boot-{boot.name}"{start}><summary><code>{boot.name}'
                f"</code> {how}</summary>{self._boot(stage, boot.name)}</details>"
            )
        return told + "".join(parts)

    def _boot(self, stage: int, name: str) -> str:
        """A recorded boot, or the golden log of one that cannot be recorded."""
        if lines := self.recordings[stage].get(name):
            return cast.html(lines, name, f"Tessera, chapter {stage:02}: {name}")
        log = self.tree.chapter_dir(stage) / "expected" / f"{name}.log"
        text = highlight.plain(log.read_text(encoding="utf-8"))
        return (
            f"<p>The expected log. QEMU records one processor only, and no typing, so there are no "
            f'times.</p><figure class="boot"><pre tabindex="0"><code>{text}</code></pre></figure>'
        )

    def _functions(self, stage: int) -> str:
        """New, changed and gone functions by file, each with a link to its history."""
        touched = self.histories.touched(stage)
        rows = []
        for path, functions in sorted(touched.items()):
            names = ", ".join(self._function(kind, function, stage) for kind, function in functions)
            rows.append(f"<li><code>{escape(path)}</code>: {names}</li>")
        return f"<ul class='functions'>{''.join(rows)}</ul>" if rows else "<p>None changes.</p>"

    def _function(self, kind: str, function: object, stage: int) -> str:
        from tessera.book.historypage import address

        version = function.at(stage)
        if len(function.versions) > 1:
            there = address(function)
        else:
            there = self.links.source(stage, version.path, version.line)
        return f'<a href="{there}"><code>{escape(function.name)}</code></a> <small>{kind}</small>'

    def _changes(self, changed: list[Change], stage: int) -> str:
        """The diff, a fold for each file, with a line on what the file is."""
        lines = explain(self.tree, self.links.sources, stage, changed)
        view = ChangeView(self.links)
        button = (
            '<p><button type="button" class="unfold" aria-pressed="false">Unfold all</button></p>'
        )
        return button + "".join(view.fold(change, stage, lines[change.path]) for change in changed)
