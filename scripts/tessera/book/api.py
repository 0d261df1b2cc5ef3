"""Doxygen's own pages (types, files, namespaces) brought into the book's frame."""
from __future__ import annotations

import re
from html import escape as html_escape
from pathlib import Path
from typing import Any, Iterator

from tessera.book.frame import Sheet
from tessera.book.links import Links

#: Overviews that a reader starts from; the other lists of Doxygen say the same in another order.
_OVERVIEWS = ("annotated", "files", "namespaces")
_WANTED = re.compile(r"(classk|structk|unionk|namespacek|namespacestd|concept|dir_).*|.*_8(hpp|cpp|def)")
#: How Doxygen's pages on files end.
_FILE = ("_8hpp", "_8cpp", "_8def")
_TYPES = "api/annotated.html"
_STYLES = ("assets/doxygen.css", "assets/doxygen-awesome.css")


def sheets(html: Path, links: Links) -> Iterator[Sheet]:
    """The reference, page by page."""
    names = {file.stem for file in html.glob("*.html") if _is_wanted(file.stem)}
    for file in sorted(html.glob("*.html")):
        if file.stem in names:
            yield _sheet(file, names, links)


def _is_wanted(stem: str) -> bool:
    return stem in _OVERVIEWS or bool(_WANTED.fullmatch(stem)) and not stem.endswith("-members")


def _sheet(file: Path, names: set[str], links: Links) -> Sheet:
    from lxml import etree, html

    page = html.document_fromstring(file.read_bytes())
    title = _title(page.xpath("string(//div[@class='title'])"))
    contents = page.find_class("contents")[0]
    for mend in (_scripts, _layout, _headings, _code):
        mend(contents)
    _mend_links(contents, names)
    if file.stem.endswith(_FILE):
        _lead_to_source(contents, title, links)
    body = etree.tostring(contents, encoding="unicode", method="html")
    above = "" if file.stem in _OVERVIEWS else "api/files.html" if file.stem.endswith(_FILE) else _TYPES
    heading = html_escape(title).replace("::", "::<wbr>")
    return Sheet(f"api/{file.name}", title, f"<h1>{heading}</h1>{body}", "api", styles=_STYLES, above=above)


def _title(text: str) -> str:
    """Doxygen's title without what it always says."""
    words = " ".join(text.split())
    return re.sub(r" (Class|Struct|Union|Namespace|File|Directory|Concept)?( Template)? ?Reference$", "", words)


def _lead_to_source(contents: Any, path: str, links: Links) -> None:
    """From a file of the reference to the file itself, and to the chapter it comes from."""


def _scripts(contents: Any) -> None:
    """Doxygen's scripts stay behind, and so does what needs them."""
    for element in contents.xpath(".//script|.//img|.//div[@class='dynheader']"):
        element.drop_tree()
    for link in contents.xpath(".//a[starts-with(@href, 'javascript:')]"):
        link.drop_tag()
    for element in contents.xpath(".//*[@onclick]"):
        del element.attrib["onclick"]
    for icon in contents.xpath(".//span[starts-with(@class, 'icon')]|.//span[@class='arrow']"):
        icon.drop_tree()


def _mend_links(contents: Any, names: set[str]) -> None:
    """Links to pages that are left out become text."""
    for link in contents.xpath(".//a[@href]"):
        target = link.get("href").partition("#")[0]
        if target.endswith(".html") and target.removesuffix(".html") not in names:
            link.drop_tag()


def _layout(contents: Any) -> None:
    """Doxygen lays out with tables: they are no tables to a screen reader."""
    for table in contents.xpath(".//table"):
        table.set("role", "presentation")
    for element in contents.xpath(".//table|.//td|.//tr|.//th"):
        for attribute in ("cellpadding", "cellspacing", "border", "summary", "align", "valign", "width"):
            element.attrib.pop(attribute, None)
    for anchor in contents.xpath(".//a[@name and @id]"):
        del anchor.attrib["name"]


def _headings(contents: Any) -> None:
    """Headings follow one another without a gap: below the title come those of level two."""
    for heading in contents.xpath(".//h1|.//h2|.//h3|.//h4"):
        heading.tag = "h2" if heading.tag in ("h1", "h2") else "h3"


def _code(contents: Any) -> None:
    """Code that is too wide can be scrolled by keyboard."""
    for block in contents.xpath(".//div[@class='fragment' or @class='memproto']|.//pre"):
        block.set("tabindex", "0")
