"""What all tests of the tools share: the package on the path, and a clean environment."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from exercises import proved, small  # noqa: E402,F401  (fixtures)
from stacks import five_stages, stack5, stack25, twenty_five_stages  # noqa: E402,F401  (fixtures)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests behave the same from a git hook, in CI and in a coloured shell."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "TESSERA_", "CMAKE_", "CTEST_")) or name in (
            "CI",
            "NO_COLOR",
            "PAGER",
        ):
            monkeypatch.delenv(name)


@pytest.fixture
def repository() -> Path:
    """The tree under test."""
    return REPOSITORY
