"""`./tessera bench`: measured in a clone, with the right things measured and the aims beside them."""
from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from tessera.benchmark import figures, tool
from tessera.benchmark.scratch import Scratch, clone, printed_literal
from tessera.errors import Failure
from tessera.tree import Tree

ROOT = Path(__file__).resolve().parents[2]

#: Stands in for the tool: notes how it was called, and does what can be observed from outside.
FAKE_TESSERA = """\
#!/bin/sh
echo "$@" "${CCACHE_DIR##*/}" >> "$0.calls"
case "$1" in
    run) ${TESSERA_QEMU:-true} --version > "$0.qemu"
         grep -o 'Hello[^"]*' kernel/boot/main.cpp
         mkdir -p build
         sleep 0.3;;
    tags) git tag ch01;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A repository with a fake tool and a kernel that greets."""
    root = tmp_path / "tree"
    files = {
        "tessera": FAKE_TESSERA,
        ".gitignore": "/build/\n/tessera.*\n",
        "kernel/CHAPTER": "01\n",
        "kernel/boot/main.cpp": 'auto a = "Hello from here\\n", b = "never printed", c = "[ch01] OK";\n',
        "chapters/01/chapter.toml": 'title = "A"\nsummary = "b"\n[[boot]]\nname = "el1"\nends = "ok"\n',
        "chapters/01/expected/el1.log": "Hello from here\n[ch01] OK\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "tessera").chmod(0o755)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "c"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return Tree(root)


def test_everything_is_measured_in_a_clone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    places: list[Path] = []

    def last(scratch: Scratch, runs: int) -> figures.Figure:
        places.append(scratch.tree.root)
        figure = tool_test_cached(scratch, runs)
        calls.extend((scratch.tree.root / "tessera.calls").read_text().splitlines())
        return figure

    tool_test_cached = tool.test_cached
    monkeypatch.delenv("CCACHE_DIR", raising=False)  # the clone has one of its own
    monkeypatch.setattr(tool, "test_cached", last)
    measured = list(tool.measure(tree, 2, quick=False))
    assert [len(figure.seconds) for figure in measured] == [2, 2, 2, 1, 2, 2]
    assert [figure.aim for figure in measured] == [0.5, 2.0, None, None, None, None]
    assert calls == 5 * ["run "] + 2 * ["tags "] + 3 * ["test --all ccache"] + 2 * ["test ccache"]
    assert not places[0].exists() and not (tree.root / "tessera.calls").exists()


def test_quick_leaves_out_the_test_runs(tree: Tree) -> None:
    assert not [figure for figure in tool.measure(tree, 1, quick=True) if "test" in figure.name]


def test_the_cold_run_finds_nothing_built(tree: Tree) -> None:
    with clone(tree) as scratch:
        for name in ("kernel/old", "deps/libfdt", "setup/run"):
            (scratch.tree.build / name).mkdir(parents=True)
        tool.test_cold(scratch)
        assert sorted(entry.name for entry in scratch.tree.build.iterdir()) == ["deps", "setup"]


def test_start_up_ends_where_qemu_starts(tree: Tree) -> None:
    """The fake tool sleeps for 0.3 s after it has started QEMU, and that is not start-up."""
    with clone(tree) as scratch:
        start = time.monotonic()
        measured = tool.no_op(scratch, 2).seconds
        assert time.monotonic() - start - sum(measured) >= 0.59 and min(measured) > 0
        assert "QEMU emulator version" in (scratch.tree.root / "tessera.qemu").read_text()


def test_an_edit_is_timed_until_its_output_and_taken_back(tree: Tree) -> None:
    with clone(tree) as scratch:
        file = scratch.tree.root / "kernel/boot/main.cpp"
        before, texts = file.read_text(), []
        seconds_until = scratch.seconds_until
        scratch.seconds_until = lambda text, *args: texts.append(text) or seconds_until(text, *args)
        start = time.monotonic()
        measured = tool.edit_to_output(scratch, 3).seconds
        assert time.monotonic() - start - sum(measured) >= 0.89, "the fake tool sleeps after its output"
        assert min(measured) > 0
        assert len(set(texts)) == 3 and all(text.startswith("Hello from here<") for text in texts)
        assert file.read_text() == before


def test_all_tags_are_made_each_time(tree: Tree) -> None:
    """`git tag` refuses a tag that exists: a second run that passes had its tags removed."""
    with clone(tree) as scratch:
        assert tool.all_tags(scratch, 2).name == "all 1 tags made"


def test_a_command_that_fails_is_not_timed(tree: Tree) -> None:
    (tree.root / "kernel/boot/main.cpp").unlink()
    with clone(tree) as scratch:
        (scratch.tree.root / "kernel/boot/main.cpp").unlink()
        (scratch.tree.root / "tessera").write_text("#!/bin/sh\necho what is wrong; exit 3\n")
        with pytest.raises(Failure, match="exit status 3; it said\n  what is wrong"):
            scratch.tessera("run")
        with pytest.raises(Failure, match="cannot be timed"):
            scratch.seconds_until("never", "run")


def test_the_edited_string_is_one_that_the_kernel_prints(tree: Tree) -> None:
    file, literal = printed_literal(tree)
    assert (file.name, literal) == ("main.cpp", "Hello from here")
    (tree.root / "kernel/boot/a.cpp").write_text('constexpr auto by_chance = "Hello from";\n')
    assert printed_literal(tree) == (file, literal), "the longest there is"
    (tree.chapter_dir(1) / "expected/el1.log").write_text("something else\n")
    with pytest.raises(Failure, match="no string in kernel/ is printed by boot 'el1'"):
        printed_literal(tree)


def test_this_tree_has_such_a_string() -> None:
    file, literal = printed_literal(Tree(ROOT))
    assert f'"{literal}' in file.read_text(encoding="utf-8")


def test_a_figure_is_the_median_with_its_aim() -> None:
    slow_once = figures.Figure("x", (0.1, 9.0, 0.2), aim=0.5)
    assert slow_once.row() == ("x", "0.20 s", "3 runs 0.10 to 9.00 s", "under 0.5 s: yes")
    assert figures.Figure("x", (0.6,), aim=0.5).row() == ("x", "0.60 s", "1 run", "under 0.5 s: no")
    assert figures.Figure("x", (0.6,)).row()[3] == ""


def test_the_report_names_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    figures.show([figures.repeat("a thing", 2, float)])
    said = capsys.readouterr().out
    assert "a thing (2 runs)" in said and figures.machine() in said and "0.50 s" in said


@pytest.mark.parametrize("args", [("kernel", "--check", "--accept"), ("tool", "--runs", "0"), ("tool", "--runs", "x")])
def test_misuse(args: tuple[str, ...]) -> None:
    done = subprocess.run([ROOT / "tessera", "bench", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          check=False)
    assert done.returncode == 2
