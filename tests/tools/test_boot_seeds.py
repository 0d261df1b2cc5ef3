"""`./tessera boot jitter` and `boot stress`: many seeds, one outcome."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from boots import boot_toml, fake_qemu, make_tree, tool
from tessera.tree import Tree

LOG = "this kernel\nroot task: entry <address>, <size>\ntwo threads\n[ch12] OK\n"
PRINTED = "another kernel\\nroot task: entry 0x0000000000400000, 4 KiB\\n"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Chapter 16, with the demo of chapter 12 and the stress task."""
    tree = make_tree(tmp_path / "tree", chapter=16, boots=boot_toml(), expected={"only": LOG})
    folder = tree.chapter_dir(12)
    (folder / "expected").mkdir(parents=True)
    more = 'append = "trace"'
    (folder / "chapter.toml").write_text(f'title = "A"\nsummary = "b"\n{boot_toml(more=more)}')
    (folder / "expected/only.log").write_text(LOG)
    for name in ("demos/ch12_demo", "demos/ch16_demo", "stress/ch16_stress"):
        (tree.root / "userland" / name).mkdir(parents=True)
        built = tree.preset("kernel") / "userland" / name
        built.parent.mkdir(parents=True, exist_ok=True)
        built.write_bytes(b"ELF")
    return tree


def run(tree: Tree, body: str, *args: str) -> subprocess.CompletedProcess[str]:
    """`boot ARGS` with a QEMU of our own, which notes how it was called."""
    body = f'echo "$*" >> {tree.root}/calls\n{body}'
    qemu = fake_qemu(tree.root / "qemu", body)
    return tool(tree, "boot", *args, "--no-build", env=os.environ | {"TESSERA_QEMU": qemu})


def test_every_seed_ends_alike(tree: Tree) -> None:
    done = run(
        tree, f"printf '{PRINTED}two threads\\n[ch12] OK\\n'", "jitter", "12", "--seeds", "4"
    )
    assert (done.returncode, "✓ ch12: the same end with 4 seeds" in done.stdout) == (0, True)
    calls = (tree.root / "calls").read_text()
    assert [f"trace jitter={seed} " in calls for seed in range(6)] == [False, *[True] * 4, False]


def test_a_seed_that_ends_otherwise_is_named(tree: Tree) -> None:
    body = (
        f"case \"$*\" in *jitter=3*) printf '{PRINTED}one thread\\n[ch12] OK\\n';; "
        f"*) printf '{PRINTED}two threads\\n[ch12] OK\\n';; esac"
    )
    done = run(tree, body, "jitter", "12", "--seeds", "4")
    assert done.returncode == 1
    assert "✗ ch12, seed 3: it ended well" in done.stdout and "one thread" in done.stdout
    assert "✗ ch12: otherwise with 1 of 4 seeds: 3" in done.stdout


def test_a_seed_that_ends_badly_is_named(tree: Tree) -> None:
    body = f"printf '{PRINTED}two threads\\nSTOPPED: no thread can run\\n'"
    done = run(tree, body, "jitter", "12", "--seeds", "1")
    assert (done.returncode, "no thread was left" in done.stdout) == (1, True)


def test_the_stress_task_gets_its_seeds(tree: Tree) -> None:
    done = run(
        tree,
        f"printf '{PRINTED}fine\\n[ch16] OK\\n'",
        "stress",
        "--operations",
        "7",
        "--seeds",
        "2",
    )
    assert (done.returncode, "✓ stress: the same end with 2 seeds" in done.stdout) == (0, True)
    assert "seed=2 operations=7 jitter=2" in (tree.root / "calls").read_text()
    done = run(
        tree, f"printf '{PRINTED}operation 5: the program failed\\n'", "stress", "--seeds", "1"
    )
    assert (done.returncode, "operation 5" in done.stdout) == (1, True)


def test_earlier_kernels_have_nothing_to_stress(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", chapter=11)
    for action, hint in (
        ("jitter", "the first is that of chapter 12"),
        ("stress", "chapter 16 or later"),
    ):
        done = tool(tree, "boot", action, "--no-build")
        assert (done.returncode, hint in done.stderr) == (2, True)
