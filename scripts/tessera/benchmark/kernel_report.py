"""What `./tessera bench kernel` says."""
from __future__ import annotations

from tessera import console
from tessera.benchmark import costs as remembered
from tessera.benchmark.costs import Costs
from tessera.benchmark.rows import ROWS, SIZES
from tessera.tree import Tree


def show(costs: Costs) -> None:
    """The table of operations beside seL4, and the series."""
    console.out()
    console.table(
        "Instructions per operation, loop and stub included:",
        ("operation", "Tessera", "seL4", "of seL4", "aim"),
        [_line(row.key, costs) for row in ROWS],
    )
    for series in SIZES:
        if amounts := costs.sizes.get(series.key):
            console.out()
            console.table(
                f"{series.name}, instructions:",
                (series.of, "all", "each") if series.shared else (series.of, "each call"),
                [_grown(n, cost, series.shared) for n, cost in amounts.items()],
            )


def _grown(amount: int, cost: float, shared: bool) -> tuple[str, ...]:
    """One size of a series."""
    each = (f"{cost / amount:,.1f}",) if shared else ()
    return (f"{amount:,}", f"{cost:,.0f}", *each)


def _line(key: str, costs: Costs) -> tuple[str, str, str, str, str]:
    """One operation."""
    row = next(row for row in ROWS if row.key == key)
    if (cost := costs.rows.get(key)) is None:
        return row.name, "-", f"{row.sel4:,}", "", f"{row.aim:,}"
    return row.name, f"{cost:,.0f}", f"{row.sel4:,}", f"{cost / row.sel4:.2f}", f"{row.aim:,}"


def check(tree: Tree, now: Costs) -> bool:
    """Compares with what the tree remembers; whether nothing has become worse."""
    before = remembered.load(tree)
    if other := _other_configuration(before, now):
        console.out(f"skipped: the figures are remembered for another {other}")
        return True
    if lines := remembered.worse(before, now):
        console.out(
            f"✗ {len(lines)} figure(s) are worse than tests/bench/kernel.toml has them:",
            style="bold red",
        )
        for line in lines:
            console.out(f"  {line}")
        console.out("If that is the price of something: `./tessera bench kernel --accept`.")
        return False
    if lines := remembered.better(before, now):
        console.out(f"{len(lines)} figure(s) are better; `bench kernel --accept` records that:")
        for line in lines:
            console.out(f"  {line}")
    console.good("no operation costs more than tests/bench/kernel.toml says")
    return True


def _other_configuration(before: Costs, now: Costs) -> str:
    """What differs between two configurations; nothing if the figures can be compared."""
    names = before.configuration.keys() | now.configuration.keys()
    return ", ".join(
        sorted(
            name for name in names if before.configuration.get(name) != now.configuration.get(name)
        )
    )
