"""`./tessera test`: what runs, what is remembered, what is said."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from stacks import Files, commit, git, write
from suites import CMAKE, log, master, ran, root, tessera_test  # noqa: F401  (fixtures)

from tessera.commands import test as command
from tessera.errors import Failure, Misuse
from tessera.suite import content, plan, summary
from tessera.suite.outcome import PASSED, Outcome
from tessera.tree import Tree

EVERYTHING = [
    "01",
    "02",
    "spec",
    "stage verify --no-boot",
    "test 01 --at-tag",
    "test 02 --at-tag",
    "tools",
]


def test_everything_runs_and_is_summed_up(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera_test(root) == 0
    assert ran(log) == EVERYTHING
    table, last = capsys.readouterr().out.splitlines()[-4:-1], "9 passed, 0 failed, 0 skipped"
    assert [line.split() for line in table] == [
        ["01", "1", "1", "1", "✓"],
        ["02", "1", "1", "1", "✓"],
        ["tools", "3", "✓"],
    ]
    tessera_test(root)
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_what_was_green_and_has_not_changed_is_remembered(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera_test(root)
    ran(log)
    capsys.readouterr()
    assert tessera_test(root) == 0
    out = capsys.readouterr().out
    assert ran(log) == [] and "building" not in out
    assert "9 of these results are remembered" in out
    assert out.splitlines()[-1] == "9 passed, 0 failed, 0 skipped"


def test_the_tests_that_took_longest_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of this run, the longest first, and no quick ones."""
    took = {"01.check.tidy": 30.2, "01.unit.A.B": 4.9, "tools.test_x": 99.6, "02.boot.el1": 60.0}
    summary.show([Outcome(n, PASSED, s) for n, s in took.items()], {"02.boot.el1"}, "log")
    out = capsys.readouterr().out
    assert "These took longest:\n   100 s  tools.test_x\n    30 s  01.check.tidy\n1 of" in out


@pytest.mark.parametrize("ignoring", ["--all", "CI"])
def test_all_and_ci_run_everything_again(
    root: Path, log: Path, ignoring: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tessera_test(root)
    ran(log)
    if ignoring == "CI":
        monkeypatch.setenv("CI", "true")
    assert tessera_test(root, *(["--all"] if ignoring == "--all" else [])) == 0
    assert ran(log) == EVERYTHING


def test_listing_leaves_a_run_that_is_under_way_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera_test(root, "1")
    before = (root / "build/test/CTestTestfile.cmake").read_text()
    assert tessera_test(root, "2", "--list") == 0
    assert "02.unit.Part.Works" in capsys.readouterr().out
    assert (root / "build/test/CTestTestfile.cmake").read_text() == before


def test_ci_runs_everything_by_itself(tmp_path: Path, repository: Path) -> None:
    """Without CI=true as well."""
    write(tmp_path, {"tessera": '#!/bin/sh\necho "$@"\n'})
    (tmp_path / "tessera").chmod(0o755)
    (tmp_path / ".ci").mkdir()
    shutil.copy(repository / ".ci/run", tmp_path / ".ci/run")
    done = subprocess.run(
        ["bash", tmp_path / ".ci/run"], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout == "test --all\n"


@pytest.mark.parametrize(
    "changed, runs",
    [
        ({"kernel/main.cpp": "other\n"}, ["02", "spec", "stage verify --no-boot", "tools"]),
        (
            {"CMakeLists.txt": CMAKE + "# edited\n"},
            ["01", "02", "spec", "stage verify --no-boot", "tools"],
        ),
        (
            {"chapters/01/chapter.toml": 'title = "Other"\n'},
            ["01", "spec", "stage verify --no-boot", "tools"],
        ),
        ({"book/01.md": "prose\n"}, ["spec", "stage verify --no-boot", "tools"]),
    ],
)
def test_a_change_reruns_what_could_read_it(
    root: Path, log: Path, changed: Files, runs: list[str]
) -> None:
    tessera_test(root)
    ran(log)
    write(root, changed)
    tessera_test(root)
    assert ran(log) == runs


def test_a_committed_change_of_the_tools_is_tried_at_every_tag(root: Path, log: Path) -> None:
    tessera_test(root)
    ran(log)
    commit(root, "Tools", {"CMakeLists.txt": CMAKE + "# edited\n"})
    tessera_test(root)
    assert ran(log) == EVERYTHING


def test_another_compiler_reruns_everything(
    root: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tessera_test(root)
    ran(log)
    monkeypatch.setattr(content, "toolchain", lambda host: "compiler 2")
    tessera_test(root)
    assert ran(log) == EVERYTHING


def test_the_real_tool_chain_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content.toolchain(content.Host())
    assert before == content.toolchain(content.Host())
    other = tmp_path / "qemu"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("TESSERA_QEMU", str(other))
    assert content.toolchain(content.Host()) != before


def test_a_failure_is_shown_and_run_again(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"tests/unit/part.sh": "echo what went wrong; exit 1\n"})
    for _ in range(2):
        assert tessera_test(root) == 1
        out = capsys.readouterr().out
        assert "──── 02.unit.Part.Works failed after" in out and "what went wrong" in out
        assert out.splitlines()[-1] == "8 passed, 1 failed, 0 skipped"
    assert ran(log).count("02") == 2


def test_a_kernel_that_does_not_build_fails_and_the_others_go_on(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"kernel/build": "cat missing.cpp\n"})
    assert tessera_test(root) == 1
    out = capsys.readouterr().out
    assert "02.build.kernel failed" in out and "missing.cpp" in out
    assert "01" in ran(log)


def test_a_kernel_that_one_compiler_refuses_costs_only_its_own_tests(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PRESETS", ("kernel", "clang", "host"))
    boots = ("boot.hello", "boot.hello.clang", "check.simd", "matrix.64M")
    tests = [f'add_test(NAME ${{NN}}.{n} COMMAND sh -c "echo {n} >> $LOG")\n' for n in boots]
    refuse = "#!/bin/sh\ncase $PWD in */clang) echo 'part.cpp:7:1: error: no'; exit 1;; esac\n"
    write(root, {"CMakeLists.txt": CMAKE + "".join(tests), "kernel/build": "../../refuse\n"})
    write(root, {"refuse": refuse})
    (root / "refuse").chmod(0o755)
    assert tessera_test(root, "2") == 1
    out = capsys.readouterr().out
    assert ran(log) == ["02", "boot.hello", "matrix.64M"]
    assert "──── 02.build.clang failed" in out and "part.cpp:7:1: error: no" in out
    assert "- 02.boot.hello.clang: skipped: 02.build.clang failed" in out
    assert out.splitlines()[-1] == "4 passed, 1 failed, 2 skipped"


def test_an_error_that_every_compiler_finds_is_shown_once(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"kernel/build": "../../refuse\n"})
    write(root, {"refuse": "#!/bin/sh\necho 'part.cpp:7:1: error: no such thing'; exit 1\n"})
    (root / "refuse").chmod(0o755)
    assert tessera_test(root, "2") == 1
    out = capsys.readouterr().out
    assert out.count("no such thing") == 1 and "02.build.host failed" in out
    assert "The same lines as in 02.build.kernel do not compile." in out


def test_a_run_knows_nothing_of_hangs_in_an_earlier_one(root: Path, log: Path) -> None:
    tell = 'add_test(NAME ${NN}.boot.a COMMAND sh -c "ls $TESSERA_HANGS >> $LOG; '
    tell += 'mkdir -p $TESSERA_HANGS; touch $TESSERA_HANGS/note")\n'
    write(root, {"CMakeLists.txt": CMAKE + tell})
    for _ in range(2):
        tessera_test(root, "2", "-k", "boot")
        assert ran(log) == [] and (root / "build/test/hangs/note").exists()


def test_one_chapter_alone(root: Path, log: Path) -> None:
    assert tessera_test(root, "1") == 0
    assert ran(log) == ["01"]
    assert tessera_test(root, "02") == 0
    assert ran(log) == ["02"]


def test_a_pattern_chooses_tests_and_leaves_the_memory_alone(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera_test(root)
    ran(log)
    assert tessera_test(root, "-k", "check") == 0
    assert ran(log) == ["01", "02"]
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 0 failed, 0 skipped"
    tessera_test(root)
    assert ran(log) == []


def test_a_pattern_that_matches_nothing_is_misuse(root: Path) -> None:
    with pytest.raises(Misuse, match="no test matches 'nothing'"):
        tessera_test(root, "-k", "nothing")


def test_the_list_names_all_and_runs_none(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera_test(root, "--list") == 0
    names = set(capsys.readouterr().out.splitlines())
    assert ran(log) == []
    assert {
        "01.unit.Part.Works",
        "02.check.layers",
        "at-tag.01",
        "tools.demo",
        "spec.demo",
        "stack.verify",
    } <= names


def test_a_chapter_that_does_not_exist(root: Path) -> None:
    with pytest.raises(Misuse, match="there is no chapter 07") as refused:
        tessera_test(root, "7")
    assert refused.value.hint == "There are 01, 02."


@pytest.mark.parametrize("where", ["ch02", "ch01"])
def test_at_a_tag_only_that_stage_is_tested(
    root: Path, log: Path, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera_test(root, "-k", "check")
    ran(log)
    git(root, "checkout", "--quiet", where)
    assert tessera_test(root) == 0
    assert ran(log) == [where.removeprefix("ch")]


def test_a_release_without_git_tests_its_stage(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(root / ".git")
    for _ in range(2):
        assert tessera_test(root) == 0
        assert "not a git clone" in capsys.readouterr().out
        assert ran(log) == ["02", "spec", "tools"]
    with pytest.raises(Misuse, match="not a git clone"):
        tessera_test(root, "01")


def test_suites_for_later_kernels_say_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, {"tests/attack/CHAPTER": "02\n", "tests/spec/lockstep/CHAPTER": "09\n"})
    assert tessera_test(root) == 0
    out = capsys.readouterr().out
    assert "- 01.attack: skipped: it needs the kernel of chapter 02 or later" in out
    assert "- 02.lockstep: skipped: it needs the kernel of chapter 09 or later" in out
    assert "02.attack" not in out
    assert out.splitlines()[-1].endswith("0 failed, 3 skipped")
    write(root, {"tests/attack/CHAPTER": "later\n"})
    with pytest.raises(Failure, match="tests/attack/CHAPTER:1: expected a chapter number"):
        plan.too_early(Tree(root))
