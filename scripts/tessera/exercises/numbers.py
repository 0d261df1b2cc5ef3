"""The numbers of which each student gets others, where an exercise allows it."""
from __future__ import annotations

import hashlib
import re

from tessera.exercises.declare import Exercise, Number


def values(exercise: Exercise, seed: str) -> dict[str, int]:
    """The numbers for a seed, such as a student's name; the standard ones without a seed."""
    return {number.name: _value(exercise, number, seed) for number in exercise.numbers}


def _value(exercise: Exercise, number: Number, seed: str) -> int:
    """One number: the same seed gives the same one, everywhere."""
    if not seed:
        return number.standard
    text = "\0".join((exercise.name, number.name, seed))
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return number.low + digest % (number.high - number.low + 1)


def fill_in(text: str, numbers: dict[str, int]) -> str:
    """The text with `{name}` replaced, for each of the numbers; other braces stay."""
    for name, value in numbers.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def take_out(text: str, numbers: dict[str, int]) -> str:
    """The text with the numbers replaced by their names: what two students have in common."""
    for name, value in numbers.items():
        text = re.sub(rf"\b{value}\b", "{" + name + "}", text)
    return text


def variables(numbers: dict[str, int]) -> dict[str, str]:
    """The same for host tests, which find `badge` in the variable TESSERA_BADGE."""
    return {f"TESSERA_{name.upper()}": str(value) for name, value in numbers.items()}
