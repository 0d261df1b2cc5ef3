"""What an exercise declares about itself: its `exercise.toml`, checked.

As with `chapter.toml`, a mistake is reported with file, line and what is wrong, all of a file at
once.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Iterator

from tessera import toml_lines
from tessera.chapter import Boot, read_boots
from tessera.errors import Failure
from tessera.toml_reader import Reader, suggest
from tessera.tree import STAGED_PATHS

#: The kinds, and what people call them.
KINDS = {
    "hole": "a hole to fill",
    "extension": "an extension",
    "bug": "a bug hunt",
    "measure": "measure and explain",
}
#: Where written answers and measured numbers go, inside the exercise's folder.
ANSWER = "answer.toml"
#: How the untouched starter can fare in a test.
STARTS = ("fails", "passes")
#: What a test can look at; the key says where.
_TEST_KINDS = ("unit", "boot", "refused", "written")
#: A hole or an extension without this many wrong solutions shows too little of what its tests see.
FEWEST_MUTANTS = 2

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_RULE = "must be lower-case words joined by '-'"
#: What decides how the kernel is built, or which stage it is: never a student's to change.
_OURS = re.compile(r"(^|/)(CMakeLists\.txt|CHAPTER|[^/]*\.cmake)$")


class ExerciseError(Failure):
    """An exercise that cannot be used; one mistake a line."""


@dataclass(frozen=True)
class Test:
    """One thing that is looked at, and what it is worth. Exactly one of the kinds is set."""

    name: str
    points: int
    about: str  # what it observes, in a few words
    starter: str = "fails"  # one of STARTS
    unit: str = ""  # GoogleTest's filter: host tests
    boot: str = ""  # a boot, whose log is compared
    refused: str = ""  # a source of the exercise with which the kernel may not link
    written: str = ""  # a key of the answer's [explained]: the instructor marks it
    tolerance: float = 0.0  # of measured numbers, as a fraction
    #: With `boot`: keys of the answer's [measured], each with the pattern that finds it in the log.
    measured: tuple[tuple[str, str], ...] = ()
    hidden: bool = False  # students learn neither what it says nor why

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        if self.measured:
            return "measured"
        return next(kind for kind in _TEST_KINDS if getattr(self, kind))


@dataclass(frozen=True)
class Mutant:
    """A plausible wrong solution: `mutants/<name>.patch`."""

    name: str
    hint: str  # for whoever makes the same mistake
    killed_by: tuple[str, ...] = ()  # the tests that fail, all of them


@dataclass(frozen=True)
class Number:
    """A number that each student gets another of; `{name}` in texts stands for it."""

    name: str
    low: int
    high: int
    standard: int  # without a seed


@dataclass(frozen=True)
class Exercise:
    """An exercise as its `exercise.toml` declares it."""

    chapter: int
    id: str
    kind: str  # one of KINDS
    title: str
    minutes: int  # estimated
    files: tuple[str, ...] = ()  # what a student may change: paths, `*` stands for part of a name
    sources: tuple[str, ...] = ()  # the stage's own unit tests that belong to it
    hints: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    numbers: tuple[Number, ...] = ()
    boots: tuple[Boot, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """As commands take it: `03/esr`."""
        return f"{self.chapter:02}/{self.id}"

    @property
    def slug(self) -> str:
        """The name where a slash would not do."""
        return f"{self.chapter:02}-{self.id}"

    @property
    def folder(self) -> str:
        """Its folder, inside a tree."""
        return f"chapters/{self.chapter:02}/exercises/{self.id}"

    @property
    def points(self) -> int:
        """All that can be earned."""
        return sum(test.points for test in self.tests)

    @property
    def unit_tests(self) -> bool:
        """Whether anything runs on the host."""
        return any(test.unit for test in self.tests)

    @property
    def allowed(self) -> tuple[str, ...]:
        """`files` as paths inside a tree."""
        answer = f"{self.folder}/{ANSWER}"
        return tuple(answer if file == ANSWER else file for file in self.files)

    def allows(self, path: str) -> bool:
        """Whether a student may change (or add) the file of this path."""
        return any(_matches(path, pattern) for pattern in self.allowed)

    def refused_file(self, test: Test) -> str:
        """The source that a test wants refused, inside a tree."""
        return f"{self.folder}/refused/{test.refused}.cpp"

    def test(self, name: str) -> Test:
        """The test of that name, which there must be."""
        return next(test for test in self.tests if test.name == name)


def _matches(path: str, pattern: str) -> bool:
    """Whether a path is what the pattern says; `*` never stands for a slash."""
    body = ".*".join(re.escape(part) for part in pattern.split("*")).replace(".*", "[^/]*")
    return re.fullmatch(body, path) is not None


def parse(data: bytes, chapter: int, name: str, where: str) -> Exercise:
    """Checks the text of an `exercise.toml`; `where` is what errors call the file."""
    reader = _reader(data, where)
    exercise = _exercise(reader, chapter, name)
    _finish(reader)
    return exercise


def parse_hidden(data: bytes, exercise: Exercise, where: str) -> Exercise:
    """The exercise with an instructor's tests added: a `hidden.toml` holds nothing else."""
    reader = _reader(data, where)
    for key in reader.file.values:
        if key not in ("test", "boot"):
            reader.wrong((key,), f"'{key}' has no place here: a hidden.toml adds tests and boots")
    boots = exercise.boots + read_boots(reader, exercise.chapter)
    tests = tuple(replace(test, hidden=True) for test in _tests(reader, exercise.tests))
    _finish(reader)
    return replace(exercise, tests=exercise.tests + tests, boots=boots)


def _reader(data: bytes, where: str) -> Reader:
    """A file to be read, or the line at which it stops being TOML."""
    try:
        return Reader(toml_lines.parse(data), where)
    except toml_lines.TomlError as error:
        raise ExerciseError(f"{where}:{error.line}: {error}") from error


def _finish(reader: Reader) -> None:
    """Raises all mistakes, in the order of the file."""
    if reader.mistakes:
        raise ExerciseError("\n".join(text for _, text in sorted(reader.mistakes)))


def _exercise(reader: Reader, chapter: int, name: str) -> Exercise:
    """The whole file."""
    lists = ("files", "sources", "hints")
    others = (*lists, "test", "mutant", "number", "boot")
    values = reader.table(Exercise, (), reader.file.values, others, given=("chapter", "id"))
    named = {key: reader.strings((key,), reader.file.values.get(key, [])) for key in lists}
    exercise = Exercise(
        **{"kind": "hole", "title": "", "minutes": 1} | values,
        **named,
        chapter=chapter,
        id=name,
        tests=_tests(reader),
        mutants=_mutants(reader),
        numbers=_numbers(reader),
        boots=read_boots(reader, chapter),
    )
    for path, problem in _problems(exercise):
        reader.wrong(path, problem)
    return exercise


def _problems(exercise: Exercise) -> Iterator[tuple[toml_lines.Path, str]]:
    """What no exercise can be: where, and what is wrong."""
    if exercise.kind not in KINDS:
        yield ("kind",), (
            f"kind must be one of {', '.join(KINDS)}, not '{exercise.kind}'"
            f"{suggest(exercise.kind, KINDS)}"
        )
    if exercise.minutes < 1:
        yield ("minutes",), f"minutes must be at least 1, not {exercise.minutes}"
    if not exercise.files:
        yield ("files",), "files must name what a student may change"
    for file in exercise.files:
        if problem := _file_problem(file):
            yield ("files",), f"files: '{file}' {problem}"
    if not exercise.hints:
        yield ("hints",), "hints must hold at least one, for whoever is stuck"
    if not exercise.tests:
        yield (), "there must be a [[test]]: nothing would be graded"
    elif all(test.starter == "passes" for test in exercise.tests):
        yield ("test",), "the starter must fail some test: otherwise there is nothing to do"
    yield from _mutant_problems(exercise)


def _file_problem(file: str) -> str | None:
    """What is wrong with a path that a student may change."""
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or str(path) != file:
        return "must be a plain path inside the tree"
    if not (file == ANSWER or file.startswith(tuple(f"{folder}/" for folder in STAGED_PATHS))):
        return f"must lie in {' or '.join(STAGED_PATHS)}, or be {ANSWER}"
    if _OURS.search(file):
        return "decides how the kernel is built: that is not a student's to change"
    return None


def _mutant_problems(exercise: Exercise) -> Iterator[tuple[toml_lines.Path, str]]:
    """What is wrong with the mutants."""
    names = [test.name for test in exercise.tests]
    for index, mutant in enumerate(exercise.mutants):
        if not mutant.killed_by:
            yield ("mutant", index), "killed_by must name the tests that it fails"
        for name in mutant.killed_by:
            if name not in names:
                problem = f"there is no test '{name}'{suggest(name, names)}"
                yield ("mutant", index, "killed_by"), problem
    if exercise.kind in ("hole", "extension") and len(exercise.mutants) < FEWEST_MUTANTS:
        yield ("mutant",), f"it needs {FEWEST_MUTANTS} mutants or more, each a [[mutant]]"


def _tests(reader: Reader, before: tuple[Test, ...] = ()) -> tuple[Test, ...]:
    """Every `[[test]]`; `before` are those whose names are taken."""
    tests: list[Test] = []
    for path, table in reader.tables(("test",), reader.file.values.get("test", [])):
        values = reader.table(Test, path, table, others=("measured",), given=("hidden",))
        measured = _measured(reader, (*path, "measured"), table.get("measured", {}))
        test = Test(**{"name": "", "points": 1, "about": ""} | values, measured=measured)
        for key, problem in _test_problems(test, [*before, *tests]):
            reader.wrong((*path, key), problem)
        tests.append(test)
    return tuple(tests)


def _test_problems(test: Test, others: list[Test]) -> Iterator[tuple[str, str]]:
    """What no test can be: key and message."""
    if not _NAME.fullmatch(test.name):
        yield "name", f"name {_NAME_RULE}"
    if test.name in [other.name for other in others]:
        yield "name", "an earlier test has this name"
    if test.points < 1:
        yield "points", f"points must be at least 1, not {test.points}"
    if test.starter not in STARTS:
        yield "starter", f"starter must be one of {', '.join(STARTS)}, not '{test.starter}'"
    if sum(bool(getattr(test, kind)) for kind in _TEST_KINDS) != 1:
        yield "name", f"exactly one of {', '.join(_TEST_KINDS)} says what it looks at"
    if test.refused and not _NAME.fullmatch(test.refused):
        yield "refused", f"refused {_NAME_RULE}: it names the source"
    if test.measured and not test.boot:
        yield "measured", "'boot' must say which boot's log the numbers are in"
    if not 0 <= test.tolerance < 1:
        yield "tolerance", f"tolerance is a fraction below 1, not {test.tolerance}"


def _measured(reader: Reader, path: toml_lines.Path, table: Any) -> tuple[tuple[str, str], ...]:
    """The numbers of a measurement, each with a pattern of one group."""
    if not isinstance(table, dict):
        reader.wrong(path, "measured must be a table of patterns")
        return ()
    found = []
    for key, pattern in table.items():
        try:
            groups = re.compile(pattern).groups if isinstance(pattern, str) else 0
        except re.error as error:
            reader.wrong((*path, key), f"'{pattern}' is not a regular expression: {error}")
            continue
        if groups != 1:
            reader.wrong((*path, key), "must be a regular expression with one group: the number")
        else:
            found.append((key, pattern))
    return tuple(found)


def _mutants(reader: Reader) -> tuple[Mutant, ...]:
    """Every `[[mutant]]`."""
    mutants: list[Mutant] = []
    for path, table in reader.tables(("mutant",), reader.file.values.get("mutant", [])):
        values = reader.table(Mutant, path, table, others=("killed_by",))
        killed_by = reader.strings((*path, "killed_by"), table.get("killed_by", []))
        mutant = Mutant(**{"name": "", "hint": ""} | values, killed_by=killed_by)
        if not _NAME.fullmatch(mutant.name):
            reader.wrong((*path, "name"), f"name {_NAME_RULE}: it names the patch")
        if mutant.name in [other.name for other in mutants]:
            reader.wrong((*path, "name"), "an earlier mutant has this name")
        mutants.append(mutant)
    return tuple(mutants)


def _numbers(reader: Reader) -> tuple[Number, ...]:
    """Every `[[number]]`."""
    numbers: list[Number] = []
    for path, table in reader.tables(("number",), reader.file.values.get("number", [])):
        values = reader.table(Number, path, table)
        number = Number(**{"name": "", "low": 0, "high": 0, "standard": 0} | values)
        if not re.fullmatch(r"[a-z][a-z_]*", number.name):
            reader.wrong((*path, "name"), "name must be lower-case letters and '_'")
        if not number.low <= number.standard <= number.high:
            reader.wrong(path, "it must be that low ≤ standard ≤ high")
        numbers.append(number)
    return tuple(numbers)
