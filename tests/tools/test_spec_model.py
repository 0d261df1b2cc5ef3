"""The model is small enough to be read: as small as its README says."""
from __future__ import annotations

import re

from conftest import REPOSITORY

MODEL = REPOSITORY / "tests/spec"

#: A line of code, neither blank nor a comment alone.
CODE = re.compile(r"^ *(?!//)\S.*$", re.MULTILINE)

#: What defines no call: it makes a first world, and looks at worlds.
AROUND = ("boot", "print", "invariants", "changes")


def lines(around: bool) -> int:
    """How many lines of code the model has, or what is around it; tests and their rig aside."""
    sources = [file for file in MODEL.glob("*.[ch]pp") if not re.search("_test|rig", file.stem)]
    chosen = [file for file in sources if (file.stem in AROUND) == around]
    return sum(len(CODE.findall(file.read_text(encoding="utf-8"))) for file in chosen)


def test_the_model_is_as_small_as_its_readme_says() -> None:
    said = re.search(r"under ([\d,]+) lines;[^;]*?(\d+) more", (MODEL / "README.md").read_text())
    assert said, "the README says how long the model is"
    assert 1_000 < lines(around=False) < int(said[1].replace(",", "")) <= 2_500
    assert abs(lines(around=True) - int(said[2])) < 25
