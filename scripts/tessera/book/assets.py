"""What pages load: styles, scripts, and the libraries that set-up fetched from npm."""
from __future__ import annotations

import shutil
from pathlib import Path

from tessera.book import linkcheck, npm
from tessera.tree import Tree

#: From the npm packages: file there, name in the site.
_BUNDLED = (
    ("minisearch/dist/umd/index.js", "minisearch.js"),
    ("asciinema-player/dist/bundle/asciinema-player.min.js", "asciinema-player.js"),
    ("asciinema-player/dist/bundle/asciinema-player.css", "asciinema-player.css"),
)
_AWESOME = Path("/usr/share/doxygen-awesome-css/doxygen-awesome.css")


def bundle(tree: Tree, form: Path, site: Path) -> None:
    """Puts everything into the site's `assets/`."""
    folder = site / "assets"
    shutil.copytree(form / "assets", folder)
    modules = npm.folder(tree.root) / "node_modules"
    for source, name in _BUNDLED:
        shutil.copyfile(modules / source, folder / name)
    shutil.copyfile(_AWESOME, folder / "doxygen-awesome.css")
    _copy_style(tree.build / "book/doxygen/html/doxygen.css", folder)


def _copy_style(style: Path, folder: Path) -> None:
    """A style with the pictures that it names, which lie beside it."""
    shutil.copyfile(style, folder / style.name)
    for name in linkcheck.named_in_style(style.read_text(encoding="utf-8")):
        shutil.copyfile(style.parent / name, folder / name)
