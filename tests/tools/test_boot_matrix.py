"""The boot matrix: every machine is booted, and what a kernel assumes about it shows."""
from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest

from boots import boot_toml, environment, fake_qemu, image, make_tree, tool
from tessera import chapter as chapters
from tessera.boot import matrix
from tessera.boot.ending import End
from tessera.chapter import Machine
from tessera.errors import Misuse
from tessera.tree import Tree

OK = {"only": "one\n[ch01] OK\n"}


@pytest.fixture
def assuming(tmp_path: Path) -> Tree:
    """A kernel that takes the machine to have more than 64 MiB."""
    return make_tree(tmp_path / "tree", "assuming", expected=OK)


def test_every_machine_is_booted(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "everywhere", expected=OK)
    results = [*matrix.check(tree, "64M", "kernel"), *matrix.check(tree, "4G", "kernel")]
    assert all(result.passed for result in results)
    assert len({result.run.output for result in results}) == 2 * 3 * 2 * 2
    assert len({result.raw_log for result in results}) == len(results)
    for result in results:
        assert result.raw_log.read_bytes() == result.run.output


def test_the_machines_are_the_full_product() -> None:
    made = [machine for memory in matrix.MEMORY for machine in matrix.machines(Machine(), memory)]
    wanted = itertools.product(("64M", "512M", "4G"), ("cortex-a53", "cortex-a72", "max"), (2, 3),
                               (False, True))
    assert [(m.memory, m.cpu, m.gic, m.virtualization) for m in made] == list(wanted)
    assert {m.cpus for m in matrix.machines(Machine(cpus=2), "64M")} == {2}  # is the chapter's


def test_an_assumption_shows(assuming: Tree) -> None:
    done = tool(assuming, "boot", "matrix", "--no-build")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:6] == [
        "✗ 01.matrix.64M: wrong on 12 of 12 machines",
        "It must end well, as its golden log does.",
        "",
        "64M, cortex-a53, GICv2, EL1: the kernel panicked: PANIC: no tree",
        "    ./tessera run 01 --memory 64M --cpu cortex-a53 --gic 2 --no-el2",
        "    raw log: build/boots/01/kernel/matrix/64M/cortex-a53-gicv2-el1.raw.log"]
    assert "    ./tessera run 01 --memory 64M --cpu max --gic 3 --el2" in lines
    assert lines[-5:] == [
        "The end of what it printed on 64M, cortex-a53, GICv2, EL1:", "    one",
        "    PANIC: no tree", "✓ 01.matrix.512M: on 12 machines, it ended well: [ch01] OK",
        "✓ 01.matrix.4G: on 12 machines, it ended well: [ch01] OK"]


@pytest.mark.parametrize("virtualization", [False, True])
def test_the_command_it_names_boots_that_machine(assuming: Tree, virtualization: bool) -> None:
    (assuming.build / "kernel/Image").write_bytes(image("everywhere"))  # Clang's is asked for
    boot = chapters.load(assuming, 1).boot()
    for memory, status in (("64M", 1), ("512M", 0)):
        machine = Machine(virtualization, 3, memory, "cortex-a72")
        again = matrix.again(1, dataclasses.replace(boot, machine=machine), "clang")
        done = tool(assuming, *again.split()[1:])
        assert (done.returncode, "PANIC: no tree" in done.stdout) == (status, status == 1), again


def test_only_one_size_of_memory(assuming: Tree) -> None:
    done = tool(assuming, "boot", "matrix", "512M", "--no-build", "--preset", "clang")
    assert (done.returncode, done.stdout) == (
        0, "✓ 01.matrix.512M.clang: on 12 machines, it ended well: [ch01] OK\n")


def test_a_panic_must_be_the_declared_one(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "assuming", boot_toml(ends="panic"),
                     {"only": "one\nPANIC: out of tea\n"})
    results = matrix.check(tree, "64M", "kernel")
    assert {result.ending.end for result in results} == {End.PANIC}
    assert not any(result.passed for result in results)
    done = tool(tree, "boot", "matrix", "64M", "--no-build")
    assert "It must end in a panic, as its golden log does.\n" in done.stdout
    assert ("EL1: it says PANIC: no tree\n    where the golden log has PANIC: out of tea\n"
            in done.stdout)


def test_the_declared_panic(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "assuming", boot_toml(ends="panic"),
                     {"only": "one\nPANIC: no tree\n"})
    done = tool(tree, "boot", "matrix", "64M", "--no-build")
    assert (done.returncode, done.stdout) == (
        0, "✓ 01.matrix.64M: on 12 machines, as it is meant to, the kernel panicked: "
           "PANIC: no tree\n")


def test_the_right_words_are_not_enough(assuming: Tree, tmp_path: Path) -> None:
    script = fake_qemu(tmp_path / "qemu", '"$QEMU" "$@"; exit 3')
    done = tool(assuming, "boot", "matrix", "512M", "--no-build",
                env=environment(TESSERA_QEMU=script))
    assert "GICv2, EL1: QEMU died: exit status 3; the last of 2 line(s) is" in done.stdout
    assert "✗ 01.matrix.512M: wrong on 12 of 12 machines\n" in done.stdout
    assert done.returncode == 1


def test_a_kernel_that_hangs_is_given_up(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "idle", expected=OK)
    done = tool(tree, "boot", "matrix", "64M", "--no-build")
    assert done.returncode == 1
    assert "✗ 01.matrix.64M: wrong on 2 of 2 machines\n" in done.stdout
    assert "64M, cortex-a53, GICv2, EL2: idling: no output and no CPU time for" in done.stdout
    assert "\nThe other 10 machines were not tried: hanging takes long.\n" in done.stdout


def test_the_lines_that_tell_how_it_ended() -> None:
    log = ("one\n[<time>] PANIC: a\n  at b\nthen PANIC: c\nREFUSED: d\nnot REFUSED: e\n"
           "[ch02] OK\n[ch02] OK?\n")
    assert matrix.verdicts(log) == ["PANIC: a", "PANIC: c", "REFUSED: d", "[ch02] OK"]


def test_what_qemu_says(tmp_path: Path) -> None:
    """Also: only the machines that fail are listed."""
    script = fake_qemu(tmp_path / "qemu", 'case "$*" in *gic-version=3*max*) echo out of luck >&2; '
                                          'exit 1;; esac; exec "$QEMU" "$@"')
    done = tool(make_tree(tmp_path / "tree", "everywhere", expected=OK),
                "boot", "matrix", "64M", "--no-build", env=environment(TESSERA_QEMU=script))
    assert done.stdout.startswith("✗ 01.matrix.64M: wrong on 2 of 12 machines\n")
    assert "64M, max, GICv3, EL2: QEMU died: exit status 1; nothing was printed\n" in done.stdout
    assert done.stdout.count("    QEMU said: out of luck\n") == 2
    assert done.stdout.count("./tessera run") == 2


def test_without_a_golden_log(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="expected/only.log does not exist") as caught:
        matrix.check(make_tree(tmp_path / "tree"), "64M", "kernel")
    assert "boot check only --accept" in caught.value.hint


def test_another_size_of_memory(assuming: Tree) -> None:
    with pytest.raises(Misuse, match="the boot matrix has 64M, 512M, 4G, not 63M"):
        matrix.check(assuming, "63M", "kernel")


def test_a_test_for_each_size_of_memory(assuming: Tree) -> None:
    lines = tool(assuming, "boot", "list", "--cmake").stdout.splitlines()
    for memory in matrix.MEMORY:
        name = f"[==[01.matrix.{memory}]==]"
        assert (f"add_test(NAME {name} COMMAND [==[{assuming.root}/tessera]==] [==[boot]==] "
                f"[==[matrix]==] [==[{memory}]==] [==[--no-build]==] "
                f"WORKING_DIRECTORY [==[{assuming.root}]==])") in lines
        assert (f"set_tests_properties({name} PROPERTIES LABELS matrix COST 5 TIMEOUT 1260)"
                in lines)


def test_a_chapter_without_boots_has_no_matrix(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", boots="")
    done = tool(tree, "boot", "list", "--cmake")
    assert (done.returncode, done.stdout) == (0, "")
