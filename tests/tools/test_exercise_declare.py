"""exercise.toml: what it says, and that each mistake is reported with its line."""
from __future__ import annotations

import pytest
from tessera.errors import TesseraError
from tessera.exercises import declare, numbers
from tessera.exercises.declare import ExerciseError

HEAD = """\
kind    = "bug"
title   = "T"
minutes = 5
files   = ["kernel/a.cpp"]
hints   = ["look"]
"""  # five lines: what follows starts in line 6
TEST = '[[test]]\nname = "t"\nabout = "it"\npoints = 2\nunit = "A.*"\n'  # lines 6 to 10


def parse(text: str) -> declare.Exercise:
    """The exercise 03/x of this text."""
    return declare.parse(text.encode(), 3, "x", "X")


def test_a_whole_file_is_read() -> None:
    exercise = parse(
        HEAD.replace('"bug"', '"measure"').replace('"kernel/a.cpp"', '"kernel/*.cpp", "answer.toml"')
        + TEST
        + '[[test]]\nname = "n"\nabout = "number"\npoints = 3\nboot = "b"\n'
        + "measured = { most = 'most (\\d+)' }\ntolerance = 0.5\nstarter = \"passes\"\n"
        + '[[test]]\nname = "w"\nabout = "why"\npoints = 4\nwritten = "why"\n'
        + '[[test]]\nname = "r"\nabout = "build"\npoints = 1\nrefused = "bad"\n'
        + '[[mutant]]\nname = "m"\nkilled_by = ["t"]\nhint = "h"\n'
        + '[[number]]\nname = "badge"\nlow = 1\nhigh = 9\nstandard = 5\n'
    )
    assert (exercise.name, exercise.slug, exercise.points) == ("03/x", "03-x", 10)
    assert [test.kind for test in exercise.tests] == ["unit", "measured", "written", "refused"]
    assert exercise.refused_file(exercise.tests[3]) == "chapters/03/exercises/x/refused/bad.cpp"
    assert exercise.tests[1].measured == (("most", "most (\\d+)"),)
    assert exercise.mutants[0].killed_by == ("t",)
    assert exercise.allows("kernel/b.cpp")
    assert exercise.allows("chapters/03/exercises/x/answer.toml")
    assert not exercise.allows("kernel/dev/b.cpp")  # `*` stands for no slash
    assert not exercise.allows("kernel/b_cpp")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"bug"', '"bgu"', 1, "kind must be one of hole, extension, bug, measure"),
        ("minutes = 5", "minutes = 0", 3, "minutes must be at least 1"),
        ('["kernel/a.cpp"]', "[]", 4, "files must name what a student may change"),
        ('"kernel/a.cpp"', '"/etc/passwd"', 4, "must be a plain path"),
        ('"kernel/a.cpp"', '"kernel/../tessera"', 4, "must be a plain path"),
        ('"kernel/a.cpp"', '"scripts/a.py"', 4, "must lie in kernel or tests/unit"),
        ('"kernel/a.cpp"', '"kernel/CMakeLists.txt"', 4, "decides how the kernel is built"),
        ('"kernel/a.cpp"', '"kernel/CHAPTER"', 4, "decides how the kernel is built"),
        ('["look"]', "[]", 5, "hints must hold at least one"),
        ('name = "t"', 'name = "T"', 7, "test 'T': name must be lower-case words"),
        ("points = 2", "points = 0", 9, "points must be at least 1"),
        ("points = 2", 'points = "two"', 9, "points must be a whole number"),
        ("points = 2", "point = 2", 9, "unknown key 'point'; did you mean 'points'?"),
        ('unit = "A.*"', 'starter = "fails"', 7, "exactly one of unit, boot, refused, written"),
        ('unit = "A.*"', 'unit = "A.*"\nstarter = "fail"', 11, "starter must be one of"),
        ('unit = "A.*"', 'unit = "A.*"\nstarter = "passes"', 6, "the starter must fail some test"),
        ('unit = "A.*"', 'refused = "../x"', 10, "refused must be lower-case words"),
        ('unit = "A.*"', "boot = \"b\"\nmeasured = { n = 'x' }", 11, "with one group"),
        ('unit = "A.*"', "unit = \"A\"\nmeasured = { n = '(x)' }", 11, "'boot' must say which"),
    ],
)
def test_a_mistake_is_reported_with_its_line(old: str, new: str, line: int, words: str) -> None:
    text = HEAD + TEST
    assert parse(text)  # the text is right but for the one thing
    with pytest.raises(ExerciseError) as raised:
        parse(text.replace(old, new, 1))
    assert f"X:{line}: " in str(raised.value)
    assert words in str(raised.value)


def test_a_mutant_names_tests_that_there_are() -> None:
    mutant = '[[mutant]]\nname = "m"\nkilled_by = ["u"]\nhint = "h"\n'
    with pytest.raises(ExerciseError, match="X:13: mutant 'm': there is no test 'u'"):
        parse(HEAD + TEST + mutant)


def test_a_hole_needs_two_mutants() -> None:
    with pytest.raises(ExerciseError, match="it needs 2 mutants or more"):
        parse(HEAD.replace('"bug"', '"hole"') + TEST)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(ExerciseError) as raised:
        parse(HEAD.replace("5", "0") + TEST.replace("2", "0"))
    assert len(str(raised.value).splitlines()) == 2


def test_what_is_no_toml_is_reported_with_its_line() -> None:
    with pytest.raises(ExerciseError, match="^X:6: not valid TOML"):
        parse(HEAD + "=\n")


def test_hidden_tests_are_added_and_known_as_such() -> None:
    hidden = TEST.replace('"t"', '"u"')
    exercise = declare.parse_hidden(hidden.encode(), parse(HEAD + TEST), "H")
    assert [(test.name, test.hidden) for test in exercise.tests] == [("t", False), ("u", True)]
    for text in (TEST, 'title = "other"\n' + hidden):  # a name that is taken; what is not a test
        with pytest.raises(TesseraError, match="^H:"):
            declare.parse_hidden(text.encode(), parse(HEAD + TEST), "H")


def test_numbers_belong_to_a_seed() -> None:
    exercise = parse(
        HEAD + TEST + '[[number]]\nname = "badge"\nlow = 100\nhigh = 999\nstandard = 417\n'
    )
    assert numbers.values(exercise, "") == {"badge": 417}
    found = {seed: numbers.values(exercise, seed)["badge"] for seed in ("ada", "bob", "eve")}
    assert found == {seed: numbers.values(exercise, seed)["badge"] for seed in found}
    assert len(set(found.values())) == 3 and all(100 <= n <= 999 for n in found.values())
    assert numbers.fill_in("{badge} {other}", {"badge": 5}) == "5 {other}"
    assert numbers.variables({"badge": 5}) == {"TESSERA_BADGE": "5"}
