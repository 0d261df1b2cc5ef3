"""`./tessera bench kernel`: what programs report is taken down, compared and remembered."""
from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tessera.benchmark import costs as remembered, kernel, kernel_report, page, rows
from tessera.benchmark.costs import Costs
from tessera.book.pictures import cost_lookup, cost_revoke, cost_threads
from tessera.boot.process import Run
from tessera.boot.session import Stop
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

ROOT = Path(__file__).resolve().parents[2]
COSTS = Costs(
    {"chapter": 16, "compiler": "GCC 12"},
    {"null": 200.0, "yield": 300.5},
    {"revoke-descendants": {1: 400.0, 10: 3000.0}},
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree of chapter 16 without a kernel."""
    for folder in ("kernel", "tests/bench"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "kernel/CHAPTER").write_text("16\n")
    return Tree(tmp_path)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """In place of QEMU: what each program prints."""
    printed = {
        "ch10_kernel": "row null 1 20000 4000000\r\nrow yield 1 20000 6010010\r\nall rows\r\n",
        "ch16_sizes": "row revoke-descendants 10 1 3000\nall rows\n",
    }

    def run(command: list[str], _limits: object, **_options: object) -> Run:
        return Run(Stop.OFF, printed[Path(command[-1]).name].encode())

    monkeypatch.setattr(kernel, "build", lambda *_: None)
    monkeypatch.setattr(kernel.files, "image_of", lambda *_: Path("Image"))
    monkeypatch.setattr(
        kernel.files, "root_task_of", lambda _tree, _preset, boot: Path(boot.root_task)
    )
    monkeypatch.setattr(kernel.machine, "command", lambda *_, initrd: [str(initrd)])
    monkeypatch.setattr(kernel.process, "run", run)
    return printed


def test_figures_are_means_of_what_programs_print(tree: Tree, machine: dict[str, str]) -> None:
    measured = kernel.measure(tree, quiet=True)
    assert measured.rows == {"null": 200.0, "yield": 300.5}
    assert measured.sizes == {"revoke-descendants": {10: 3000.0}}
    assert "icount" in str(measured.configuration["machine"])


def test_a_program_that_breaks_off_is_an_error(tree: Tree, machine: dict[str, str]) -> None:
    machine["ch10_kernel"] = "row null 1 20000 4000000\nno further: IllegalOperation\n"
    with pytest.raises(Failure, match="got no further(?s:.*)no further: IllegalOperation"):
        kernel.measure(tree, quiet=True)


def test_an_earlier_kernel_is_measured_as_far_as_it_can(
    tree: Tree, machine: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tree.root / "kernel/CHAPTER").write_text("12\n")
    machine["ch10_kernel"] = "row null 1 20000 4000000\nno further: IllegalOperation\n"
    del machine["ch16_sizes"]
    assert kernel.measure(Tree(tree.root), quiet=True).rows == {"null": 200.0}
    assert "no further: IllegalOperation" in capsys.readouterr().out
    (tree.root / "kernel/CHAPTER").write_text("09\n")
    with pytest.raises(Misuse, match="nothing to measure"):
        kernel.measure(Tree(tree.root), quiet=True)


def test_costs_are_remembered_as_they_are(tree: Tree) -> None:
    remembered.save(tree, COSTS)
    assert remembered.load(tree) == COSTS
    remembered.file_of(tree).write_text("[rows]\nnull = many\n")
    with pytest.raises(Failure, match="tests/bench/kernel.toml cannot be read"):
        remembered.load(tree)


@pytest.mark.parametrize(
    "now",
    [
        replace(COSTS, rows=COSTS.rows | {"null": 201.1}),
        replace(COSTS, rows={"yield": 300.5}),
        replace(COSTS, sizes={"revoke-descendants": {1: 400.0, 10: 3016.0}}),
        replace(COSTS, sizes={}),
    ],
)
def test_what_costs_more_or_is_gone_fails(tree: Tree, now: Costs) -> None:
    remembered.save(tree, COSTS)
    assert not kernel_report.check(tree, now)
    remembered.save(tree, now)
    assert kernel_report.check(tree, now), "once it has been accepted"


def test_what_costs_the_same_or_less_passes(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    remembered.save(tree, COSTS)
    assert kernel_report.check(tree, replace(COSTS, rows=COSTS.rows | {"null": 200.9, "new": 7.0}))
    assert "better" not in capsys.readouterr().out
    assert kernel_report.check(tree, replace(COSTS, rows=COSTS.rows | {"null": 150.0}))
    assert "null: 200.0 before, 150.0 now (-25.0%)" in capsys.readouterr().out


def test_figures_of_another_compiler_are_not_compared(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    remembered.save(tree, COSTS)
    other = Costs(COSTS.configuration | {"compiler": "GCC 13"}, {"null": 900.0})
    assert kernel_report.check(tree, other)
    assert "skipped: the figures are remembered for another compiler" in capsys.readouterr().out


def test_the_table_has_seL4_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    kernel_report.show(COSTS)
    lines = capsys.readouterr().out.splitlines()
    null = next(line for line in lines if "null system call" in line)
    assert null.split()[-4:] == ["200", "292", "0.68", "150"]
    assert any(line.split() == ["10", "3,000", "300.0"] for line in lines)
    assert json.loads(json.dumps(COSTS.plain()))["rows"]["null"] == 200.0


def test_programs_measure_the_rows_that_there_are() -> None:
    text = (ROOT / "userland/bench/ch10_kernel.c").read_text(encoding="utf-8")
    keys = re.findall(r'measure(?:_with)?\("([a-z0-9-]+)"', text)
    assert sorted(keys) == sorted(row.key for row in rows.ROWS)
    text = (ROOT / "userland/bench/ch16_sizes.c").read_text(encoding="utf-8")
    assert sorted(re.findall(r'report\("([a-z-]+)"', text)) == sorted(s.key for s in rows.SIZES)


def test_the_page_in_the_book_is_what_is_remembered() -> None:
    tree = Tree(ROOT)
    assert page.file_of(tree).read_text() == page.page(remembered.load(tree))


def test_the_pictures_show_what_is_remembered(tree: Tree) -> None:
    sizes = {
        "call-threads": {10: 400.0, 100: 401.0},
        "yield-threads": {10: 200.0, 100: 200.0},
        "lookup-levels": {1: 300.0, 2: 330.0},
        "revoke-descendants": {1: 700.0, 10: 3000.0},
    }
    remembered.save(tree, replace(COSTS, sizes=sizes))
    for draw, points in ((cost_threads.draw, 4), (cost_lookup.draw, 2), (cost_revoke.draw, 2)):
        picture = ElementTree.fromstring(draw(tree))
        assert len(picture.findall(".//{*}circle")) == points
        assert "currentColor" in draw(tree) and "black" not in draw(tree)
    heights = [
        float(dot.get("cy", 0))
        for dot in ElementTree.fromstring(cost_revoke.draw(tree)).iter()
        if dot.tag.endswith("circle")
    ]
    assert heights[1] > heights[0], "300 for each of ten is less than 700 for one"
