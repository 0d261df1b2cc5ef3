"""Exercises as side branches of the stage stack: edited, carried along, written back, verified."""
from __future__ import annotations

from pathlib import Path

import pytest
from exercises import FILE, FOLDER, MUTANTS, NAME, write_side
from stacks import amend, commit, git, read, tessera
from tessera.errors import Failure, Misuse
from tessera.exercises import authoring
from tessera.tree import Tree


def exercise_branches(root: Path) -> list[str]:
    """The branches that exercises have now."""
    return git(root, "branch", "--list", "exercise/*", "--format=%(refname:short)").split()


def test_edit_amend_export(small: Path, tmp_path: Path) -> None:
    folder = authoring.edit(Tree(small), NAME, "starter", tmp_path / "hole")
    assert authoring.edit(Tree(small), NAME, "starter", None) == folder  # it is open already
    amend(folder, {FILE: "int answer() {\n    return -1;\n}\n"})
    assert tessera(small, "stage", "export", "--no-boot") == 0
    assert "+    return -1;" in read(small, f"{FOLDER}/starter.patch")
    assert git(small, "status", "--porcelain").split() == ["M", f"{FOLDER}/starter.patch"]
    git(small, "worktree", "remove", str(folder))
    assert tessera(small, "stage", "export", "--no-boot") == 0
    assert exercise_branches(small) == []  # nobody has it open any more
    assert tessera(small, "stage", "verify", "--no-boot") == 0


def test_a_new_mutant_begins_as_the_stage(small: Path, tmp_path: Path) -> None:
    folder = authoring.edit(Tree(small), NAME, "mutants/new", tmp_path / "new")
    amend(folder, {FILE: MUTANTS["negative"]})
    tessera(small, "stage", "export", "--no-boot")
    patches = [read(small, f"{FOLDER}/mutants/{name}.patch") for name in ("new", "negative")]
    assert patches[0] == patches[1]
    with pytest.raises(Misuse, match="'mutant' is no side"):
        authoring.edit(Tree(small), NAME, "mutant", None)


def test_propagate_takes_exercises_along(small: Path, tmp_path: Path) -> None:
    starter = read(small, f"{FOLDER}/starter.patch")
    folder = tmp_path / "stage"
    tessera(small, "stage", "edit", "01", str(folder))
    above = "// The answer.\nint unknown();\n\n"
    amend(folder, {FILE: above + read(folder, FILE)})
    tessera(small, "stage", "propagate")
    assert len(exercise_branches(small)) == 3
    tessera(small, "stage", "export", "--no-boot")
    assert exercise_branches(small) == []
    carried = read(small, f"{FOLDER}/starter.patch")
    assert carried != starter and "int unknown();" in carried  # as a line around the change
    assert tessera(small, "stage", "verify", "--no-boot") == 0


def test_propagate_stops_where_an_exercise_does_not_fit(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    tessera(small, "stage", "edit", "01", str(folder))
    amend(folder, {FILE: read(folder, FILE).replace("six * 7", "seven * 6")})
    with pytest.raises(Failure, match="exercise/01/answer/.* conflicts in kernel/answer.cpp"):
        tessera(small, "stage", "propagate")
    assert tessera(small, "stage", "propagate", "--abort") == 0
    assert exercise_branches(small) == []


def test_absorb_takes_exercises_along(small: Path) -> None:
    main = "int answer();\n\nvoid say"
    text = read(small, "kernel/answer.cpp")
    (small / FILE).write_text("// The answer.\n" + text)
    assert main in read(small, "kernel/main.cpp")
    tessera(small, "stage", "absorb")
    tessera(small, "stage", "export", "--no-boot")
    assert " // The answer.\n" in read(small, f"{FOLDER}/starter.patch")
    assert tessera(small, "stage", "verify", "--no-boot") == 0


def test_export_overwrites_nobodys_change(small: Path, tmp_path: Path) -> None:
    folder = authoring.edit(Tree(small), NAME, "starter", tmp_path / "hole")
    amend(folder, {FILE: "int answer() {\n    return -1;\n}\n"})
    write_side(small, "starter", "int answer() {\n    return -2;\n}\n")
    commit(small, "Somebody else's change")
    with pytest.raises(Failure, match="is not what its branch was made from"):
        tessera(small, "stage", "export", "--no-boot")
    assert "+    return -2;" in read(small, f"{FOLDER}/starter.patch")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("-    return six * 7;", "-    return six * 8;", "does not apply"),
        ("+    return 0;", "+    return 0; \r", "a line that ends in CR LF"),
        ("@@ -1,5 +1,3 @@", "@@ -1,5 +1,3 @@ int", "edited by hand"),
        ("kernel/answer.cpp", "scripts/answer.cpp", "a file outside kernel and tests/unit"),
    ],
)
def test_verify_proves_that_sides_apply(
    small: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, words: str
) -> None:
    file = small / FOLDER / "starter.patch"
    text = file.read_text()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())
    assert tessera(small, "stage", "verify", "--no-boot") == 1
    assert words in capsys.readouterr().err
