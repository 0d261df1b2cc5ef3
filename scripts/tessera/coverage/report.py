"""Coverage as a table, and whether it is enough."""
from __future__ import annotations

from typing import Iterable, Sequence

from tessera import console
from tessera.coverage.measure import FileCoverage
from tessera.errors import Failure

COLUMNS = ("file", "lines", "", "branches", "", "lines not run", "lines with a branch not taken")


def show(files: Sequence[FileCoverage]) -> None:
    """One row a file, and a row for all of them."""
    total = FileCoverage(
        "all",
        sum(file.lines for file in files),
        tuple(line for file in files for line in file.missed_lines),
        sum(file.branches for file in files),
        tuple(line for file in files for line in file.missed_branches),
    )
    rows = [[*_figures(f), spans(f.missed_lines), spans(f.missed_branches)] for f in files]
    console.table(None, COLUMNS, [*rows, [*_figures(total), "", ""]])


def _figures(file: FileCoverage) -> list[str]:
    """The cells of a row that hold numbers."""
    return [
        file.name,
        *_share(file.lines, len(file.missed_lines)),
        *_share(file.branches, len(file.missed_branches)),
    ]


def _share(total: int, missed: int) -> tuple[str, str]:
    """Two cells: how many of how many, and in per cent."""
    if not total:
        return "", ""
    return f"{total - missed} of {total}", f"{percent(total, missed):.1f} %"


def percent(total: int, missed: int) -> float:
    """How much was hit; where there is nothing to hit, all of it."""
    return 100.0 * (total - missed) / total if total else 100.0


def spans(numbers: Iterable[int]) -> str:
    """Line numbers as people write them: `3, 7-9`."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, span)) for span in found)


def judge(files: Sequence[FileCoverage], least_line: float, least_branch: float) -> None:
    """Failure when all files together are below a limit, in per cent."""
    lines = percent(sum(f.lines for f in files), sum(len(f.missed_lines) for f in files))
    branches = percent(sum(f.branches for f in files), sum(len(f.missed_branches) for f in files))
    short = [
        f"{what} coverage is {found:.1f} %, and has to be {least:g} %"
        for what, found, least in (("line", lines, least_line), ("branch", branches, least_branch))
        if found < least
    ]
    if short:
        raise Failure("; ".join(short), "The table says what no test executes.")
