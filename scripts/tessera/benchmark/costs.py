"""What the kernel's operations cost: as measured, as remembered, and how the two differ."""
from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tessera.errors import Failure
from tessera.tree import Tree

#: By how much a row may be over what is remembered: counts are exact, but where code lies decides
#: which instructions a tick meets, and the mean is over 20,000 rounds.
TOLERANCE = 0.005

HEADER = """\
# What the kernel's operations cost, in instructions, as `./tessera bench kernel` has measured it.
# `./tessera test` fails when one costs over half a per cent more than here; `./tessera bench
# kernel --accept` writes this file anew, and the book's appendix that is made of it.
"""


@dataclass
class Costs:
    """Instructions per operation, and the configuration in which they were counted."""

    configuration: dict[str, str | int] = field(default_factory=dict)
    rows: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, dict[int, float]] = field(default_factory=dict)

    def toml(self) -> str:
        """As the tree keeps them."""
        tables = {"configuration": self.configuration, "rows": self.rows}
        tables |= {f"sizes.{name}": amounts for name, amounts in self.sizes.items()}
        return HEADER + "".join(_table(name, values) for name, values in tables.items())

    def plain(self) -> dict[str, Any]:
        """For --json."""
        return {"configuration": self.configuration, "rows": self.rows, "sizes": self.sizes}


def _table(name: str, values: dict[Any, Any]) -> str:
    """A TOML table. JSON's strings and numbers are TOML's as well."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"\n[{name}]", *lines, ""])


def file_of(tree: Tree) -> Path:
    """Where the costs are remembered."""
    return tree.root / "tests/bench/kernel.toml"


def load(tree: Tree) -> Costs:
    """What the tree remembers."""
    file = file_of(tree)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        sizes = {
            name: {int(amount): float(cost) for amount, cost in amounts.items()}
            for name, amounts in data.get("sizes", {}).items()
        }
        rows = {key: float(cost) for key, cost in data["rows"].items()}
        return Costs(dict(data["configuration"]), rows, sizes)
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        ValueError,
        AttributeError,
    ) as error:
        raise Failure(
            f"{file.relative_to(tree.root)} cannot be read: {error}",
            "`./tessera bench kernel --accept` writes it anew.",
        ) from error


def save(tree: Tree, costs: Costs) -> None:
    """Remembers new costs."""
    from tessera.boot import files

    files.write(file_of(tree), costs.toml().encode())


def worse(before: Costs, now: Costs) -> list[str]:
    """What costs more than it did, or is no longer measured: a sentence each."""
    found = []
    for place, old, new in _pairs(before, now):
        if new is None:
            found.append(f"{place}: {old:,.1f} before, not measured now")
        elif new > old * (1 + TOLERANCE):
            found.append(f"{place}: {old:,.1f} before, {new:,.1f} now (+{new / old - 1:.1%})")
    return found


def better(before: Costs, now: Costs) -> list[str]:
    """What costs less than it did."""
    return [
        f"{place}: {old:,.1f} before, {new:,.1f} now ({new / old - 1:.1%})"
        for place, old, new in _pairs(before, now)
        if new is not None and new < old * (1 - TOLERANCE)
    ]


def _pairs(before: Costs, now: Costs) -> list[tuple[str, float, float | None]]:
    """Every remembered figure beside the new one."""
    rows = [(key, old, now.rows.get(key)) for key, old in before.rows.items()]
    sizes = [
        (f"{name} of {amount:,}", old, now.sizes.get(name, {}).get(amount))
        for name, amounts in before.sizes.items()
        for amount, old in amounts.items()
    ]
    return [*rows, *sizes]
