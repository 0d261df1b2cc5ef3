"""`exercise verify`: each way in which an exercise can be wrong turns the proof red."""
from __future__ import annotations

from pathlib import Path

import pytest
from exercises import (
    FOLDER,
    MUTANTS,
    NAME,
    RIGHT,
    STARTER,
    edit_toml,
    failures,
    write_side,
)
from tessera.errors import Failure, TesseraError
from tessera.exercises import catalog, matrix
from tessera.tree import Tree


def problems(root: Path) -> str:
    """What the proof finds."""
    return "\n".join(matrix.prove(Tree(root), NAME).problems)


def test_a_right_exercise_is_proved(proved: Path) -> None:
    proof = matrix.prove(Tree(proved), NAME)
    assert proof.problems == []
    assert proof.tried == 4  # solution, starter, two mutants
    assert set(failures(proved)) == set(MUTANTS)


def test_a_starter_that_passes_is_no_starter(small: Path) -> None:
    edit_toml(small, 'name   = "boot"', 'name   = "boot"\nstarter = "passes"')
    assert "starter: fails test 'boot', which it must pass" in problems(small)
    edit_toml(small, 'name    = "sign"', 'name    = "sign2"')
    edit_toml(small, 'starter = "passes"\nunit    = "Answer.IsP', 'unit    = "Answer.IsP')
    edit_toml(small, '"known", "sign", "boot"', '"known", "sign2", "boot"')
    assert "starter: passes test 'sign2', which it must fail" in problems(small)


def test_a_solution_that_fails_is_no_solution(small: Path) -> None:
    (small / "chapters/01/expected/only.log").write_text("the answer is 43\n[ch01] OK\n")
    assert "solution: fails test 'boot', which it must pass" in problems(small)


def test_a_mutant_that_lives_or_dies_otherwise(small: Path) -> None:
    write_side(small, "mutants/off-by-one", RIGHT.replace("six * 7", "7 * six"))
    write_side(small, "mutants/negative", "int answer() {\n    return 43;\n}\n")
    found = problems(small)
    assert "mutants/off-by-one: passes test 'known', which it must fail" in found
    assert "mutants/negative: passes test 'sign', which it must fail" in found
    assert "failures.json:1: is not what the tests show now" in found


def test_two_mutants_with_one_failure_could_not_be_told_apart(small: Path) -> None:
    write_side(small, "mutants/negative", MUTANTS["off-by-one"].replace("41", "40 + 1"))
    assert "fail in the same way" in problems(small)


def test_what_does_not_build_shows_nothing(small: Path) -> None:
    write_side(small, "mutants/negative", "int answer() {\n    return x;\n}\n")
    assert "mutants/negative: does not build, so it shows nothing" in problems(small)


def test_a_side_changes_only_what_a_student_may(small: Path) -> None:
    edit_toml(small, '"kernel/answer.cpp"', '"kernel/other.cpp"')
    with pytest.raises(Failure, match="differs from the starter in kernel/answer.cpp"):
        matrix.prove(Tree(small), NAME)


def test_a_filter_that_matches_nothing_is_an_error(small: Path) -> None:
    edit_toml(small, '"Answer.IsKnown"', '"Answer.IsNotThere"')
    with pytest.raises(TesseraError, match="no host test matches 'Answer.IsNotThere'"):
        matrix.prove(Tree(small), NAME)


def test_a_bug_hunt_shows_what_its_starter_prints(small: Path) -> None:
    edit_toml(small, '"hole"', '"bug"')
    with pytest.raises(Failure, match="failing.log:1: is missing"):
        matrix.prove(Tree(small), NAME)
    assert matrix.prove(Tree(small), NAME, accept=True).problems == []
    log = small / FOLDER / "failing.log"
    assert log.read_text() == "the answer is wrong\n[ch01] OK\n"
    log.write_text("something else\n")
    assert "failing.log:1: is not what the tests show now" in problems(small)


def test_accept_records_nothing_of_a_wrong_exercise(small: Path) -> None:
    before = failures(small)
    write_side(small, "mutants/negative", "int answer() {\n    return 43;\n}\n")
    assert matrix.prove(Tree(small), NAME, accept=True).problems
    assert failures(small) == before


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("README.md", "README.md:1: is missing"),
        ("starter.patch", "starter.patch:1: is missing"),
        ("mutants/negative.patch", "mutants/negative.patch:1: is missing"),
    ],
)
def test_a_folder_is_complete(small: Path, what: str, words: str) -> None:
    (small / FOLDER / what).unlink()
    with pytest.raises(Failure, match=words):
        catalog.check(Tree(small), NAME)


def test_a_source_that_is_to_be_refused_is_there(small: Path) -> None:
    mutant = '[[mutant]]\nname      = "off'
    test = '[[test]]\nname = "build"\nabout = "x"\npoints = 1\nrefused = "bad"\n\n'
    edit_toml(small, mutant, test + mutant)
    with pytest.raises(Failure, match="refused/bad.cpp:1: is missing, but test 'build' names it"):
        catalog.check(Tree(small), NAME)


def test_a_folder_holds_nothing_unknown(small: Path) -> None:
    write_side(small, "mutants/unknown", STARTER)
    with pytest.raises(Failure, match=r"mutants/unknown.patch:1: no \[\[mutant\]\] declares it"):
        catalog.check(Tree(small), NAME)


def test_a_hole_may_have_a_solution_of_its_own(small: Path) -> None:
    write_side(small, "solution", RIGHT.replace("six * 7", "7 * six"))
    assert matrix.prove(Tree(small), NAME).problems == []
    write_side(small, "solution", STARTER)
    assert any(text.startswith("solution: fails") for text in matrix.prove(Tree(small), NAME).problems)


def test_a_boot_that_there_is_not(small: Path) -> None:
    edit_toml(small, '"only"', '"onyl"')
    with pytest.raises(Failure, match="there is no boot 'onyl'"):
        catalog.load(Tree(small), NAME)


def test_exercises_are_found_by_short_names(small: Path) -> None:
    assert [catalog.find(Tree(small), word) for word in ("answer", "1/answer", NAME)] == [NAME] * 3
    with pytest.raises(TesseraError, match="there is no exercise 'anwser'"):
        catalog.find(Tree(small), "anwser")
