"""What the commands `exercise`, `grade` and `bundle` say, and how they end."""
from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from exercises import (
    FILE,
    FOLDER,
    MUTANTS,
    NAME,
    RIGHT,
    write_side,
)
from stacks import git, tessera, write
from tessera import setup
from tessera.errors import Misuse
from tessera.exercises import show
from tessera.tree import Tree


@pytest.fixture(autouse=True)
def all_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up is not what is tested here."""
    monkeypatch.setenv("TESSERA_SETUP", "off")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed since the last time."""
    return capsys.readouterr().out


def test_a_students_way(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera(small, "exercise", "list") == 0
    assert "01/answer  a hole to fill  The answer  8       5 min" in said(capsys)
    assert tessera(small, "exercise", "list", "02") == 0
    assert NAME not in said(capsys)
    mine = tmp_path / "mine"
    assert tessera(small, "exercise", "start", "answer", str(mine)) == 0
    assert f"{FOLDER}/README.md" in said(capsys)
    write(mine, {FILE: MUTANTS["off-by-one"]})
    assert tessera(mine, "exercise", "check") == 1
    text = said(capsys)
    assert "✗ known: what the answer is (0 of 3 points)" in text
    assert "✓ sign: the answer is no loss (1 of 1 points)" in text
    assert "01/answer: 1 of 8 points" in text
    assert "a mistake that others have made: Count again." in text
    assert tessera(mine, "exercise", "hint") == 0
    assert said(capsys) == "1. It is known.\n· 1 more, one at a time\n"
    assert tessera(mine, "exercise", "submit", "-o", str(tmp_path / "x.patch")) == 0
    assert str(tmp_path / "x.patch") in said(capsys)
    assert tessera(mine, "exercise", "reset") == 0
    assert "your files as they were are in" in said(capsys)
    assert tessera(small, "exercise", "update", str(mine)) == 0
    write(mine, {FILE: RIGHT})
    assert tessera(small, "exercise", "check", NAME) == 0  # from the clone
    assert "01/answer: 8 of 8 points" in said(capsys)


@pytest.mark.parametrize(
    "words", [("exercise", "check"), ("exercise", "verify"), ("grade", "ada.patch", "-e")]
)
def test_a_wrong_name_is_noticed_before_anything_is_set_up(
    proved: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_up(*_: object, **__: object) -> None:
        raise AssertionError("it was set up first")

    monkeypatch.setattr(setup, "ensure", set_up)
    with pytest.raises(Misuse, match="there is no exercise 'anwser'"):
        tessera(proved, *words, "anwser")
    with pytest.raises(AssertionError, match="it was set up first"):
        tessera(proved, "exercise", "verify", NAME)


def test_an_authors_way(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera(small, "exercise", "edit", NAME, "mutants/negative", str(tmp_path / "m")) == 0
    assert "git commit --all --amend --no-edit" in said(capsys)
    git(small, "worktree", "remove", str(tmp_path / "m"))
    assert tessera(small, "exercise", "verify") == 0
    assert "the solution earns 8 points, 2 mutants are killed" in said(capsys)
    write_side(small, "mutants/negative", RIGHT.replace("six * 7", "7 * six"))
    assert tessera(small, "exercise", "verify", NAME) == 1
    assert "passes test 'known', which it must fail" in capsys.readouterr().err


def test_an_instructors_way(
    proved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "ada", {"answer.cpp": RIGHT})
    write(tmp_path / "bob", {"answer.cpp": MUTANTS["negative"]})
    write(tmp_path / "seeds", {"x": "ada,1\n"})
    files = {name: tmp_path / name for name in ("m.csv", "j.xml", "r")}
    options = ["--csv", files["m.csv"], "--junit", files["j.xml"], "--reports", files["r"], "-v"]
    options += ["--seeds", tmp_path / "seeds/x", "-j", "2", "-e", NAME]
    sources = [str(tmp_path / "ada"), str(tmp_path / "bob")]
    assert tessera(proved, "grade", *map(str, options), *sources) == 0
    text = said(capsys)
    assert "isolation: " in text and "known: failed, 0 of 3 points" in text
    assert [row["points"] for row in csv.DictReader(files["m.csv"].open())] == ["8", "0"]
    assert 'failures="3"' in files["j.xml"].read_text()
    assert json.loads((files["r"] / "ada.json").read_text())["seed"] == "1"
    assert json.loads((files["r"] / "bob.json").read_text())["hint"] == "Which way is up?"
    for name in ("gradescope", "classroom"):
        with pytest.raises(Misuse, match="are for one submission"):
            tessera(proved, "grade", f"--{name}", str(tmp_path / "x"), *sources)
    assert tessera(proved, "grade", str(tmp_path / "missing")) == 1
    assert "there is no" in said(capsys)


def test_bundles(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "b.tar.gz"
    assert tessera(small, "bundle", "--student", "01", "-o", str(file)) == 0
    assert said(capsys) == f"✓ {file}: {NAME}\n"
    assert tessera(small, "bundle", "--gradescope", NAME, "-o", str(tmp_path / "g.zip")) == 0
    with pytest.raises(Misuse, match="one exercise and no seed"):
        tessera(small, "bundle", "--gradescope", NAME, "--seed", "x")


def test_an_exercise_that_only_the_instructor_has(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "chapters/01/exercises").mkdir(parents=True)
    (small / FOLDER).rename(overlay / FOLDER)
    git(small, "add", "--all")
    git(small, "commit", "--quiet", "-m", "It is secret now")
    option = ["--overlay", str(overlay)]
    assert tessera(small, "exercise", "verify", *option) == 0
    assert "2 mutants are killed" in said(capsys)
    write(tmp_path / "ada", {"answer.cpp": RIGHT})
    assert tessera(small, "grade", "-e", NAME, *option, str(tmp_path / "ada")) == 0
    assert "8/8" in said(capsys)
    with pytest.raises(Misuse, match="chapter 01 has no exercises"):
        tessera(small, "bundle", "--student", "01", "-o", str(tmp_path / "b"))
    assert tessera(small, "bundle", "--student", "01", *option, "-o", str(tmp_path / "b")) == 0


def test_proofs_are_registered_with_ctest(small: Path, tmp_path: Path) -> None:
    assert show.cmake(Tree(small)) == ""  # stage 02 has no exercise
    write(small, {"kernel/CHAPTER": "01\n"})
    text = show.cmake(Tree(small))
    assert "add_test(NAME 01.exercise.answer COMMAND" in text
    assert f"[==[{small}/tessera]==] exercise verify {NAME}" in text
    write(tmp_path / "tarball", {"kernel/CHAPTER": "01\n"})
    assert show.cmake(Tree(tmp_path / "tarball")) == ""
