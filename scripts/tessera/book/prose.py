"""Prose on its way through Doxygen: marks go in, and come back as what they stand for.

Doxygen would read a lot into `Expected::and_then()`, a backslash or a diff. So what has a meaning of
ours (blocks, names in backticks, links, pictures) is taken out before, a mark that means nothing to
Doxygen is left in its place, and afterwards each mark is replaced by HTML.
"""
from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Callable

from tessera.book import blocks as rendered
from tessera.book.frame import Sheet, plain_title
from tessera.book.links import Links
from tessera.book.manuscript import ANSWERS, PICTURE, Block, Page, pieces, slug
from tessera.errors import Failure

_INLINE, _BLOCK = "xqi{}iqx", "xqb{}bqx"
_MARK = re.compile(r"xqi(\d+)iqx")
_BLOCK_MARK = re.compile(r"<p(?: [^>]*)?>\s*xqb(\d+)bqx\s*</p>")
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"\[((?:[^][]|\[[^]]*\])+)\]\(([^) ]+)\)")
_HEADING = re.compile(r"^(#{1,4}) (.+)$", re.MULTILINE)
_RENDERED_HEADING = re.compile(
    r'<h(\d)(?: class="[^"]*")?><a class="anchor" id="([^"]+)"></a>\s*(.*?)</h\1>', re.DOTALL
)
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_CONTENTS = re.compile(r'<div class="contents">(.*)</div><!-- contents -->', re.DOTALL)


@dataclass
class Weave:
    """One page of the manuscript, taken apart for Doxygen and put together again."""

    page: Page
    label: str  # Doxygen's name for the page
    links: Links
    blocks: rendered.Blocks
    page_of: Callable[[str], Page | None]  # by path inside book/
    picture: Callable[[str, str, str], str]  # path, alternative text, caption -> HTML
    marks: list[str] = field(default_factory=list)

    def for_doxygen(self) -> str:
        """The page's text as Doxygen gets it."""
        text = "\n".join(
            self._block(piece) if isinstance(piece, Block) else piece
            for piece in pieces(self.page.text)
        )
        text = _COMMENT.sub("", text)
        text = _CODE.sub(lambda found: self._code(found[2]), text)
        text = PICTURE.sub(lambda found: self._picture(found), text)
        text = _LINK.sub(lambda found: self._link(found[1], found[2]), text)
        text = re.sub(r"([\\@])", r"\\\1", text)
        text = re.sub(r"(?<![\w#&])#(?=\w)", r"\\#", text)
        return _HEADING.sub(self._heading, text) + "\n"

    def _mark(self, html: str, form: str = _INLINE) -> str:
        self.marks.append(html)
        return form.format(len(self.marks) - 1)

    def _block(self, block: Block) -> str:
        return f"\n{self._mark(self.blocks.html(block, self.page), _BLOCK)}\n"

    def _code(self, name: str) -> str:
        html = f"<code>{escape(' '.join(name.split()), quote=False)}</code>"
        address = self.links.name(name, self.page.stage)
        return self._mark(f'<a class="name" href="{address}">{html}</a>' if address else html)

    def _picture(self, found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.page.path), found[2]))
        return f"\n{self._mark(self.picture(path, found[1], found[3] or ''), _BLOCK)}\n"

    def _link(self, text: str, target: str) -> str:
        address = self._address(target)
        if address is None:
            return text
        return self._mark(f'<a href="{escape(address)}">') + text + self._mark("</a>")

    def _address(self, target: str) -> str | None:
        """Where a link leads in the site; None if to answers that are left out."""
        if re.match(r"https?:", target):
            return target
        path, hash_, anchor = target.partition("#")
        if not path:
            return target
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.page.path), path))
        if other := self.page_of(path):
            return other.address + hash_ + anchor
        if path.endswith(ANSWERS):
            return None
        raise Failure(f"book/{self.page.path}: the link to {target} leads to no page of the book")

    def _heading(self, found: re.Match[str]) -> str:
        """Gives each heading an anchor, the title the page's name."""
        if found[1] == "#":
            return f"# {found[2]} {{#{self.label}}}"
        return f"{found[1]} {found[2]} {{#{self.label}-{slug(self._unmarked(found[2]))}}}"

    def _unmarked(self, text: str) -> str:
        return unescape(re.sub(r"<[^>]+>", "", self._put_back(text)))

    def _put_back(self, text: str) -> str:
        text = _BLOCK_MARK.sub(lambda found: self.marks[int(found[1])], text)
        return _MARK.sub(lambda found: self.marks[int(found[1])], text)

    def sheet(self, html: str) -> Sheet:
        """The page, out of what Doxygen made of it."""
        contents = _CONTENTS.search(html)
        if not contents:
            raise Failure(f"Doxygen made no page of book/{self.page.path}")
        headings: list[tuple[str, str]] = []

        def heading(found: re.Match[str]) -> str:
            anchor = found[2].removeprefix(f"{self.label}-")
            level = max(int(found[1]), 2)
            if level == 2:
                headings.append((anchor, re.sub(r"</?a\b[^>]*>", "", found[3])))
            return f'<h{level} id="{anchor}">{found[3]}</h{level}>'

        body = _RENDERED_HEADING.sub(heading, self._put_back(contents[1]))
        body = re.sub(r'<p><a class="anchor" id="[^"]*"></a>\s*', "<p>", body)
        body = re.sub(r'<a class="anchor" id="[^"]*"></a>', "", body)
        body = re.sub(r"<th[^>]*>\s*</th>", "<td></td>", body)
        body = _TABLE.sub(r'<div class="scroll" tabindex="0">\g<0></div>', body)
        title = _CODE.sub(lambda found: f"<code>{escape(found[2])}</code>", self.page.title)
        intro = f"<h1>{title}</h1>\n"
        return Sheet(
            self.page.address, plain_title(self.page.title), intro + body, "prose", headings
        )
