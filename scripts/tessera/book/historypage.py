"""Pages on functions through the chapters: every version, and what changed from one to the next."""
from __future__ import annotations

import difflib
from html import escape
from typing import Iterator

from tessera.book import highlight
from tessera.book.frame import Sheet, stage_address
from tessera.book.history import Function, Histories, Version
from tessera.book.links import Links, flat


def address(function: Function) -> str:
    """Where the history of a function is told."""
    return f"history/{flat(function.home)}.html#{function.anchor}"


def sheets(histories: Histories, links: Links) -> Iterator[Sheet]:
    """The list of all, and a page for each file that has functions with a history."""
    yield _overview(histories, links)
    for path, functions in histories.changing.items():
        body = "".join(_function(function, links) for function in functions)
        headings = [
            (function.anchor, f"<code>{escape(function.name)}</code>") for function in functions
        ]
        yield Sheet(
            f"history/{flat(path)}.html",
            f"{path} through the chapters",
            f"<h1><code>{escape(path)}</code> through the chapters</h1>{body}",
            "history",
            headings,
            above="history/index.html",
        )


def _overview(histories: Histories, links: Links) -> Sheet:
    """Every function, with the chapters in which it is new, changed or gone."""
    rows = []
    for function in histories.functions.values():
        chapters = ", ".join(
            f'<a href="../{stage_address(version.stage)}">{version.stage:02}</a>'
            + ("" if version.text else " (gone)")
            for version in function.versions
        )
        last = function.versions[-1]
        there = (
            address(function)
            if len(function.versions) > 1
            else links.source(last.stage, last.path, last.line)
        )
        rows.append(
            f'<tr><td><a href="../{there}"><code>{escape(function.name)}</code></a></td>'
            f"<td>{chapters}</td><td><code>{escape(function.home)}</code></td></tr>"
        )
    body = (
        "<h1>Functions through the chapters</h1><p>For each function of the kernel the chapters in which "
        "it comes and changes. A name leads to its history, or to its only version.</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Functions"><table><thead><tr>'
        "<th>function</th><th>chapters</th><th>file</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    return Sheet("history/index.html", "Functions through the chapters", body, "history")


def _function(function: Function, links: Links) -> str:
    """One function, from its first version to its last."""
    parts = [f'<h2 id="{function.anchor}"><code>{escape(function.name)}</code></h2>']
    before: Version | None = None
    for version in function.versions:
        parts.append(_version(version, before, links))
        before = version
    return "".join(parts)


def _version(version: Version, before: Version | None, links: Links) -> str:
    """A version: whole if it is the first, else as it differs from the one before."""
    chapter = f'<a href="../{stage_address(version.stage)}">Chapter {version.stage:02}</a>'
    if not version.text:
        return f"<h3>{chapter}: gone</h3>"
    there = links.source(version.stage, version.path, version.line)
    place = (
        f'<p class="whole"><a href="../{there}">{escape(version.path)}, line {version.line}</a></p>'
    )
    kind = highlight.kind_of(version.path)
    new = highlight.lines(version.text, kind)
    if before is None or not before.text:
        rows = [f"{line}\n" for line in new]
    else:
        rows = _difference(before.text, version.text, highlight.lines(before.text, kind), new)
    return f'<h3>{chapter}</h3>{place}<pre class="diff" tabindex="0"><code>{"".join(rows)}</code></pre>'


def _difference(old: str, new: str, old_colours: list[str], new_colours: list[str]) -> list[str]:
    """All lines of both versions: those that go, those that come, those that stay."""
    rows = []
    matcher = difflib.SequenceMatcher(a=old.splitlines(), b=new.splitlines(), autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            rows += [f"<span> {line}</span>\n" for line in new_colours[new_start:new_end]]
            continue
        rows += [f"<del>-{line}</del>\n" for line in old_colours[old_start:old_end]]
        rows += [f"<ins>+{line}</ins>\n" for line in new_colours[new_start:new_end]]
    return rows
