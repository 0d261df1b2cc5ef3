"""What a build must refuse: a source of the exercise that the kernel may not link with.

It is compiled with the kernel, and then linked with the very objects that the kernel is made of, so
that nothing can fail but this link. That nothing else stands in its way the starter proves, of
which the link must succeed.
"""
from __future__ import annotations

from pathlib import PurePosixPath

from tessera.errors import Failure
from tessera.exercises.bench import Bench
from tessera.exercises.boots import PRESET
from tessera.exercises.declare import Exercise, Test
from tessera.exercises.result import Result, failed, passed


def build_options(bench: Bench, exercise: Exercise) -> list[str]:
    """What CMake must know: the sources."""
    tests = [test for test in exercise.tests if test.refused]
    sources = [str(bench.tree.root / exercise.refused_file(test)) for test in tests]
    return [f"-DTESSERA_REFUSED={';'.join(sources)}"] if sources else []


def run(bench: Bench, exercise: Exercise, test: Test) -> Result:
    """Links the kernel, which has been built, with the source in it."""
    target = f"refused-{PurePosixPath(exercise.refused_file(test)).stem}"
    try:
        bench.build(PRESET, build_options(bench, exercise), [target])
    except Failure:
        return passed(test)
    said = f"The build must refuse {exercise.refused_file(test)}. It links the kernel with it."
    return failed(test, said, "it links")
