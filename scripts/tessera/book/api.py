"""Doxygen's own pages (types, files, namespaces) brought into the book's frame."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Iterator

from tessera.book.frame import Sheet
from tessera.book.links import Links

#: Overviews that a reader starts from; the other lists of Doxygen say the same in another order.
_OVERVIEWS = ("annotated", "files", "namespaces")
_WANTED = re.compile(r"(class|struct|union|namespacek|namespacestd|concept|dir_).*|.*_8(hpp|cpp|def)")
_STYLES = ("assets/doxygen.css", "assets/doxygen-awesome.css")


def sheets(html: Path, links: Links) -> Iterator[Sheet]:
    """The reference, page by page."""
    names = {file.stem for file in html.glob("*.html") if _is_wanted(file.stem)}
    for file in sorted(html.glob("*.html")):
        if file.stem in names:
            yield _sheet(file, names, links)


def _is_wanted(stem: str) -> bool:
    return stem in _OVERVIEWS or bool(_WANTED.fullmatch(stem))


def _sheet(file: Path, names: set[str], links: Links) -> Sheet:
    from lxml import etree, html

    page = html.document_fromstring(file.read_bytes())
    title = " ".join(page.xpath("string(//div[@class='title'])").split())
    contents = page.find_class("contents")[0]
    for mend in (_links, _tables, _headings, _code):
        mend(contents, names)
    body = etree.tostring(contents, encoding="unicode", method="html")
    above = "" if file.stem in _OVERVIEWS else "api/annotated.html"
    return Sheet(f"api/{file.name}", title, f"<h1>{title}</h1>{_origin(title, links)}{body}", "api",
                 styles=_STYLES, above=above)


def _origin(title: str, links: Links) -> str:
    """From a file of the reference to the file itself."""
    return ""


def _links(contents: Any, names: set[str]) -> None:
    """Links to pages that are left out become text."""
    for link in contents.xpath(".//a[@href]"):
        target = link.get("href").partition("#")[0]
        if target.endswith(".html") and target.removesuffix(".html") not in names:
            link.drop_tag()


def _tables(contents: Any, names: set[str]) -> None:
    """Doxygen lays out with tables: they are no tables to a screen reader, and may be scrolled."""
    for table in contents.xpath(".//table"):
        table.set("role", "presentation")
        for attribute in ("cellpadding", "cellspacing", "border", "summary"):
            table.attrib.pop(attribute, None)


def _headings(contents: Any, names: set[str]) -> None:
    """Headings follow one another without a gap: below the title come those of level two."""
    for heading in contents.xpath(".//h1|.//h2|.//h3|.//h4"):
        heading.tag = "h2" if heading.tag in ("h1", "h2") else "h3"


def _code(contents: Any, names: set[str]) -> None:
    """Code that is too wide can be scrolled by keyboard."""
    for block in contents.xpath(".//div[@class='fragment' or @class='memproto']|.//pre"):
        block.set("tabindex", "0")
