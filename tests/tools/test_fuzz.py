"""`./tessera fuzz`: what it refuses, and how it tells what the target found."""
from __future__ import annotations

from pathlib import Path

import pytest

from tessera import build, cli, setup


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of chapter 04 whose fuzz target is a script that notes its arguments."""
    for file in ("tests/fuzz/device_tree.cpp", "kernel/boot/device_tree.hpp", "input"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "kernel/CHAPTER").write_text("04\n")
    program = tmp_path / "build/fuzz/tests/fuzz/fuzz-device-tree"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nexit $(cat {tmp_path}/status)\n')
    program.chmod(0o755)
    (tmp_path / "status").write_text("0")
    monkeypatch.setattr(setup, "ensure", lambda *args, **more: None)
    monkeypatch.setattr(build, "build", lambda *args, **more: tmp_path / "build/fuzz")
    return tmp_path


def arguments(root: Path) -> str:
    """What the target was started with first."""
    return (root / "arguments").read_text().splitlines()[0]


def test_a_minute_unless_told_otherwise(root: Path) -> None:
    assert cli.main(root, ["fuzz", "device-tree"]) == 0
    folder = root / "build/fuzz"
    assert "-max_total_time=60" in arguments(root)
    assert arguments(root).endswith(f"{folder}/corpus/device-tree {folder}/trees")
    assert (folder / "corpus/device-tree").is_dir()


def test_minutes(root: Path) -> None:
    assert cli.main(root, ["fuzz", "device-tree", "--minutes", "3"]) == 0
    assert "-max_total_time=180" in arguments(root)


def test_after_minutes_it_says_what_was_reached(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = root / "build/fuzz/tests/fuzz/fuzz-device-tree"
    program.write_text("""#!/bin/sh
        echo 'COVERED_FUNC: hits: 9 edges: 2/4 k::f(int) const ./kernel/boot/one.cpp:3' >&2
        echo 'UNCOVERED_FUNC: hits: 0 edges: 0/3 k::g() kernel/boot/two.hpp:5' >&2
        echo 'COVERED_FUNC: hits: 1 edges: 1/1 spec::h() ./tests/spec/step.cpp:7' >&2
    """)
    assert cli.main(root, ["fuzz", "device-tree", "--minutes", "3"]) == 0
    said = capsys.readouterr()
    assert "kernel/boot: 2 of 7 edges reached" in said.out + said.err
    assert "tests" not in (said.out + said.err).split("nothing found")[1]


def test_a_seed_makes_runs_repeatable(root: Path) -> None:
    assert cli.main(root, ["fuzz", "device-tree", "--runs", "20", "--seed", "7"]) == 0
    assert "-runs=20 -seed=7" in arguments(root)
    assert "corpus" not in arguments(root), "what earlier runs found would change it"


def test_with_a_seed_nothing_is_written_to_where_inputs_come_from(root: Path) -> None:
    fresh = root / "build/fuzz/fresh/device-tree"
    fresh.mkdir(parents=True)
    (fresh / "of-an-earlier-run").touch()
    assert cli.main(root, ["fuzz", "device-tree", "--runs", "20", "--seed", "7"]) == 0
    assert arguments(root).endswith(f"{fresh} {root}/build/fuzz/trees")
    assert list(fresh.iterdir()) == []


def test_one_input(root: Path) -> None:
    assert cli.main(root, ["fuzz", "device-tree", "--input", str(root / "input")]) == 0
    assert arguments(root).endswith(f"findings/ {root}/input")


def test_each_target_starts_from_its_own_seeds(root: Path) -> None:
    (root / "kernel/boot/elf.hpp").touch()
    program = root / "build/fuzz/tests/fuzz"
    (program / "fuzz-device-tree").rename(program / "fuzz-elf")
    assert cli.main(root, ["fuzz", "elf"]) == 0
    folder = root / "build/fuzz"
    assert arguments(root).endswith(f"{folder}/corpus/elf {folder}/hostile")


def test_every_target_is_known() -> None:
    from tessera.commands.fuzz import TARGETS
    sources = Path(__file__).parents[1].glob("fuzz/*.cpp")
    assert sorted(TARGETS) == sorted(source.stem.replace("_", "-") for source in sources)


def test_a_finding_is_a_failure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "status").write_text("77")
    assert cli.main(root, ["fuzz", "device-tree"]) == 1
    said = capsys.readouterr().err
    assert "device-tree broke; what broke it is in" in said and "--input FILE" in said


def test_one_that_was_stopped_has_found_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "status").write_text("72")
    assert cli.main(root, ["fuzz", "device-tree"]) == 1
    assert "device-tree was stopped; it had found nothing so far" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "problem"), [
    (["device-three"], "there is no fuzz target 'device-three'"),
    (["elf"], "chapter 04 does not read ELF files yet"),
    (["device-tree", "--runs", "0"], "'0' is not a whole number from 1 on"),
    (["device-tree", "--runs", "5", "--minutes", "1"], "not allowed with"),
    (["device-tree", "--input", "nowhere"], "there is no file nowhere"),
])
def test_misuse(root: Path, capsys: pytest.CaptureFixture[str], words: list[str], problem: str) -> None:
    assert cli.main(root, ["fuzz", *words]) == 2
    assert problem in capsys.readouterr().err


def test_a_chapter_too_early(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "kernel/boot/device_tree.hpp").unlink()
    (root / "kernel/CHAPTER").write_text("03\n")
    assert cli.main(root, ["fuzz", "device-tree"]) == 2
    assert "chapter 03 does not read device trees yet" in capsys.readouterr().err


@pytest.fixture
def rounds(root: Path) -> Path:
    """A tree with a model, whose lock-step notes what it is to play."""
    (root / "kernel/CHAPTER").write_text("10\n")
    program = root / "build/fuzz/tests/spec/lockstep/lockstep_tests"
    for folder in (program.parent, root / "tests/spec"):
        folder.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$RC_PARAMS" >> {root}/rounds\nexit $(cat {root}/status)\n')
    program.chmod(0o755)
    return root


def test_lockstep_goes_from_seed_to_seed_until_all_calls_are_made(rounds: Path) -> None:
    assert cli.main(rounds, ["fuzz", "lockstep", "--runs", "1000001", "--seed", "7"]) == 0
    assert (rounds / "rounds").read_text().splitlines() == [
        "seed=7 max_success=2000", "seed=8 max_success=1"]


def test_a_night_of_lockstep_is_ten_million_calls(rounds: Path) -> None:
    assert cli.main(rounds, ["fuzz", "lockstep"]) == 0
    assert (rounds / "rounds").read_text().count("max_success=2000\n") == 10


def test_lockstep_tells_the_seed_that_broke(
    rounds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rounds / "status").write_text("1")
    assert cli.main(rounds, ["fuzz", "lockstep", "--seed", "7"]) == 1
    assert "--seed 7 finds it again" in capsys.readouterr().err


def test_lockstep_wants_a_model(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(root, ["fuzz", "lockstep"]) == 2
    assert "From chapter 10 on there is" in capsys.readouterr().err
