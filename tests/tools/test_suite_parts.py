"""What `./tessera test` is made of: CTest's report, the memory, a reader's commands at a tag."""
from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import eventually, is_gone
from stacks import commit, git, write
from suites import log, master, ran, root, tessera_test  # noqa: F401  (fixtures)

from tessera.errors import Failure, Misuse
from tessera.suite import at_tag, ctest
from tessera.suite.cache import Cache
from tessera.suite.outcome import FAILED, PASSED, SKIPPED, Outcome, read_junit
from tessera.tree import Tree


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


def test_a_command_does_not_wait_until_all_else_is_done(tmp_path: Path) -> None:
    """CTest keeps a test that asks for two processors until two are free in the same moment."""
    log = tmp_path / "log"
    tests = {"tidy-1": 60, "tidy-2": 60} | {f"unit-{number}": 0 for number in range(4)}
    (tmp_path / "CTestTestfile.cmake").write_text(
        "".join(
            f'add_test({name} sh -c "echo {name} >> {log}; sleep 0.{number + 2}")\n'
            f"set_tests_properties({name} PROPERTIES COST {cost})\n"
            for number, (name, cost) in enumerate(tests.items())
        )
    )
    command = ctest.Command("at-tag.01", ("sh", "-c", f"echo command >> {log}"))
    ctest.run(ctest.Selection(tmp_path / "top", [tmp_path], [command]), jobs=2)
    assert log.read_text().split()[2] == "command"


@pytest.mark.parametrize(
    ("pattern", "words"), [("(", "Unmatched parentheses."), ("*a", "?+* follows nothing.")]
)
def test_a_pattern_that_is_none_is_refused_in_ctests_words(
    root: Path, log: Path, pattern: str, words: str
) -> None:
    with pytest.raises(Misuse) as refused:
        tessera_test(root, "-k", pattern)
    assert f"-k '{pattern}' is not a pattern" in str(refused.value) and words in str(refused.value)
    assert not (root / "build/host").exists(), "it is said before anything is built"


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
        ("spec.Suite.Test", "tools", "spec"),
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
