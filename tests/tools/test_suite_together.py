"""Unit tests that share a process: green ones count, and whatever is not green is found alone."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tessera.suite import ctest, run, together
from tessera.suite.outcome import FAILED, PASSED, SKIPPED, Outcome

SOURCE = """\
#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>
#include <string>
const std::string mood = std::getenv("MOOD");
int before = 0;
struct Part : testing::Test {
    Part() { std::ofstream("starts", std::ios::app) << 'x'; }
    ~Part() { ++before; }
};
TEST_F(Part, First) {}
TEST_F(Part, Second) {
    EXPECT_NE(mood, "wrong");
    EXPECT_TRUE(mood != "jealous" || before == 0) << "not alone";
    if (mood == "dying")
        std::abort();
    if (mood == "leaving")
        std::exit(0);
}
TEST_F(Part, Third) { GTEST_SKIP() << "skipped: no hardware"; }
TEST_F(Part, Fourth) {}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gtest")
    (folder / "parts.cpp").write_text(SOURCE)
    command = ["g++", "-O0", "parts.cpp", "-o", "parts", "-lgtest", "-lgtest_main", "-lpthread"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "parts"


def selected(folder: Path, program: Path, mood: str, only: str = "") -> ctest.Selection:
    """The program's tests as gtest_discover_tests registers them, and one that is none of them."""
    lines = ['add_test(03.check.layers sh -c "echo fine")']
    for name in ("First", "Second", "Third", "Fourth"):
        lines.append(f"add_test(03.unit.Part.{name} {program} --gtest_filter=Part.{name})")
        lines.append(
            f"set_tests_properties(03.unit.Part.{name} PROPERTIES LABELS unit"
            f' ENVIRONMENT "MOOD={mood}" WORKING_DIRECTORY {folder}'
            r' SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")'
        )
    (folder / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")
    return ctest.Selection(folder / "top", builds=[folder], only=only)


def status(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.name.removeprefix("03.unit.Part."): outcome.status for outcome in outcomes}


def starts(folder: Path) -> int:
    """How many tests were begun, in company or not."""
    return len((folder / "starts").read_text())


def test_what_is_green_in_company_does_not_run_again(tmp_path: Path, program: Path) -> None:
    outcomes = run.run_selected(selected(tmp_path, program, "good"), 2)
    assert len(outcomes) == 5
    assert status(outcomes) == {
        "First": PASSED, "Second": PASSED, "Third": SKIPPED, "Fourth": PASSED,
        "03.check.layers": PASSED,
    }
    assert starts(tmp_path) == 4 + 1  # the one that is skipped says by itself why
    skipped = next(outcome for outcome in outcomes if outcome.status == SKIPPED)
    assert "no hardware" in skipped.output


@pytest.mark.parametrize("mood", ["wrong", "dying"])
def test_a_red_test_is_found_by_itself(tmp_path: Path, program: Path, mood: str) -> None:
    outcomes = run.run_selected(selected(tmp_path, program, mood), 2)
    assert status(outcomes) == {
        "First": PASSED, "Second": FAILED, "Third": SKIPPED, "Fourth": PASSED,
        "03.check.layers": PASSED,
    }
    red = next(outcome for outcome in outcomes if outcome.status == FAILED)
    assert "Part.Second" in red.output and "Part.First" not in red.output


def test_a_test_that_fails_only_in_company_is_red(tmp_path: Path, program: Path) -> None:
    outcomes = run.run_selected(selected(tmp_path, program, "jealous"), 2)
    red = [outcome for outcome in outcomes if outcome.status == FAILED]
    assert [outcome.name for outcome in red] == ["03.together.parts"]
    assert "not alone" in red[0].output
    assert status(outcomes)["Second"] == PASSED


def test_only_what_is_selected_runs(tmp_path: Path, program: Path) -> None:
    chosen = selected(tmp_path, program, "wrong", only="First|Fourth")
    assert status(run.run_selected(chosen, 2)) == {"First": PASSED, "Fourth": PASSED}
    assert starts(tmp_path) == 2


def test_a_program_that_leaves_early_proves_nothing(tmp_path: Path, program: Path) -> None:
    """It ends well, and what it reported the last time is still there."""
    together.run(selected(tmp_path, program, "good"), 2)
    result = together.run(selected(tmp_path, program, "leaving"), 2)
    assert (result.green, list(result.failed)) == ([], ["03.together.parts"])
