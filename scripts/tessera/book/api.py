"""Doxygen's own pages (types, files, namespaces) in the book's frame, with ways to the chapters."""
from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Iterator

from tessera.book import historypage
from tessera.book.frame import Sheet, stage_address
from tessera.book.history import Histories
from tessera.book.links import Links

#: Overviews that a reader starts from; the other lists of Doxygen say the same in another order.
_OVERVIEWS = {"annotated": "Types", "files": "Header and source files", "namespaces": "Namespaces"}
_WANTED = re.compile(
    r"(classk|structk|unionk|namespacek|namespacestd|concept|dir_).*|.*_8(hpp|cpp|def)"
)
_STYLES = ("assets/doxygen.css", "assets/doxygen-awesome.css")
_TYPES, _FILES = "api/annotated.html", "api/files.html"


@dataclass
class Reference:
    """The pages on the newest kernel's types and files."""

    html: Path  # what Doxygen made
    files: dict[str, str]  # path of a source file by the name of Doxygen's page on it
    links: Links
    histories: Histories

    @property
    def newest(self) -> int:
        """The stage that the reference describes."""
        return max(self.links.sources.files)

    def sheets(self) -> Iterator[Sheet]:
        """The reference, page by page."""
        names = {file.stem for file in self.html.glob("*.html") if _is_wanted(file.stem)}
        for name in sorted(names):
            yield self._sheet(name, names)

    def _sheet(self, name: str, names: set[str]) -> Sheet:
        from lxml import etree, html

        page = html.document_fromstring((self.html / f"{name}.html").read_bytes())
        title = _title(page.xpath("string(//div[@class='title'])"))
        contents = page.find_class("contents")[0]
        for mend in (
            _without_scripts,
            _without_line_marks,
            _without_layout,
            _with_headings,
            _scrollable,
        ):
            mend(contents)
        _mend_links(contents, names)
        self._add_chapters(contents, title.removeprefix("k::"))
        path = self.files.get(f"{name}.html")
        title = _OVERVIEWS.get(name) or path or title
        above = f"api/{name}.html" if name in _OVERVIEWS else _FILES if path else _TYPES
        body = (
            f"<h1>{escape(title).replace('::', '::<wbr>')}</h1>{self._origin(contents, path)}"
            + etree.tostring(contents, encoding="unicode", method="html")
        )
        return Sheet(f"api/{name}.html", title, body, "api", styles=_STYLES, above=above)

    def _origin(self, contents: Any, path: str | None) -> str:
        """Where the thing stands in the sources, and which chapter brings it."""
        paths = (
            [path]
            if path
            else [
                "".join(item.itertext()).strip()
                for item in contents.xpath(
                    ".//li[preceding::text()[contains(., 'generated from the following')]]"
                )
            ]
        )
        rows = [self._file(path) for path in paths if path in self.links.sources.files[self.newest]]
        return f"<p>{' '.join(rows)}</p>" if rows else ""

    def _file(self, path: str) -> str:
        first = self.links.sources.first_stage(path)
        return (
            f'<a href="../{self.links.source(self.newest, path)}"><code>{escape(path)}</code></a>, '
            f'since <a href="../{stage_address(first)}">chapter {first:02}</a>.'
        )

    def _add_chapters(self, contents: Any, scope: str) -> None:
        """Puts beside each function the chapters in which it comes and changes."""
        from lxml import html

        for heading in contents.find_class("memtitle"):
            called = "".join(heading.itertext()).partition("◆")[2].strip().partition("(")[0].strip()
            function = self.histories.functions.get(
                f"{scope}::{called}"
            ) or self.histories.functions.get(called)
            if function is None:
                continue
            chapters = ", ".join(
                f'<a href="../{stage_address(version.stage)}">{version.stage:02}</a>'
                for version in function.versions
            )
            last = function.versions[-1]
            there = (
                historypage.address(function)
                if len(function.versions) > 1
                else self.links.source(last.stage, last.path, last.line or None)
            )
            beside = f'<p class="whole"><a href="../{there}">code</a>, chapter {chapters}</p>'
            heading.addnext(html.fragment_fromstring(beside))


def _is_wanted(stem: str) -> bool:
    return stem in _OVERVIEWS or bool(_WANTED.fullmatch(stem)) and not stem.endswith("-members")


def _title(text: str) -> str:
    """Doxygen's title without what it always says."""
    words = " ".join(text.split())
    return re.sub(
        r" (Class|Struct|Union|Namespace|File|Directory|Concept)?( Template)? ?Reference$",
        "",
        words,
    )


def _without_scripts(contents: Any) -> None:
    """Doxygen's scripts stay behind, and so does what needs them."""
    for element in contents.xpath(".//script|.//img|.//div[@class='dynheader']"):
        element.drop_tree()
    for link in contents.xpath(".//a[starts-with(@href, 'javascript:')]"):
        link.drop_tag()
    for element in contents.xpath(".//*[@onclick]"):
        del element.attrib["onclick"]
    for folded in contents.xpath(".//tr[contains(@style, 'display:none')]"):
        del folded.attrib["style"]
    for icon in contents.xpath(".//span[starts-with(@class, 'icon')]|.//span[@class='arrow']"):
        icon.drop_tree()


def _without_line_marks(contents: Any) -> None:
    """The preprocessor says which file a line is from; nobody asked."""
    for line in contents.xpath(".//div[@class='line']"):
        if re.match(r'\s*# \d+ "', "".join(line.itertext())):
            line.drop_tree()


def _mend_links(contents: Any, names: set[str]) -> None:
    """Links to pages that are left out become text."""
    for link in contents.xpath(".//a[@href]"):
        target = link.get("href").partition("#")[0]
        if target.endswith(".html") and target.removesuffix(".html") not in names:
            link.drop_tag()


def _without_layout(contents: Any) -> None:
    """Doxygen lays out with tables: they are no tables to a screen reader."""
    for table in contents.xpath(".//table"):
        table.set("role", "presentation")
    for element in contents.xpath(".//table|.//td|.//tr|.//th"):
        for attribute in (
            "cellpadding",
            "cellspacing",
            "border",
            "summary",
            "align",
            "valign",
            "width",
        ):
            element.attrib.pop(attribute, None)
    for anchor in contents.xpath(".//a[@name and @id]"):
        del anchor.attrib["name"]
    seen = set[str]()
    for element in contents.xpath(
        ".//*[@id]"
    ):  # what a macro makes several times is there several times
        if element.get("id") in seen:
            del element.attrib["id"]
        seen.add(element.get("id", ""))


def _with_headings(contents: Any) -> None:
    """Headings follow one another without a gap: below the title come those of level two."""
    for heading in contents.xpath(".//h1|.//h2|.//h3|.//h4"):
        top = heading.tag in ("h1", "h2") and "memtitle" not in heading.get("class", "")
        heading.tag = "h2" if top else "h3"


def _scrollable(contents: Any) -> None:
    """Code that is too wide can be scrolled by keyboard."""
    from lxml import etree

    for block in contents.xpath(".//div[@class='fragment' or @class='memproto']|.//pre"):
        block.set("tabindex", "0")
    for table in contents.xpath(".//table[@class='memberdecls' or @class='directory']"):
        around = etree.Element("div", {"class": "scroll", "tabindex": "0"})
        table.addprevious(around)
        around.append(table)
