"""Pages of source files: every file at every stage, once for all stages that share it."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import Iterator

from tessera.book import highlight, historypage
from tessera.book.explanations import summary
from tessera.book.frame import Sheet, stage_address
from tessera.book.history import Histories
from tessera.book.links import Links, flat
from tessera.chapter import Chapter


@dataclass(frozen=True)
class Ways:
    """Where a source leads: pages of the prose by chapter, of the reference by type and by file."""

    prose: dict[int, str]
    types: dict[str, str]
    files: dict[str, str]


def sheets(
    links: Links, chapters: dict[int, Chapter], histories: Histories, ways: Ways
) -> Iterator[Sheet]:
    """All source pages, and the lists that lead to them."""
    yield _overview(links, chapters)
    for stage in links.sources.files:
        yield _listing(links, stage, chapters)
        for path in links.sources.files[stage]:
            if links.sources.same_since(stage, path) == stage:
                yield _file(links, stage, path, histories, ways)


def _overview(links: Links, chapters: dict[int, Chapter]) -> Sheet:
    """The stages, as a way in."""
    rows = "".join(
        f'<li><a href="{stage:02}/index.html">Chapter {stage:02}, {escape(chapters[stage].title)}</a>: '
        f"{len(files)} files</li>"
        for stage, files in links.sources.files.items()
    )
    body = f"<h1>Sources of each chapter</h1><ul>{rows}</ul>"
    return Sheet("source/index.html", "Sources of each chapter", body, "source")


def _listing(links: Links, stage: int, chapters: dict[int, Chapter]) -> Sheet:
    """The files of a stage, folder by folder."""
    folders: dict[str, list[str]] = {}
    for path in links.sources.files[stage]:
        for folder in PurePosixPath(path).parents[:-1]:
            folders.setdefault(str(folder), [])
        folders[path.rpartition("/")[0]].append(path)
    body = [
        f"<h1>Chapter {stage:02}: its sources</h1>",
        f'<p>All files of <a href="../../{stage_address(stage)}">chapter {stage:02}, '
        f"{escape(chapters[stage].title)}</a>.</p>",
    ]
    for folder, paths in sorted(folders.items()):
        body.append(
            f'<h2 id="{flat(folder)}"><code>{escape(folder)}/</code></h2><ul class="files">'
        )
        body += [
            f'<li><a href="../../{links.source(stage, path)}"><code>{_last(path)}</code></a> '
            f"{escape(summary(path, links.sources.text(stage, path)))}</li>"
            for path in paths
        ]
        body.append("</ul>")
    return Sheet(
        f"source/{stage:02}/index.html",
        f"Sources of chapter {stage:02}",
        "".join(body),
        "source",
        above="source/index.html",
    )


def _file(links: Links, stage: int, path: str, histories: Histories, ways: Ways) -> Sheet:
    """One file, line by line."""
    sources = links.sources
    until = sources.same_until(stage, path)
    span = f"chapter {stage:02}" if until == stage else f"chapters {stage:02} to {until:02}"
    body = [
        f"<h1><code>{escape(path)}</code></h1>",
        f'<p>As it is in <a href="../../{stage_address(stage)}">{span}</a>. '
        f"{_versions(links, stage, path)}</p>",
        _elsewhere(links, stage, path, ways),
        _outline(links, stage, path, histories, ways.types),
    ]
    text = sources.text(stage, path)
    rows = "".join(
        f'<span class="l" id="L{number}"><a class="ln" href="#L{number}">{number}</a>{line}\n</span>'
        for number, line in enumerate(highlight.lines(text, highlight.kind_of(path)), 1)
    )
    body.append(f'<pre class="lines" tabindex="0"><code>{rows}</code></pre>')
    return Sheet(
        links.source(stage, path), path, "".join(body), "source", above="source/index.html"
    )


def _elsewhere(links: Links, stage: int, path: str, ways: Ways) -> str:
    """The prose of the chapter that brought the file, and the reference if it knows the file."""
    first = links.sources.first_stage(path)
    found = [(f"Chapter {first:02} brought it", ways.prose.get(first))]
    if links.sources.same_until(stage, path) == max(links.sources.files):
        found.append(("Reference", ways.files.get(path) and f"api/{ways.files[path]}"))
    leads = [f'<a href="../../{address}">{words}</a>' for words, address in found if address]
    return f"<p>{', '.join(leads)}.</p>" if leads else ""


def _outline(
    links: Links, stage: int, path: str, histories: Histories, types: dict[str, str]
) -> str:
    """What the file defines: types with their reference, functions with their history."""
    rows = []
    for symbol in links.sources.symbols[links.sources.files[stage][path]]:
        if symbol.kind not in ("function", "label", "class", "struct", "union"):
            continue
        more = ""
        if page := types.get(symbol.short):
            more = f' <a href="../../api/{page}">reference</a>'
        elif (function := histories.functions.get(symbol.short)) and len(function.versions) > 1:
            more = f' <a href="../../{historypage.address(function)}">through the chapters</a>'
        rows.append(
            f'<li><a href="#L{symbol.line}"><code>{escape(symbol.short)}</code></a>{more}</li>'
        )
    if not rows:
        return ""
    return f'<details><summary>What is in it</summary><ul class="outline">{"".join(rows)}</ul></details>'


def _versions(links: Links, stage: int, path: str) -> str:
    """Links to the same file as other chapters have it."""
    sources = links.sources
    versions = sorted(
        {
            sources.same_since(number, path)
            for number, files in sources.files.items()
            if path in files
        }
    )
    others = [
        f'<a href="../../{links.source(number, path)}">{number:02}</a>'
        for number in versions
        if number != stage
    ]
    return f"It is different in chapter {', '.join(others)}." if others else ""


def _last(path: str) -> str:
    return escape(path.rpartition("/")[2])
