"""Whether everything in a site leads somewhere, and nothing in it names the machine it is from."""
from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes that lead elsewhere.
_LEADING = ("href", "src", "action")
#: What a style names: `url(tab.png)`, with or without quotes.
_IN_STYLE = re.compile(r"url\(\s*[\"']?([^\"')\s]+)")


def mistakes(site: Path, root: Path) -> list[str]:
    """Dead links, anchors given twice and paths of this machine, a line each."""
    pages = {
        file.relative_to(site).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(site.rglob("*.html"))
    }
    files = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    anchors, leading, found = {}, {}, list[str]()
    for page, text in pages.items():
        ids, leading[page] = _read(text)
        anchors[page] = set(ids)
        found += [f"{page}: the anchor #{anchor} is there twice" for anchor in _twice(ids)]
        if str(root) in text:
            found.append(f"{page}: names {root}, a place on the machine it was made on")
    for page, targets in leading.items():
        found += [
            f"{page}: {wrong}"
            for target in targets
            if (wrong := _dead(page, target, files, anchors))
        ]
    return found + _dead_in_styles(site, files)


def named_in_style(text: str) -> list[str]:
    """The files that a style names, each once; not what it holds itself (`data:`)."""
    return sorted({name for name in _IN_STYLE.findall(text) if not name.startswith("data:")})


def _dead_in_styles(site: Path, files: set[str]) -> list[str]:
    """What styles name and the site does not have."""
    return [
        f"{style}: {wrong}"
        for style in sorted(file for file in files if file.endswith(".css"))
        for name in named_in_style((site / style).read_text(encoding="utf-8"))
        if (wrong := _dead(style, name, files, {}))
    ]


def _read(text: str) -> tuple[list[str], list[str]]:
    """The anchors of a page and everything it leads to."""
    from lxml import html

    ids, targets = [], []
    for element in html.document_fromstring(text.encode()).iter():
        names = [element.get("id"), element.get("name") if element.tag == "a" else None]
        ids += {name for name in names if name}
        targets += [element.get(name) for name in _LEADING if element.get(name)]
    return ids, sorted(set(targets))


def _twice(ids: list[str]) -> list[str]:
    seen, again = set[str](), list[str]()
    for anchor in ids:
        if anchor in seen:
            again.append(anchor)
        seen.add(anchor)
    return again


def _dead(page: str, target: str, files: set[str], anchors: dict[str, set[str]]) -> str | None:
    """What is wrong with a target, if anything."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https", "data"):
        return None
    if parts.scheme or parts.path.startswith("/"):
        return f"'{target}' leads out of the site"
    path = posixpath.normpath(
        posixpath.join(posixpath.dirname(page), unquote(parts.path) or posixpath.basename(page))
    )
    if path not in files:
        return f"'{target}' leads nowhere"
    if parts.fragment and path in anchors and unquote(parts.fragment) not in anchors[path]:
        return f"'{target}' leads to no place on that page"
    return None
