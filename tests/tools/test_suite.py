"""`./tessera test` on a synthetic stack of two stages whose builds and tests are shell commands."""
from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import eventually, is_gone
from stacks import Files, commit, git, make_stack, stage_files, write

from tessera.commands import test as command
from tessera.errors import Failure, Misuse
from tessera.suite import at_tag, content, ctest, plan
from tessera.suite.cache import Cache
from tessera.suite.outcome import FAILED, PASSED, SKIPPED, Outcome, read_junit
from tessera.tree import Tree

CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(fake LANGUAGES NONE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS kernel/CHAPTER kernel/build)
file(STRINGS kernel/CHAPTER NN)
file(STRINGS kernel/build BUILD)
add_custom_target(Image ALL COMMAND ${BUILD})
enable_testing()
add_test(NAME ${NN}.unit.Part.Works COMMAND sh ${CMAKE_SOURCE_DIR}/tests/unit/part.sh)
add_test(NAME ${NN}.check.layers COMMAND sh -c "echo ${NN} >> $LOG")
if(NN STREQUAL "02")
    add_test(NAME tools.demo COMMAND sh -c "echo tools >> $LOG")
endif()
"""
PRESETS = {
    "version": 6,
    "configurePresets": [
        {"name": name, "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"}
        for name in command.PRESETS
    ],
}
TESSERA = """\
#!/bin/sh
echo "$*" >> "$LOG"
echo "tessera $*"
if [ -e fails ]; then exit 1; fi
"""


def files_of(number: int) -> Files:
    """The staged files: what is built is `true`, the unit test passes."""
    return stage_files(number) | {"kernel/build": "true\n", "tests/unit/part.sh": "echo fine\n"}


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_stack(tmp_path_factory.mktemp("suite") / "master", 2, files_of)
    write(
        root,
        {"CMakeLists.txt": CMAKE, "CMakePresets.json": json.dumps(PRESETS), "tessera": TESSERA},
    )
    (root / "tessera").chmod(0o755)
    commit(root, "A build")
    return root


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests write down that they ran."""
    file = tmp_path / "log"
    file.touch()
    monkeypatch.setenv("LOG", str(file))
    monkeypatch.setenv("TESSERA_SETUP", "off")
    return file


@pytest.fixture
def root(master: Path, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(content, "toolchain", lambda host: "compiler 1")
    monkeypatch.setattr(command, "PRESETS", ("kernel", "host"))
    return Path(shutil.copytree(master, tmp_path / "clone", symlinks=True))


def tessera_test(root: Path, *argv: str) -> int:
    """`./tessera test ARGV` in this process."""
    from tessera.cli import Parser

    parser = Parser()
    command.arguments(parser)
    return command.execute(parser.parse_args(list(argv)), Tree(root))


def ran(log: Path) -> list[str]:
    """What ran since the last time."""
    lines = sorted(log.read_text().splitlines())
    log.write_text("")
    return lines


EVERYTHING = ["01", "02", "stage verify --no-boot", "test 01 --at-tag", "test 02 --at-tag", "tools"]


def test_everything_runs_and_is_summed_up(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera_test(root) == 0
    assert ran(log) == EVERYTHING
    table, last = capsys.readouterr().out.splitlines()[-4:-1], "8 passed, 0 failed, 0 skipped"
    assert [line.split() for line in table] == [
        ["01", "1", "1", "1", "✓"],
        ["02", "1", "1", "1", "✓"],
        ["tools", "2", "✓"],
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
    assert "8 of these results are remembered" in out
    assert out.splitlines()[-1] == "8 passed, 0 failed, 0 skipped"


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


@pytest.mark.parametrize(
    "changed, runs",
    [
        ({"kernel/main.cpp": "other\n"}, ["02", "stage verify --no-boot", "tools"]),
        ({"CMakeLists.txt": CMAKE + "# edited\n"}, ["01", "02", "stage verify --no-boot", "tools"]),
        (
            {"chapters/01/chapter.toml": 'title = "Other"\n'},
            ["01", "stage verify --no-boot", "tools"],
        ),
        ({"book/01.md": "prose\n"}, ["stage verify --no-boot", "tools"]),
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
        assert out.splitlines()[-1] == "7 passed, 1 failed, 0 skipped"
    assert ran(log).count("02") == 2


def test_a_kernel_that_does_not_build_fails_and_the_others_go_on(
    root: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, {"kernel/build": "cat missing.cpp\n"})
    assert tessera_test(root) == 1
    out = capsys.readouterr().out
    assert "02.build.kernel failed" in out and "missing.cpp" in out
    assert "01" in ran(log)


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
        assert ran(log) == ["02", "tools"]
    with pytest.raises(Misuse, match="not a git clone"):
        tessera_test(root, "01")


def test_suites_for_later_kernels_say_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, {"tests/attack/CHAPTER": "02\n", "tests/spec/CHAPTER": "09\n"})
    assert tessera_test(root) == 0
    out = capsys.readouterr().out
    assert "- 01.attack: skipped: it needs the kernel of chapter 02 or later" in out
    assert "- 02.spec: skipped: it needs the kernel of chapter 09 or later" in out
    assert "02.attack" not in out
    assert out.splitlines()[-1].endswith("0 failed, 3 skipped")
    write(root, {"tests/attack/CHAPTER": "later\n"})
    with pytest.raises(Failure, match="tests/attack/CHAPTER:1: expected a chapter number"):
        plan.too_early(Tree(root))


def test_each_way_a_test_can_end_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "CTestTestfile.cmake").write_text(
        """\
add_test(01.unit.good sh -c "echo fine")
add_test(01.unit.bad sh -c "printf '\\\\033[31mred\\\\033[0m\\n'; exit 1")
add_test(01.unit.slow sh -c "sleep 30")
set_tests_properties(01.unit.slow PROPERTIES TIMEOUT 1)
add_test(01.unit.absent /nowhere/program)
add_test(01.unit.left-out sh -c "echo no hardware; exit 77")
set_tests_properties(01.unit.left-out PROPERTIES SKIP_RETURN_CODE 77)
add_test(01.unit.off sh -c true)
set_tests_properties(01.unit.off PROPERTIES DISABLED TRUE)
"""
    )
    folder = tmp_path / "top"
    outcomes = {
        o.name.removeprefix("01.unit."): o
        for o in ctest.run(ctest.Selection(folder, builds=[tmp_path]), jobs=4)
    }
    assert {name: o.status for name, o in outcomes.items()} == {
        "good": PASSED,
        "bad": FAILED,
        "slow": FAILED,
        "absent": FAILED,
        "left-out": SKIPPED,
        "off": SKIPPED,
    }
    assert outcomes["bad"].output == "red"
    assert outcomes["slow"].output == "Timeout"
    assert outcomes["absent"].output == "Unable to find executable: /nowhere/program\nNot Run"
    assert outcomes["left-out"].reason == "no hardware"


def test_a_run_that_breaks_off_says_why(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk, where ctest runs the tests and then cannot write its report."""
    real, fake = shutil.which("ctest"), tmp_path / "bin/ctest"
    write(
        tmp_path,
        {
            "bin/ctest": f"""\
#!/bin/sh
case "$*" in *--show-only*) exec {real} "$@";; esac
echo No space left
"""
        },
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    monkeypatch.setattr(ctest, "DISK_SPARE", 1 << 60)
    with pytest.raises(Failure, match="(?s)broke off.*No space left") as failed:
        tessera_test(root, "-k", "check")
    assert "The disk is full" in (failed.value.hint or "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_test_behind(tmp_path: Path, repository: Path, number: int) -> None:
    write(
        tmp_path,
        {
            "CTestTestfile.cmake":
            f'add_test(01.boot.long sh -c "echo $$ > {tmp_path}/pid; exec sleep 100")\n'
        },
    )
    code = (
        f"import sys; sys.path.insert(0, {str(repository / 'scripts')!r})\n"
        "import signal; from pathlib import Path\n"
        "from tessera import cli; from tessera.suite import ctest\n"
        "signal.signal(signal.SIGTERM, cli._terminate)\n"
        f"here = Path({str(tmp_path)!r})\n"
        "ctest.run(ctest.Selection(here / 'top', builds=[here]), jobs=1)\n"
    )
    tool = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    pid = eventually(lambda: int((tmp_path / "pid").read_text()))
    tool.send_signal(number)
    assert tool.wait(timeout=20) != 0
    eventually(lambda: is_gone(pid))


def test_a_report_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no readable report"):
        read_junit(tmp_path / "junit.xml")


@pytest.mark.parametrize(
    "name, group, kind",
    [
        ("03.unit.Suite.Test", "03", "unit"),
        ("03.boot.el1.clang", "03", "boot"),
        ("at-tag.03", "03", "at-tag"),
        ("tools.test_cli", "tools", "tools"),
        ("stack.verify", "tools", "stack"),
    ],
)
def test_names_say_where_a_test_belongs(name: str, group: str, kind: str) -> None:
    assert (Outcome(name, PASSED).group, Outcome(name, PASSED).kind) == (group, kind)


def test_the_cache_survives_damage_and_keeps_nothing_red(tmp_path: Path) -> None:
    file = tmp_path / "green.json"
    cache = Cache(file)
    cache.put(
        "01.",
        "key",
        [Outcome("01.unit.a", PASSED), Outcome("01.unit.b", SKIPPED, output="no hardware")],
    )
    cache.put("02.", "key", [Outcome("02.unit.a", FAILED)])
    cache.put("03.", "key", [])
    cache.save()
    again = Cache(file)
    assert [o.reason for o in again.get("01.", "key") or []][1] == "no hardware"
    assert again.get("01.", "other") is again.get("02.", "key") is again.get("03.", "key") is None
    file.write_text("{")
    assert Cache(file).get("01.", "key") is None


def test_what_a_reader_does_at_a_tag_leaves_the_clone_alone(root: Path, log: Path) -> None:
    before = git(root, "status", "--porcelain"), git(root, "worktree", "list")
    for _ in range(2):
        assert at_tag.check(Tree(root), 1) == 0
    assert ran(log) == ["run", "run", "stage verify --no-boot", "stage verify --no-boot"]
    assert (git(root, "status", "--porcelain"), git(root, "worktree", "list")) == before
    there = root / "build/at-tag/01"
    assert git(there, "rev-parse", "HEAD") == git(root, "rev-parse", "ch01")
    assert (there / "kernel/CHAPTER").read_text() == "01\n"


@pytest.mark.parametrize(
    "script, said",
    [
        ("echo broken; exit 3", "ended with exit status 3"),
        ("echo more >> kernel/main.cpp", "leave the checkout changed:\n M kernel/main.cpp"),
        ("git tag --force ch01 $(git commit-tree -m other HEAD^{tree})", "another tag ch01"),
    ],
)
def test_what_goes_wrong_at_a_tag_is_found(root: Path, script: str, said: str) -> None:
    commit(
        root,
        "A broken tool",
        {
            "tessera": "#!/bin/sh\nexport GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a"
            f" GIT_COMMITTER_EMAIL=a\n{script}\n"
        },
    )
    with pytest.raises(Failure) as failed:
        at_tag.check(Tree(root), 1)
    assert said in str(failed.value)
