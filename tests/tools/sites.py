"""The rendered book, for the tests of it."""
from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tessera.book import npm
from tessera.book.site import Site
from tessera.tree import Tree

from conftest import REPOSITORY

TREE = Tree(REPOSITORY)
#: In CI nothing is skipped for lack of a program. (Each test runs without the variable.)
IN_CI = os.environ.get("CI") == "true"


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips where programs, git's history or the packages from npm are missing; never in CI."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not (npm.folder(REPOSITORY) / "stamp").is_file():
        missing.append("the packages from npm")
    if not TREE.is_git:
        return pytest.mark.skipif(True, reason="the stages need a git clone")
    reason = f"not installed: {', '.join(missing)} (./tessera book installs what it needs)"
    return pytest.mark.skipif(bool(missing) and not IN_CI, reason=reason)


def rendered() -> Path:
    """The site of this tree, rendered if it has changed."""
    site = REPOSITORY / "build/book/tested"
    Site(TREE, site).bring_up_to_date()
    return site
