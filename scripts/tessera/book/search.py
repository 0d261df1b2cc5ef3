"""The index of the prose, an entry a section; a script, because a page from a file cannot fetch."""
from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

from tessera.book.frame import Sheet

_SECTION = re.compile(r'<h[23] id="([^"]+)">(.*?)</h[23]>', re.DOTALL)
#: Pictures say nothing to a search, and what is between tags is not text.
_NO_TEXT = re.compile(r"<(svg|script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


def sheet() -> Sheet:
    """The page that a search without the help of a script would lead to."""
    body = (
        "<h1>Search</h1><p>Type into the field at the top, or press <kbd>/</kbd> on any page.</p>"
    )
    return Sheet("search.html", "Search", body, "search")


def write(site: Path, prose: list[Sheet]) -> None:
    """Writes the index of all prose."""
    entries = [entry for page in prose for entry in _entries(page)]
    numbered = [{"id": number, **entry} for number, entry in enumerate(entries)]
    text = json.dumps(numbered, ensure_ascii=False, separators=(",", ":"))
    (site / "assets/search-index.js").write_text(
        f"window.TESSERA_SECTIONS={text};\n", encoding="utf-8"
    )


def _entries(page: Sheet) -> list[dict[str, str]]:
    """The sections of a page: what stands before the first heading is one too."""
    pieces = _SECTION.split(page.body)
    entries = [
        {"title": page.title, "page": page.title, "text": _text(pieces[0]), "address": page.address}
    ]
    for anchor, title, body in zip(pieces[1::3], pieces[2::3], pieces[3::3]):
        entries.append(
            {
                "title": _text(title),
                "page": page.title,
                "text": _text(body),
                "address": f"{page.address}#{anchor}",
            }
        )
    return entries


def _text(html: str) -> str:
    return " ".join(unescape(_NO_TEXT.sub(" ", html)).split())
