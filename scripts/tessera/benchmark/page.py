"""The book's page on what system calls cost: its tables are made from what the tree remembers."""
from __future__ import annotations

from pathlib import Path

from tessera.benchmark.costs import Costs
from tessera.benchmark.rows import ROWS
from tessera.tree import Tree

TEXT = """\
# What system calls cost

`./tessera bench kernel` measures this, and writes this page when its figures are accepted. They
are instructions, counted on a machine on which each takes a nanosecond: the mean of {rounds:,}
rounds, with the loop and the user's stub included. The same work has been measured in the same way
on seL4 (main line of August 2026, release build, IPC fast path on, GCC 12.2). The last column is
where chapter 19 wants to be.

Configuration: {compiler}; QEMU `{machine}`; the kernel of chapter {chapter}.

| operation | Tessera | seL4 | of seL4 | aim |
|---|---:|---:|---:|---:|
{rows}

Other address spaces are ones that the program builds for its partner. seL4 saves floating-point
registers with every switch between threads that may use them, about 52 instructions; here they
are switched when somebody uses them (chapter 12), so rows of two threads differ by that much to
begin with.

When one of these figures grows by more than half a per cent, `./tessera test` fails until somebody
has said, with `./tessera bench kernel --accept`, that this is the price of something.

## As the system grows

A message between two threads must cost the same however many others wait for messages of their
own, and a switch the same however many are ready: a thread that is woken, blocked or chosen is
found without a search.

![A round of Call and ReplyRecv, and a Yield, with 10 to 10,000 threads](pictures/cost-threads.svg)

A capability is looked up CNode by CNode, so each level has its price. Here it is paid once per
call, on the way to the slot that CNode_Delete is to empty, and finds empty.

![CNode_Delete of an empty slot behind 1 to 16 CNodes](pictures/cost-lookup.svg)

Revoke deletes one descendant after the other, and what a descendant costs does not depend on how
many there are.

![CNode_Revoke, for each of 1 to 10,000 descendants](pictures/cost-revoke.svg)
"""


def file_of(tree: Tree) -> Path:
    """Where the page is."""
    return tree.root / "book/appendix/30-cost.md"


def page(costs: Costs) -> str:
    """The whole page."""
    told = {"compiler": "?", "machine": "?", "chapter": "?", "rounds": 0} | costs.configuration
    rows = [
        f"| {row.name} | {cost:,.0f} | {row.sel4:,} | {cost / row.sel4:.2f} | {row.aim:,} |"
        for row in ROWS
        if (cost := costs.rows.get(row.key)) is not None
    ]
    return TEXT.format(**told, rows="\n".join(rows))
