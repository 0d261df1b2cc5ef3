"""The prose as one PDF: all its pages one after the other on a single page, printed by Chromium."""
from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from tessera.errors import Failure
from tessera.programs import HEARD

_CHROMIUM = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
)
_ARTICLE = re.compile(r"<article>(.*?)</article>", re.DOTALL)


def print_book(site: Path, pdf: Path) -> int:
    """Prints the prose of a site and returns how many pages that makes."""
    order = re.findall(
        r'<a href="([^"/]+\.html)"', _contents((site / "index.html").read_text("utf-8"))
    )
    pages = [page for page in order if not page.startswith("stage-")]
    whole = site / "print.html"
    whole.write_text(_one_page(site, pages), encoding="utf-8")
    pdf.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [*_CHROMIUM, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", whole.as_uri()],
                **HEARD,
                check=False,
                timeout=600,
            )
    finally:
        whole.unlink()
    if done.returncode != 0 or not pdf.is_file():
        raise Failure(f"Chromium could not print the book; it says\n{done.stdout.strip()}")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))


def _contents(html: str) -> str:
    """The table of contents of a page."""
    found = re.search(r'<nav id="contents".*?</nav>', html, re.DOTALL)
    return found[0] if found else ""


def _one_page(site: Path, pages: list[str]) -> str:
    """All pages in the frame of the first; anchors and links to them say of which page they are."""
    articles = []
    for page in pages:
        text = (site / page).read_text(encoding="utf-8")
        article = _ARTICLE.search(text)
        name = page.removesuffix(".html")
        body = re.sub(r'(?<=\sid=")', f"{name}--", article[1] if article else "")
        body = re.sub(r'href="#', f'href="#{name}--', body)
        articles.append(f'<section id="{name}">{body}</section>')
    whole = "\n".join(articles)
    for page in pages:
        name = page.removesuffix(".html")
        whole = whole.replace(f'href="{page}#', f'href="#{name}--').replace(
            f'href="{page}"', f'href="#{name}"'
        )
    first = (site / pages[0]).read_text(encoding="utf-8")
    return _ARTICLE.sub(lambda _: f"<article>{whole}</article>", first, count=1)
