"""`./tessera mutate` as a whole, on a kernel of a few lines."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

import mutation_tree
import pytest

from tessera import cli, setup
from tessera.errors import Failure
from tessera.mutation import survivors
from tessera.mutation.execute import Program

SURVIVES = "number < 10 → number <= 10"
ENTRY = """\
[[survivor]]
file = 'kernel/object/rules.hpp'
function = 'small'
line = 'return number < 10;'
change = 'number < 10 → number <= 10'
reason = "nobody asks about 10"
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """One tree for all tests, because building takes seconds; it stays as it is."""
    repository = Path(__file__).resolve().parents[2]
    return mutation_tree.make(tmp_path_factory.mktemp("mutate") / "tree", repository)


@pytest.fixture
def root(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "ensure", lambda *args, **more: None)
    (shared / survivors.FILE).write_text("")
    return shared


def results(root: Path) -> dict[str, dict]:
    """The report, by change."""
    rows = json.loads((root / "build/mutation/report.json").read_text())["mutants"]
    return {f"{row['before']} → {row['after']}": row for row in rows}


def test_what_becomes_of_mutants(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed by a failed test, by running for ever; alive; never reached; not compilable."""
    assert cli.main(root, ["mutate"]) == 1
    said, found = capsys.readouterr(), results(root)
    assert found["number < 10 → number >= 10"]["status"] == "killed"
    assert found["number < 10 → number >= 10"]["test"] == "Rules.Small"
    assert found["++i → "]["ended"] == "slow" and found["++i → --i"]["ended"] == "failed"
    assert found["sum += i → sum -= i"]["test"] == "Rules.SumBelow"
    assert found["i < end → i >= end"]["status"] == "killed"
    assert found[SURVIVES]["status"] == "survived" and found["10 → 10 + 1"]["status"] == "survived"
    assert found["number → 0"]["status"] == "not reached"
    assert found["a.steps - b.steps → a.steps + b.steps"]["status"] == "not reached"
    assert found["a - b → a + b"] | {"seconds": 0} == found["a - b → a + b"] | {
        "seconds": 0, "status": "left out", "reason": "does not compile"}
    assert f"kernel/object/rules.hpp:6  {SURVIVES}" in said.out
    assert "not tried: 1 does not compile" in said.out
    assert "% of the mutants are killed, and it has to be 90 %" in said.err


def test_a_second_time_nothing_is_built(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(root, ["mutate"])
    capsys.readouterr()
    cli.main(root, ["mutate"])
    said = capsys.readouterr().out
    assert "building" not in said and "trying" not in said


def test_listed_survivors_are_no_mistake(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But alive: the score counts what tests have killed."""
    assert cli.main(root, ["mutate", "object/rules.hpp"]) == 1
    assert "survivors.toml does not say why 3 of them survive" in capsys.readouterr().err
    before = json.loads((root / "build/mutation/report.json").read_text())["score"]
    (root / survivors.FILE).write_text(ENTRY)
    assert cli.main(root, ["mutate", "object/rules.hpp"]) == 1
    assert "survivors.toml does not say why 2 of them survive" in capsys.readouterr().err
    assert results(root)[SURVIVES]["status"] == "listed"
    assert results(root)[SURVIVES]["reason"] == "nobody asks about 10"
    assert json.loads((root / "build/mutation/report.json").read_text())["score"] == before


@pytest.mark.parametrize("change", ["number < 10 → number >= 10", "number < 11 → number <= 11"])
def test_what_is_listed_and_does_not_survive(root: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    """It is killed, or there is no such mutant."""
    (root / survivors.FILE).write_text(ENTRY.replace("number < 10 → number <= 10", change))
    assert cli.main(root, ["mutate", "object/rules.hpp"]) == 1
    said = f"no survivor is like this: kernel/object/rules.hpp: return number < 10;: {change}"
    assert said in capsys.readouterr().err


def test_one_mutant(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(root, ["mutate", "--list"])
    listed = {line.split("  ")[2]: line.split()[0] for line in capsys.readouterr().out.splitlines() if " → " in line}
    assert cli.main(root, ["mutate", "--only", listed["sum += i → sum -= i"]]) == 0
    assert "killed, by Rules.SumBelow (failed)" in capsys.readouterr().out
    assert cli.main(root, ["mutate", "--only", listed[SURVIVES]]) == 1
    said = capsys.readouterr().out
    assert ENTRY.partition("reason")[0] in said, "the entry to fill in"
    assert cli.main(root, ["mutate", "--only", "nope"]) == 2
    assert "no mutants here have a name that begins with 'nope'" in capsys.readouterr().err


def test_a_sample_is_always_the_same(root: Path) -> None:
    """And has nothing in headers: then all tests would have to be built."""

    def tried() -> list[str]:
        cli.main(root, ["mutate", "--sample", "3"])
        assert {row["file"] for row in results(root).values()} == {"kernel/object/rules.cpp"}
        return [change for change, row in results(root).items() if row["ended"]]

    first = tried()
    assert len(first) == 3 and tried() == first


def test_only_changed_lines(root: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)

    git("init", "-q")
    git("add", "kernel")
    git("commit", "-qm", "a")
    file = root / "kernel/object/rules.cpp"
    file.write_text(mutation_tree.SOURCE.replace("return number;", "return number + 0;"))
    cli.main(root, ["mutate", "--since", "HEAD"])
    file.write_text(mutation_tree.SOURCE)
    assert {row["line"] for row in results(root).values() if row["ended"]} == {22}
    assert cli.main(root, ["mutate", "--since", "nowhere"]) == 2


def test_tests_that_fail_without_a_mutant(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = root / "tests/unit/rules_test.cpp"
    test.write_text(mutation_tree.TEST.replace("6U", "7U"))
    assert cli.main(root, ["mutate"]) == 1
    test.write_text(mutation_tree.TEST)
    assert "unit_tests failed without a mutant, too: Rules.SumBelow" in capsys.readouterr().err


def test_tests_that_abort_without_a_mutant(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After one that fails, and after so many others that not all answers fit into one buffer."""
    test = root / "tests/unit/rules_test.cpp"
    more = "".join(f"TEST(Rules, {i:0100}) {{}}\n" for i in range(100))
    aborts = "TEST(Rules, Last) { __builtin_trap(); }\n"
    test.write_text(mutation_tree.TEST.replace("6U", "7U") + more + aborts)
    assert cli.main(root, ["mutate"]) == 1
    test.write_text(mutation_tree.TEST)
    said = capsys.readouterr().err
    assert "unit_tests crashed without a mutant, too: Rules.SumBelow, Rules.Last" in said


@pytest.mark.parametrize(("text", "complaint"), [
    ("[[survivor]\n", "survivors.toml:1: not valid TOML"),
    (ENTRY.replace("reason", "reson"), "survivors.toml:6: survivor 1: unknown key 'reson'; did you mean 'reason'?"),
    (ENTRY.replace("nobody asks about 10", " "), "survivors.toml:6: survivor 1: say why no test can kill it"),
    (ENTRY + ENTRY, "survivors.toml:7: survivor 2: this mutant is listed twice"),
])
def test_lists_with_mistakes(root: Path, text: str, complaint: str) -> None:
    (root / survivors.FILE).write_text(text)
    with pytest.raises(Failure) as failure:
        survivors.read(root)
    assert complaint in str(failure.value)


def test_quick_tests_are_asked_first() -> None:
    program = Program(Path("p"), {"slow": 2.0, "quick": 0.01, "middle": 0.2, "other": 0.02}, {1: ["slow", "quick", "middle", "other"]})
    assert program.waves(1) == [["quick", "other"], ["middle"], ["slow"]]
    assert program.waves(2) == []
