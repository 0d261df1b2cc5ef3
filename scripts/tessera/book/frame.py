"""The frame around every page: contents, search, previous and next."""
from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template

from tessera.book.manuscript import Page
from tessera.chapter import Chapter

#: What the reference offers besides the book: text and address.
REFERENCE = (
    ("Sources of each chapter", "source/index.html"),
    ("Functions through the chapters", "history/index.html"),
    ("Types", "api/annotated.html"),
    ("Header and source files", "api/files.html"),
    ("Namespaces", "api/namespaces.html"),
)


@dataclass(frozen=True)
class Sheet:
    """A page of the site before the frame is put around it."""

    address: str
    title: str
    body: str
    kind: str  # prose, stage, source, history, api, search
    headings: list[tuple[str, str]] = field(default_factory=list)  # (anchor, HTML)
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    above: str = ""  # the entry of the contents that the page belongs to


class Frame:
    """Puts pages into their frame."""

    def __init__(self, folder: Path, pages: list[Page], chapters: dict[int, Chapter]) -> None:
        self._template = Template((folder / "page.html").read_text(encoding="utf-8"))
        self._chapters = chapters
        self._pages = pages
        self._order = [(page.address, plain_title(page.title)) for page in pages]

    def around(self, sheet: Sheet) -> str:
        """The whole HTML of a page."""
        root = "../" * sheet.address.count("/")
        site = "Tessera"
        title = sheet.title if sheet.title == site else f"{sheet.title} · {site}"
        return self._template.substitute(
            root=root,
            title=escape(title),
            kind=sheet.kind,
            styles="".join(
                f'<link rel="stylesheet" href="{root}{name}">\n' for name in sheet.styles
            ),
            scripts="".join(
                f'<script defer src="{root}{name}"></script>\n' for name in sheet.scripts
            ),
            contents=self._contents(root, sheet.above or sheet.address),
            body=sheet.body,
            headings=_headings(sheet.headings),
            turn=self._turn(root, sheet.address),
        )

    def _contents(self, root: str, current: str) -> str:
        """The table of contents, as nested lists."""
        parts: dict[str, list[str]] = {}
        for page in self._pages:
            entry = _entry(root, page.address, plain_title(page.title), current)
            if page.chapter in self._chapters:
                code = _entry(root, stage_address(page.chapter), "code", current)
                entry = f'{entry}<span class="aside">{code}</span>'
            parts.setdefault(page.part, []).append(f"<li>{entry}</li>")
        parts["Reference"] = [
            f"<li>{_entry(root, address, text, current)}</li>" for text, address in REFERENCE
        ]
        return "\n".join(
            (f"<h2>{part}</h2>" if part else "") + f"<ul>{''.join(entries)}</ul>"
            for part, entries in parts.items()
        )

    def _turn(self, root: str, address: str) -> str:
        """Links to the pages before and after, where there are such."""
        addresses = [there for there, _ in self._order]
        if address not in addresses:
            return ""
        at = addresses.index(address)
        links = []
        for step, word, rel in ((-1, "Before", "prev"), (1, "Next", "next")):
            if 0 <= at + step < len(self._order):
                there, title = self._order[at + step]
                links.append(
                    f'<a rel="{rel}" class="{rel}" href="{root}{there}">'
                    f"<span>{word}</span> {escape(title)}</a>"
                )
        return f'<nav class="turn" aria-label="Before and next">{"".join(links)}</nav>'


def stage_address(chapter: int) -> str:
    """Where the page on a chapter's code is."""
    return f"stage-{chapter:02}.html"


def plain_title(title: str) -> str:
    """A title without the marks of Markdown."""
    return title.replace("`", "").replace("*", "")


def _entry(root: str, address: str, text: str, current: str) -> str:
    here = ' aria-current="page"' if address == current else ""
    return f'<a href="{root}{address}"{here}>{escape(text)}</a>'


def _headings(headings: list[tuple[str, str]]) -> str:
    """What is on this page, if there is enough of it to need a list."""
    if len(headings) < 3:
        return ""
    entries = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in headings)
    return (
        f'<nav class="here" aria-label="On this page"><h2>On this page</h2><ul>{entries}</ul></nav>'
    )
