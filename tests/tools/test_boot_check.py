"""Golden boots from end to end: what passes, what does not, what is said, what is recorded."""
from __future__ import annotations

import errno
import itertools
import subprocess
from pathlib import Path

import pytest

from boots import SHORT, boot_toml, environment, fake_qemu, image, make_tree, tool
from tessera.boot import files
from tessera.boot.check import Verdict, check_boots
from tessera.boot.ending import End
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

OK_LOG = "one\ntwo\n[ch01] OK\n"
DIALOGUE = boot_toml(more='[[boot.dialogue]]\nexpect = "name? "\nsend = "bob\\n"\n' * 2)

#: Boots like the real one, but the second boot prints `tWo`.
SECOND_DIFFERS = """
if [ -e "$0.once" ]; then "$QEMU" "$@" | sed s/two/tWo/; else : > "$0.once"; exec "$QEMU" "$@"; fi
"""
#: The second boot prints the same, but does not end.
SECOND_HANGS = """
if [ -e "$0.once" ]; then "$QEMU" "$@"; exec sleep 600; fi; : > "$0.once"; exec "$QEMU" "$@"
"""


@pytest.fixture
def ok(tmp_path: Path) -> Tree:
    """A tree whose golden boot passes."""
    return make_tree(tmp_path / "tree", expected={"only": OK_LOG})


def check(tree: Tree, *args: str, **more: object) -> subprocess.CompletedProcess[str]:
    """`boot check`."""
    return tool(tree, "boot", "check", *args, **more)


def test_passes(ok: Tree) -> None:
    done = check(ok, "only")
    assert (done.returncode, done.stdout) == (0, "✓ 01.boot.only: it ended well: [ch01] OK\n")
    raw_log = ok.root / "build/boots/01/kernel/only.raw.log"
    assert raw_log.read_bytes() == b"one\r\ntwo\r\n[ch01] OK\r\n"


def test_every_preset_is_held_to_its_end(ok: Tree) -> None:
    (ok.build / "clang/Image").write_bytes(image("panic"))
    (ok.build / "kernel-release/Image").write_bytes(image("panic"))
    assert [o.verdict for o in check_boots(ok, preset="clang")] == [Verdict.WRONG_END]
    assert [o.verdict for o in check_boots(ok, preset="kernel-release")] == [Verdict.WRONG_END]


def test_after_a_hang_the_kernels_other_boots_get_less_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = SHORT.replace("idle_seconds = 0.5", "idle_seconds = 3")
    boots = boot_toml("a", more=long) + boot_toml("b", more=long)
    tree = make_tree(tmp_path / "tree", "idle", boots)
    other = make_tree(tmp_path / "other", "idle", boots)

    def idled(tree: Tree, name: str) -> str:
        [outcome] = check_boots(tree, names=[name])
        assert outcome.ending.end is End.IDLING
        return f"{outcome.ending.sentence} {outcome.ending.hint}"

    assert "for 3 s" in idled(tree, "a") and "for 3 s" in idled(tree, "b"), "not in a test run"
    monkeypatch.setenv("TESSERA_HANGS", str(tmp_path / "hangs"))
    assert "for 3 s" in idled(tree, "a")
    words = idled(tree, "b")
    assert "for 1 s" in words and "boot 'a' of this kernel hung before it" in words
    assert "for 3 s" in idled(other, "b"), "another kernel"
    (tree.build / "kernel/Image").write_bytes(image("ok"))
    assert check_boots(tree, names=["b"])[0].ending.end is End.OK


def test_the_log_of_a_release_build_is_not_compared(ok: Tree) -> None:
    files.expected(ok, 1, "only").write_text("other\n")
    assert check_boots(ok, preset="kernel-release")[0].verdict is Verdict.PASSED
    [outcome] = check_boots(ok, preset="clang")
    assert (outcome.verdict, outcome.name) == (Verdict.DIFFERS, "01.boot.only.clang")


@pytest.mark.parametrize(("kernel", "ends", "log"), [
    ("panic", "panic", "one\nPANIC: out of tea\n"),
    ("refused", "refused", "one\nREFUSED: no memory node\n"),
    ("stopped", "stopped", "one\nSTOPPED: no thread can run\n"),
])
def test_ends_that_are_meant(tmp_path: Path, kernel: str, ends: str, log: str) -> None:
    tree = make_tree(tmp_path / "tree", kernel, boot_toml(ends=ends), {"only": log})
    assert check_boots(tree)[0].passed


@pytest.mark.parametrize(("kernel", "ends", "end"), [
    ("ok", "panic", End.OK), ("panic", "ok", End.PANIC), ("refused", "panic", End.REFUSED),
    ("stopped", "ok", End.STOPPED),
    ("idle", "ok", End.IDLING), ("silent", "refused", End.NO_LAST_LINE),
])
def test_ends_that_are_not_meant(tmp_path: Path, kernel: str, ends: str, end: End) -> None:
    tree = make_tree(tmp_path / "tree", kernel, boot_toml(ends=ends))
    [outcome] = check_boots(tree, accept=True)
    assert (outcome.verdict, outcome.ending.end) == (Verdict.WRONG_END, end)
    assert "second boot" not in outcome.ending.sentence
    assert not outcome.passed
    assert not outcome.expected_file.exists()  # nothing is accepted from a boot that fails


def test_what_a_wrong_end_says(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "idle", expected={"only": OK_LOG})
    done = check(tree)
    assert done.returncode == 1
    assert done.stdout == """\
✗ 01.boot.only: it did not end as it should
It must end well. It did not: idling: no output and no CPU time for 0.5 s; the last of 1 line(s) \
is 'one'.
The processor sleeps in `wfi` (or is switched off), and nothing will wake it.

  expected                                        │  got
────────────────────────────────────────────────────────────────────────────────────────────────────
1 one                                             │1 one
2 two                                            <│
3 [ch01] OK                                      <│

Raw log: build/boots/01/kernel/only.raw.log
"""


def test_what_a_dying_qemu_says(ok: Tree, tmp_path: Path) -> None:
    script = fake_qemu(tmp_path / "qemu", "echo out of luck >&2; kill -SEGV $$")
    done = check(ok, env=environment(TESSERA_QEMU=script))
    assert done.returncode == 1
    assert "It did not: QEMU died: killed by SIGSEGV; nothing was printed." in done.stdout
    assert "QEMU said:\n    out of luck\n" in done.stdout


def test_two_boots_that_differ(ok: Tree, tmp_path: Path) -> None:
    script = fake_qemu(tmp_path / "qemu", SECOND_DIFFERS)
    done = check(ok, env=environment(TESSERA_QEMU=script))
    assert done.returncode == 1
    assert done.stdout.startswith("""\
✗ 01.boot.only: two boots of the same image printed different logs
They part at byte 6, in line 2:
    first boot   two\\r
    second boot  tWo\\r
""")
    assert "Second log: build/boots/01/kernel/only.second.raw.log\n" in done.stdout
    second = ok.root / "build/boots/01/kernel/only.second.raw.log"
    assert second.read_bytes() == b"one\r\ntWo\r\n[ch01] OK\r\n"


def test_only_one_boot_when_asked_for(ok: Tree, tmp_path: Path) -> None:
    script = fake_qemu(tmp_path / "qemu", SECOND_DIFFERS)
    assert check(ok, "--once", env=environment(TESSERA_QEMU=script)).returncode == 0


def test_a_second_boot_that_ends_differently(ok: Tree, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_QEMU", fake_qemu(tmp_path / "qemu", SECOND_HANGS))
    [outcome] = check_boots(ok)
    assert (outcome.verdict, outcome.ending.end) == (Verdict.WRONG_END, End.IDLING)
    assert outcome.ending.sentence.startswith("in the second boot, idling")


def test_a_dialogue_is_booted_once(tmp_path: Path) -> None:
    """Its raw bytes may differ: when what is typed arrives is not the machine's to say."""
    log = "name? bob\nname? bob\n[ch01] OK\n"
    tree = make_tree(tmp_path / "tree", "dialogue", DIALOGUE, {"only": log})
    script = fake_qemu(tmp_path / "qemu", 'echo x >> "$0.count"; exec "$QEMU" "$@"')
    assert check(tree, env=environment(TESSERA_QEMU=script)).returncode == 0
    assert (tmp_path / "qemu.count").read_text() == "x\n"


def test_a_changed_log(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", expected={"only": "one\ntwi\n[ch01] OK\n"})
    done = check(tree)
    assert done.returncode == 1
    assert done.stdout == """\
✗ 01.boot.only: the log is not the expected one
It ended as it should, but differs from line 2 on (chapters/01/expected/only.log:2).

  expected                                        │  got
────────────────────────────────────────────────────────────────────────────────────────────────────
1 one                                             │1 one
2 twi                                            ≠│2 two
    ^                                             │    ^
3 [ch01] OK                                       │3 [ch01] OK

If that is right: ./tessera boot check only --accept
Raw log: build/boots/01/kernel/only.raw.log
"""


def test_no_expected_log(tmp_path: Path) -> None:
    done = check(make_tree(tmp_path / "tree"))
    assert done.returncode == 1
    assert ("chapters/01/expected/only.log does not exist. The boot printed:\n"
            "    one\n    two\n    [ch01] OK\nIf that is right: ") in done.stdout


def test_accept_writes_the_log_and_shows_what_changed(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", expected={"only": "one\ntwi\n[ch01] OK\n"})
    done = check(tree, "--accept")
    assert done.returncode == 0
    assert "✓ 01.boot.only: chapters/01/expected/only.log has been rewritten\n" in done.stdout
    assert "2 twi                                            ≠│2 two\n" in done.stdout
    assert files.expected(tree, 1, "only").read_text() == OK_LOG
    assert check(tree, "--accept").stdout == "✓ 01.boot.only: it ended well: [ch01] OK\n"


def test_accept_of_a_first_log(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    [line] = check(tree, "--accept").stdout.splitlines()  # one a boot: a new chapter has many
    assert line.endswith("only.log is new (it ended well: [ch01] OK)")
    assert files.expected(tree, 1, "only").read_text() == OK_LOG


def test_only_the_golden_preset_is_accepted(tmp_path: Path) -> None:
    done = check(make_tree(tmp_path / "tree"), "--accept", "--preset", "clang")
    assert done.returncode == 2
    assert "recorded from the preset kernel, not clang" in done.stderr


def test_nothing_irreproducible_is_accepted(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    script = fake_qemu(tmp_path / "qemu", SECOND_DIFFERS)
    assert check(tree, "--accept", env=environment(TESSERA_QEMU=script)).returncode == 1
    assert not files.expected(tree, 1, "only").exists()


def test_what_is_normalised_and_what_is_kept(tmp_path: Path) -> None:
    boots = boot_toml("a") + boot_toml("b", more="keep = ['tree at 0x[0-9a-f]{16}']\n")
    logs = {"a": "at <address>\ntree at <address>\nmagic <address>\n[ch01] OK\n",
            "b": "at <address>\ntree at 0x0000000048000000\nmagic <address>\n[ch01] OK\n"}
    tree = make_tree(tmp_path / "tree", "where", boots, logs)
    assert [outcome.verdict for outcome in check_boots(tree)] == [Verdict.PASSED] * 2


def test_names_choose_boots(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", boots=boot_toml("a") + boot_toml("b"))
    assert [outcome.name for outcome in check_boots(tree)] == ["01.boot.a", "01.boot.b"]
    assert [outcome.name for outcome in check_boots(tree, names=["b"])] == ["01.boot.b"]
    with pytest.raises(Misuse, match="chapter 01 has no boot 'c'"):
        check_boots(tree, names=["c"])


def test_a_chapter_without_boots_is_not_checked_as_fine(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="declares no boot"):
        check_boots(make_tree(tmp_path / "tree", boots=""))


def test_what_has_not_been_built(ok: Tree) -> None:
    (ok.build / "kernel/Image").unlink()
    done = check(ok)
    assert (done.returncode, "build/kernel/Image has not been built" in done.stderr) == (2, True)


def test_a_root_task_that_has_not_been_built(tmp_path: Path) -> None:
    boots = boot_toml(more='root_task = "userland/demo"\n')
    tree = make_tree(tmp_path / "tree", boots=boots, chapter=7)
    with pytest.raises(Misuse, match="wants the root task build/kernel/userland/demo"):
        check_boots(tree)


def test_the_expectations_of_a_stage_tree_are_those_of_the_tree_it_lies_in(ok: Tree) -> None:
    stage = make_tree(ok.root / "build/stages/01", expected={"only": "a stale copy\n"})
    assert check(stage).returncode == 0
    files.expected(ok, 1, "only").write_text("other\n")
    done = check(stage)
    assert "(chapters/01/expected/only.log:1)" in done.stdout
    assert "build/stages/01/tessera boot check only --accept\n" in done.stdout
    assert "Raw log: build/stages/01/build/boots/01/kernel/only.raw.log\n" in done.stdout
    assert check(stage, "--accept").returncode == 0
    assert files.expected(ok, 1, "only").read_text() == OK_LOG


# ---- Folders that cannot be written ----

def test_a_build_folder_that_cannot_be_written(ok: Tree) -> None:
    (ok.root / "build/boots").write_text("a file in the way")
    done = check(ok)
    assert done.returncode == 1
    assert "only.raw.log: " in done.stderr
    assert "Is the disk full, or the folder not yours?" in done.stderr


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "only.log"
    file.write_text("precious")

    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Failure, match="cannot write .*only.log: No space left on device"):
        files.write(file, b"new")
    assert file.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [file]


def test_an_expected_log_that_is_no_text(ok: Tree) -> None:
    files.expected(ok, 1, "only").write_bytes(b"\xff")
    with pytest.raises(Failure, match="only.log is not UTF-8 text"):
        check_boots(ok)


# ---- The list ----

def test_list(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", boots=boot_toml("a", "panic") + DIALOGUE)
    done = tool(tree, "boot", "list")
    assert done.stdout.splitlines() == [
        "Boots of chapter 01, A test", "name  ends   raw identity", "a     panic  yes",
        "only  ok     no: console dialogue"]


def test_ctest_understands_the_registrations(tmp_path: Path) -> None:
    root = tmp_path / 'a (strange) ${folder}; # "'
    patient = boot_toml("b-c", more="limits.wall_seconds = 500")
    tree = make_tree(root, boots=boot_toml("a") + patient)
    (root / "tessera").write_text("#!/bin/sh\necho ran $* in $PWD\n")
    (root / "tessera").chmod(0o755)
    (tmp_path / "boots.cmake").write_text(tool(tree, "boot", "list", "--cmake").stdout)
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(test NONE)\nenable_testing()\n"
        "include(boots.cmake)\n")
    subprocess.run(["cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "out"], check=True,
                   capture_output=True)
    done = subprocess.run(["ctest", "-V", "-L", "^boot$"], cwd=tmp_path / "out", check=True,
                          capture_output=True, text=True)
    for boot, (preset, suffix) in itertools.product(
            ("a", "b-c"), (("kernel", ""), ("clang", ".clang"))):
        assert f": 01.boot.{boot}{suffix}\n" in done.stdout
        assert f"ran boot check {boot} --no-build --preset {preset} in {root}\n" in done.stdout
    assert "100% tests passed, 0 tests failed out of 4" in done.stdout
    assert done.stdout.count("Test timeout computed to be: 1060") == 2
