"""Root tasks of boots: a chapter's demo by default, earlier demos on later kernels."""
from __future__ import annotations

from pathlib import Path

import pytest

from boots import boot_toml, make_tree, tool
from tessera.boot import demos, files, registration
from tessera.boot.ending import End, judge
from tessera.boot.process import Run
from tessera.boot.session import Stop
from tessera.chapter import Boot, load
from tessera.errors import Misuse
from tessera.tree import Tree

LOG = "this kernel\nroot task: entry <address>, <size>\nhello\n[ch07] OK\n"


@pytest.fixture
def later(tmp_path: Path) -> Tree:
    """Chapter 08, whose kernel runs the demo of chapter 07."""
    tree = make_tree(tmp_path / "tree", "demo", chapter=8)
    add_chapter(tree, 7, LOG)
    for number in (7, 8):
        add_demo(tree, f"ch{number:02}_demo")
    return tree


def add_chapter(tree: Tree, number: int, log: str) -> None:
    """Another chapter in the tree, with an expected log."""
    folder = tree.chapter_dir(number)
    (folder / "expected").mkdir(parents=True)
    (folder / "chapter.toml").write_text(f'title = "A"\nsummary = "b"\n{boot_toml()}')
    (folder / "expected/only.log").write_text(log)


def add_demo(tree: Tree, name: str) -> None:
    """A demo, and what is built from it."""
    (tree.root / "userland/demos" / name).mkdir(parents=True)
    built = tree.preset("kernel") / "userland/demos" / name
    built.parent.mkdir(parents=True, exist_ok=True)
    built.write_bytes(b"ELF")


def test_the_demo_is_the_default_root_task(later: Tree) -> None:
    def root_task(name: str) -> Path | None:
        return files.root_task_of(later, "kernel", Boot("b", "ok", root_task=name))

    built = later.preset("kernel") / "userland/demos"
    assert root_task("") == built / "ch08_demo"
    assert root_task("userland/demos/ch07_demo") == built / "ch07_demo"
    assert root_task("none") is None
    add_demo(later, "ch08_other")
    with pytest.raises(Misuse, match="chapter 08 has 2 demos"):
        root_task("")


def test_there_is_none_before_user_mode(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", chapter=6)
    assert files.root_task_of(tree, "kernel", Boot("b", "ok")) is None


def test_a_demo_prints_the_same_on_a_later_kernel(later: Tree) -> None:
    done = tool(later, "boot", "demo", "--no-build")
    assert (done.returncode, done.stdout) == (
        0, "✓ 08.demo.ch07: it prints what its chapter's demo prints\n")


def test_a_demo_that_prints_something_else(later: Tree) -> None:
    files.expected(later, 7, "only").write_text(LOG.replace("hello", "good morning"))
    done = tool(later, "boot", "demo", "07", "--no-build")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "✗ 08.demo.ch07: it ended well: [ch07] OK"
    assert any("good morning" in line and "hello" in line for line in lines)
    assert not any("this kernel" in line and "another" in line for line in lines)


def test_a_demo_that_ends_differently(later: Tree) -> None:
    files.expected(later, 7, "only").write_text(LOG)
    toml = later.chapter_dir(7) / "chapter.toml"
    toml.write_text(toml.read_text().replace('ends = "ok"', 'ends = "stopped"'))
    outcome = demos.check(later, load(later, 7), "kernel")
    assert outcome.actual == outcome.expected and not outcome.passed


def test_a_demo_without_an_expected_log(later: Tree) -> None:
    files.expected(later, 7, "only").unlink()
    with pytest.raises(Misuse, match="nothing tells what this demo prints"):
        demos.check(later, load(later, 7), "kernel")


def test_only_the_newest_kernel_is_tested_with_all_demos(later: Tree) -> None:
    assert [chapter.number for chapter in demos.earlier(later)] == [7]
    text = registration.cmake(load(later, 8), later.root, demos=demos.earlier(later))
    assert "add_test(NAME [==[08.demo.ch07]==]" in text and "08.demo.c]" not in text
    add_chapter(later, 9, LOG)
    assert demos.earlier(later) == []
    assert [chapter.number for chapter in demos.before(later)] == [7]


def test_the_twin_in_c_prints_what_the_demo_prints(later: Tree) -> None:
    demo = load(later, 7)
    assert not demos.has_twin(later, demo)
    twin = later.root / "userland/demos/c/ch07_demo.c"
    twin.parent.mkdir()
    twin.touch()
    assert demos.has_twin(later, demo)
    built = later.preset("kernel") / "userland/demos/c/ch07_demo"
    built.parent.mkdir()
    built.write_bytes(b"ELF")
    done = tool(later, "boot", "demo", "07", "--in-c", "--no-build")
    assert (done.returncode, done.stdout) == (0, "✓ 08.demo.c: it prints what its chapter's demo prints\n")
    text = registration.cmake(demo, later.root, twin=True)
    assert "[==[demo]==] [==[07]==] [==[--in-c]==]" in text and "[==[07.demo.c]==]" in text


def test_a_root_task_of_ones_own_need_not_say_how_it_ends() -> None:
    assert judge(Run(Stop.OFF, b"anything\r\n"), None).end is End.OK
    assert judge(Run(Stop.OFF, b"PANIC: x\r\n"), None).end is End.PANIC
    assert judge(Run(Stop.OFF, b"STOPPED: x\r\n"), None).end is End.STOPPED


def test_run_takes_any_root_task(later: Tree, tmp_path: Path) -> None:
    own = tmp_path / "own.elf"
    own.write_bytes(b"ELF")
    for name in (str(own), "userland/demos/ch07_demo"):
        done = tool(later, "run", "--root-task", name)
        assert (done.returncode, "✓ chapter 08 ended well" in done.stdout) == (0, True)
    done = tool(later, "run", "--root-task", "userland/demos/ch07_dmo")
    assert done.returncode == 2
    assert "--root-task: there is no file userland/demos/ch07_dmo, and no program of" in done.stderr
    assert tool(later, "run").returncode == 1, "the demo of chapter 08 says [ch08] OK"
