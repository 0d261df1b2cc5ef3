"""Pictures of the book: each is shown, can be read, and is drawn from what it claims to show."""
from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tessera.book import manuscript, pictures
from tessera.book.checks import Checker
from tessera.book.manuscript import Page
from tessera.book.evidence import source
from tessera.book.pictures import paging, parked_registers, rotate, signals, untyped_watermark
from tessera.book.sources import Sources
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

from conftest import REPOSITORY

TREE = Tree(REPOSITORY)
PAGES = manuscript.pages(TREE)
SHOWN = sorted({path for page in PAGES for path in manuscript.pictures_of(page)})
PACKAGE = Path(pictures.__file__).parent
MODULES = sorted(file.stem for file in PACKAGE.glob("*.py") if file.stem != "__init__")
#: What is wider than this is made smaller in the page, and its text with it.
WIDEST = 760

pytestmark = pytest.mark.skipif(not TREE.is_git, reason="the stages need a git clone")


def test_every_chapter_has_a_picture() -> None:
    assert [page.path for page in PAGES if page.chapter and not manuscript.pictures_of(page)] == []


def test_every_picture_is_shown_somewhere() -> None:
    drawn = {f"pictures/{name.replace('_', '-')}.svg" for name in MODULES}
    files = {
        f"pictures/{file.stem}.svg"
        for file in (REPOSITORY / "book/pictures").iterdir()
        if file.is_file()
    }
    assert drawn | files == {f"pictures/{Path(path).name}" for path in SHOWN}


@pytest.mark.parametrize("path", SHOWN)
def test_a_picture_can_be_read(path: str) -> None:
    svg = pictures.Drawer(TREE).svg(path)
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    left, _, wide, high = (float(part) for part in root.attrib["viewBox"].split())
    assert wide - left <= WIDEST and high > 0
    sizes = [float(one) for one in re.findall(r'font-size="([\d.]+)"', svg)]
    assert sizes and min(sizes) >= 11
    assert not re.search(r'"(black|white|#[0-9a-f]{6})"', svg), "colours that a dark page has not"


@pytest.mark.parametrize("module", MODULES)
def test_without_its_data_nothing_is_drawn(module: str, tmp_path: Path) -> None:
    drawer = pictures.Drawer(Tree(tmp_path))
    with pytest.raises((Failure, Misuse, OSError)):
        drawer.svg(f"pictures/{module.replace('_', '-')}.svg")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A tree that has golden logs and nothing else."""
    for log in (REPOSITORY / "chapters").glob("*/expected/*.log"):
        copy = tmp_path / log.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(log, copy)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Changes a log."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_picture_follows_its_log(logs: Path) -> None:
    before = untyped_watermark.draw(Tree(logs))
    edit(logs / "chapters/08/expected/untyped.log", "3 x CNode   of   512", "3 x CNode   of   256")
    assert untyped_watermark.draw(Tree(logs)) != before


def test_a_log_that_contradicts_itself_is_not_drawn(logs: Path) -> None:
    edit(
        logs / "chapters/16/expected/pager.log", "and page 1 is put away", "and page 2 is put away"
    )
    edit(logs / "chapters/15/expected/signals.log", "wait: 0x7", "wait: 0x5")
    with pytest.raises(Failure, match="the frame held page 1"):
        paging.draw(Tree(logs))
    with pytest.raises(Failure, match="come to 0x7"):
        signals.draw(Tree(logs))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("mrs     x2, tpidr_el0", "mrs     x2, tpidrro_el0", "after `eret`, x0 holds their SP"),
        ("REGISTERS ldp", "nop", "after `eret`, x2 holds elr_el1"),
        ("    mrs     x0, tpidr_el0\n    eret", "    eret", "after `eret`, x0 holds their SP"),
        ("msr     tpidr_el0, x4", "nop", "after `eret`, x0 holds anything"),
        ("tst     x0, #0xf", "tst     x0, #0x7", "VECTOR has no 'tst x0, #0xf' to stop at"),
    ],
)
def test_registers_that_are_lost_are_not_drawn(right: str, wrong: str, said: str) -> None:
    text = source(TREE, 3, "kernel/arch/aarch64/vectors.S")
    assert right in text and "their x0" in parked_registers.picture(text)
    with pytest.raises(Failure, match=re.escape(said)):
        parked_registers.picture(text.replace(right, wrong, 1))


def test_a_rotation_that_loses_something_is_not_drawn(logs: Path) -> None:
    edit(
        logs / "chapters/09/expected/cnodes.log",
        "-> Untyped, CNode, Null",
        "-> Untyped, Null, Null",
    )
    with pytest.raises(Failure, match="no rotation makes"):
        rotate.draw(Tree(logs))


CHART = "boot 13/ping-pong\nactor a\nactor b\na -> b: transfer(): “ping 1”\nb: “pong 2”\n"


def shown_at(stage: int, chart: str, tmp_path: Path) -> list[str]:
    """What is wrong with a page of a stage that shows a chart."""
    folder = tmp_path / "book/pictures"
    folder.mkdir(parents=True)
    (folder / "chart.seq").write_text(chart, encoding="utf-8")
    page = tmp_path / f"book/{stage:02}-page.md"
    page.write_text("# A page\n\n![a chart](pictures/chart.svg)\n", encoding="utf-8")
    checker = Checker(TREE, Sources(TREE, tmp_path))
    for name in ("chapters", "scripts"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    checker.drawer = pictures.Drawer(Tree(tmp_path))
    return checker.wrong_pictures(Page(page, page.name, "Chapters", 16))


@pytest.mark.parametrize(
    ("stage", "right", "wrong", "said"),
    [
        (13, "ping 1", "ping 1", ""),
        (13, "ping 1", "ping 2", "does not print “ping 2” there"),
        (13, "ping 1", "pong 4", "does not print “pong 2” there"),
        (13, "transfer()", "transform()", "nothing in stage 13 is called `transform()`"),
        (12, "ping 1", "ping 1", "nothing in stage 12 is called `transfer()`"),
        (13, "b: “pong", "c: “pong", "line 5 of the chart is neither a message nor an actor"),
        (13, "13/ping-pong", "13/pong-ping", "no boot '13/pong-ping'"),
    ],
)
def test_a_chart_tells_what_happens(
    stage: int, right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    assert right in CHART
    found = shown_at(stage, CHART.replace(right, wrong, 1), tmp_path)
    assert said in "".join(found) and bool(found) == bool(said)
