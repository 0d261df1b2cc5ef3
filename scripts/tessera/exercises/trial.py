"""The tests of an exercise, run on one tree."""
from __future__ import annotations

from tessera.errors import Failure
from tessera.exercises import answers, boots, numbers, refused, unit
from tessera.exercises.bench import Bench
from tessera.exercises.declare import Exercise, Test
from tessera.exercises.result import Result, failed

#: How a test failed that could not be run.
NO_BUILD = "does not build"


def run(bench: Bench, exercise: Exercise, seed: str = "") -> list[Result]:
    """Builds what the tests need and runs them all, in order."""
    values = numbers.values(exercise, seed)
    broken = _build(bench, exercise)
    return [
        _unbuilt(exercise, test, broken) if _preset(test) in broken
        else _run(bench, exercise, test, values)
        for test in exercise.tests
    ]


def _unbuilt(exercise: Exercise, test: Test, broken: dict[str, str]) -> Result:
    """A test of what does not build. The first shows what the compiler says, others lead there."""
    said = broken[_preset(test)]
    first = next(other for other in exercise.tests if _preset(other) == _preset(test))
    if first is not test:
        said = f"{said.splitlines()[0]}: see test '{first.name}'"
    return failed(test, said, NO_BUILD)


def _preset(test: Test) -> str:
    """What has to be built for a test; nothing for a text."""
    on_the_machine = dict.fromkeys(("boot", "measured", "refused"), boots.PRESET)
    return ({"unit": "exercise"} | on_the_machine).get(test.kind, "")


def _build(bench: Bench, exercise: Exercise) -> dict[str, str]:
    """Builds each preset that a test needs. For those that do not build, the compiler's words."""
    options = {
        "exercise": unit.build_options(bench, exercise),
        boots.PRESET: refused.build_options(bench, exercise),
    }
    broken: dict[str, str] = {}
    for preset in dict.fromkeys(filter(None, map(_preset, exercise.tests))):
        try:
            bench.build(preset, options[preset])
        except Failure as failure:
            broken[preset] = str(failure)
    return broken


def _run(bench: Bench, exercise: Exercise, test: Test, values: dict[str, int]) -> Result:
    """One test."""
    match test.kind:
        case "unit":
            return unit.run(bench, test, values)
        case "boot":
            return boots.run(bench, exercise, test, values)
        case "refused":
            return refused.run(bench, exercise, test)
        case "measured":
            return answers.measured(bench, exercise, test, values)
        case _:
            return answers.written(bench, exercise, test)
