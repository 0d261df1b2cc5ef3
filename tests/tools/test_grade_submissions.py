"""Submissions that are right, wrong or hostile: graded, reported, contained."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from exercises import FILE, FOLDER, MUTANTS, NAME, RIGHT, STARTER
from stacks import commit, git, write
from tessera.exercises import catalog, workspace
from tessera.grading import jail, many, submission
from tessera.grading.many import Wishes
from tessera.grading.report import Report
from tessera.tree import Tree

#: A secret of the instructor's, which no program of a student's may read.
SECRET = "the-solution-is-here"

_HOST = "#ifndef __aarch64__\n"  # only in the host test
_GUEST = "#ifdef __aarch64__\n"  # only in the kernel
_END = "#endif\n"


def source(body: str, head: str = "") -> str:
    """A student's file."""
    return f"{head}int answer() {{\n{body}\n}}\n"


_UART = "    auto* uart = reinterpret_cast<volatile unsigned*>(0x09000000);\n"
_PRINT = "    for (const char* c = text; *c; ++c) *uart = static_cast<unsigned char>(*c);\n"
_OFF = '    asm volatile("mov w0, #8\\n movk w0, #0x8400, lsl #16\\n hvc #0");\n'

#: By name: the student's file.
FILES = {
    "right": RIGHT,
    "known-mistake": MUTANTS["off-by-one"],
    "does-not-build": source("    return nothing;"),
    "loops": source("    for (volatile int i = 0;; i = i + 1) {}"),
    "prints-gigabytes": source(
        f'{_HOST}    for (;;) puts("much");\n#else\n{_UART}    for (;;) *uart = 33;\n{_END}'
        "    return 0;",
        f"{_HOST}#include <cstdio>\n{_END}",
    ),
    "eats-memory": source(
        f"{_HOST}    for (;;) new int[1 << 20]();\n{_END}    return 0;",
    ),
    "forks": source(
        f"{_HOST}    for (int i = 0; i < 4000; ++i)\n        if (fork() == 0) pause();\n"
        f"    pause();\n{_END}"
        "    return 0;",
        f"{_HOST}#include <unistd.h>\n{_END}",
    ),
    "prints-success": source(
        f'{_GUEST}    const char* text = "the answer is right\\n[ch01] OK\\n";\n'
        f"{_UART}{_PRINT}{_OFF}{_END}    return 0;"
    ),
    "reads-secrets": source(
        f'{_HOST}    std::ifstream file(getenv("HOME") ? "@SECRET@" : "");\n'
        "    std::string word;\n    file >> word;\n    if (!word.empty()) std::cerr << word;\n"
        f'    return word == "{SECRET}" ? 42 : 0;\n#else\n    return 0;\n{_END}',
        f"{_HOST}#include <cstdlib>\n#include <fstream>\n#include <iostream>\n"
        f"#include <string>\n{_END}",
    ),
    "includes-secrets": source("    return 0;", 'asm(".incbin \\"@SECRET@\\"");\n'),
    "writes-files": source(
        f'{_HOST}    std::ofstream("@VICTIM@") << "was here";\n{_END}    return 42;',
        f"{_HOST}#include <fstream>\n{_END}",
    ),
}


@pytest.fixture(scope="module")
def graded(
    proved: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Report]:
    """Every submission of this file, graded in one run; by name."""
    folder = tmp_path_factory.mktemp("handed-in")
    (folder / "secret.txt").write_text(f"{SECRET}\n")
    (folder / "victim.txt").write_text("untouched")
    for name, text in FILES.items():
        text = text.replace("@SECRET@", str(folder / "secret.txt"))
        text = text.replace("@VICTIM@", str(folder / "victim.txt"))
        write(folder / name, {"answer.cpp": text})
    _trees(proved, folder)
    _patches(folder)
    sources = [p for p in sorted(folder.iterdir()) if p.suffix != ".txt"] + [folder / "not-there"]
    wishes = Wishes(exercise=NAME, jobs=2)
    reports = many.grade(Tree(proved), [str(p) for p in sources], wishes, lambda _: None)
    assert (folder / "victim.txt").read_text() == "untouched" or not _isolated()
    assert not list((proved / "build/grading").glob("run-*"))
    left = subprocess.run(["pgrep", "-f", "exercise_tests"], capture_output=True, check=False)
    assert not [p for p in left.stdout.split() if str(proved) in _command(p)]
    return {report.submission: report for report in reports}


def _command(pid: bytes) -> str:
    """The command line of a process; nothing when it has ended."""
    try:
        return Path("/proc", pid.decode(), "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _trees(proved: Path, folder: Path) -> None:
    """Whole trees, tampered with."""
    for name in ("cheats", "deletes-tests", "links"):
        shutil.copytree(proved, folder / name, ignore=shutil.ignore_patterns("build", ".git"))
        write(folder / name, {FILE: STARTER})
    write(folder / "cheats", {"tests/unit/answer_test.cpp": "", "kernel/main.cpp": "int x;\n"})
    (folder / "deletes-tests/tests/unit/answer_test.cpp").unlink()
    (folder / "links" / FILE).unlink()
    os.symlink(folder / "right/answer.cpp", folder / "links" / FILE)
    write(folder / "links-folder", {"real/answer.cpp": RIGHT, "tests/x": "", "kernel.txt": ""})
    os.symlink("real", folder / "links-folder/kernel")
    git(folder, "init", "--quiet", "repository")
    commit(folder / "repository", files={FILE: RIGHT})


def _patches(folder: Path) -> None:
    """Patches that want more than they may."""
    good = f"--- a/{FILE}\n+++ b/{FILE}\n@@ -1,3 +1,3 @@\n int answer() {{\n"
    good += "-    return 0;\n+    return 42;\n }\n"
    main = "--- a/kernel/main.cpp\n+++ b/kernel/main.cpp\n"
    twice = f"diff --git a/{FILE} b/{FILE}\n"
    texts = {
        "patch-good": good,
        "patch-and-more": f"{good}{main}@@ -1 +1 @@\n-int answer();\n+int cheat();\n",
        "patch-escapes": "--- /dev/null\n+++ b/../../escaped.txt\n@@ -0,0 +1 @@\n+out\n",
        "patch-link": f"{twice}deleted file mode 100644\n--- a/{FILE}\n+++ /dev/null\n"
        "@@ -1,3 +0,0 @@\n-int answer() {\n-    return 0;\n-}\n"
        f"{twice}new file mode 120000\n--- /dev/null\n+++ b/{FILE}\n@@ -0,0 +1 @@\n"
        "+/etc/passwd\n\\ No newline at end of file\n",
        "patch-stale": good.replace("return 0", "return 7"),
        "patch-of-what": "hello\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.patch").write_text(text)
    with open(folder / "patch-huge.patch", "w", encoding="utf-8") as file:
        file.write(good + "\n" * 2_000_000)


def _isolated() -> bool:
    """Whether this machine keeps programs from files."""
    return isinstance(jail.best(), jail.Bubblewrap)


def failed(report: Report) -> list[str]:
    """The tests that failed."""
    return [mark.name for mark in report.marks if mark.status == "failed"]


def details(report: Report) -> str:
    """All that the tests say."""
    return "\n".join(mark.details for mark in report.marks)


@pytest.mark.parametrize("name", ["right", "patch-good", "repository"])
def test_a_right_submission_earns_everything(graded: dict[str, Report], name: str) -> None:
    report = graded[name]
    assert (report.error, report.points, report.possible) == ("", 8, 8), details(report)


def test_a_known_mistake_gets_its_hint(graded: dict[str, Report]) -> None:
    assert failed(graded["known-mistake"]) == ["known", "boot"]
    assert graded["known-mistake"].hint == "Count again."


def test_what_does_not_build_says_why(graded: dict[str, Report]) -> None:
    report = graded["does-not-build"]
    assert report.points == 0 and "was not declared" in details(report)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("loops", ["it never ended: a loop", "spinning"]),
        ("prints-gigabytes", ["it printed more than a megabyte", "too much output"]),
        ("forks", ["it took more memory than it may have"]),
        ("eats-memory", ["it took more memory than it may have"]),
    ],
)
def test_limits_hold(graded: dict[str, Report], name: str, words: list[str]) -> None:
    assert "known" in failed(graded[name])
    for word in words:
        assert word in details(graded[name])


def test_printed_success_proves_nothing(graded: dict[str, Report]) -> None:
    report = graded["prints-success"]
    assert "boot" in failed(report)
    assert "it is not the kernel's own code that says so" in details(report)


@pytest.mark.parametrize("name", ["reads-secrets", "includes-secrets"])
def test_the_instructors_files_are_not_there(graded: dict[str, Report], name: str) -> None:
    if not _isolated():
        pytest.skip(f"isolation here is only {jail.best().name}")
    assert "known" in failed(graded[name])
    assert SECRET not in graded[name].dump()


def test_nothing_is_written_outside(graded: dict[str, Report]) -> None:
    assert graded["writes-files"].points == 8  # the fixture has looked at the file


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cheats", "kernel/main.cpp: changed; graded with the original"),
        ("deletes-tests", "tests/unit/answer_test.cpp: missing"),
        ("patch-and-more", "kernel/main.cpp: not taken"),
        ("patch-escapes", "../../escaped.txt: not taken"),
    ],
)
def test_other_files_count_for_nothing(graded: dict[str, Report], name: str, words: str) -> None:
    report = graded[name]
    assert any(words in note for note in report.notes), report.notes
    assert report.points == (8 if name == "patch-and-more" else 1)


def test_a_change_is_not_lost_among_what_is_missing(proved: Path, tmp_path: Path) -> None:
    exercise = catalog.load(Tree(proved), NAME)
    kit, source = tmp_path / "kit", tmp_path / "ada"
    write(kit, {f"kernel/file{n}.cpp": "theirs\n" for n in range(30)})
    write(kit, {FILE: STARTER, "tests/unit/answer_test.cpp": "theirs\n"})
    write(source, {FILE: RIGHT, "tests/unit/answer_test.cpp": "mine\n"})
    taken = submission.take(source, exercise, kit)
    assert taken.files == {FILE: RIGHT.encode()}
    assert taken.notes == [
        "tests/unit/answer_test.cpp: changed; graded with the original",
        "30 files of the handout are missing, from kernel/file0.cpp on; graded with the originals",
    ]


@pytest.mark.parametrize("name", ["links", "links-folder", "patch-link"])
def test_links_are_not_followed(graded: dict[str, Report], name: str) -> None:
    report = graded[name]
    assert report.points == 0
    assert "link" in " ".join([*report.notes, report.error])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("patch-stale", "does not apply"),
        ("patch-of-what", "the patch cannot be read"),
        ("patch-huge", "larger than"),
        ("not-there", "there is no"),
    ],
)
def test_what_cannot_be_taken_is_reported(
    graded: dict[str, Report], name: str, words: str
) -> None:
    assert graded[name].points == 0
    assert words in graded[name].error
    assert graded[name].status == "not graded"


def test_a_url_is_fetched(proved: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "work")
    commit(tmp_path / "work", files={FILE: RIGHT})
    url = f"file://{tmp_path}/work"
    reports = many.grade(Tree(proved), [url], Wishes(exercise=NAME), lambda _: None)
    assert [(r.submission, r.points) for r in reports] == [("work", 8)]


def test_a_submission_says_what_it_is_for(proved: Path, tmp_path: Path) -> None:
    space = workspace.start(Tree(proved), NAME, tmp_path / "mine", "")
    write(tmp_path / "mine", {FILE: RIGHT})
    patch = workspace.submit(space, tmp_path / "ada.patch")
    (tmp_path / "silent.patch").write_text(patch.read_text().partition("\n\n")[2])
    sources = [str(tmp_path / "mine"), str(patch), str(tmp_path / "silent.patch")]
    reports = many.grade(Tree(proved), sources, Wishes(jobs=2), lambda _: None)
    git(proved, "worktree", "remove", "--force", str(tmp_path / "mine"))
    assert [(r.submission, r.points) for r in reports] == [("mine", 8), ("ada", 8), ("silent", 0)]
    assert "it does not say which exercise" in reports[2].error


def test_an_instructors_own_tests(proved: Path, tmp_path: Path) -> None:
    hidden = '[[test]]\nname = "odd"\nabout = "secret"\npoints = 5\nunit = "Hidden.*"\n'
    test = (
        "#include <gtest/gtest.h>\nint answer();\n"
        "TEST(Hidden, IsOdd) { EXPECT_EQ(answer() % 2, 1); }\n"
    )
    overlay = tmp_path / "overlay"
    write(overlay / FOLDER, {"hidden.toml": hidden, "tests/hidden_odd.cpp": test})
    write(tmp_path / "ada", {"answer.cpp": RIGHT})
    write(tmp_path / "eve", {"answer.cpp": source("    return 43;")})
    wishes = Wishes(exercise=NAME, overlay=overlay, jobs=2)
    sources = [str(tmp_path / "ada"), str(tmp_path / "eve")]
    ada, eve = many.grade(Tree(proved), sources, wishes, lambda _: None)
    assert (ada.points, ada.possible, failed(ada)) == (8, 13, ["odd"])
    assert [mark.name for mark in eve.marks if mark.status == "passed"] == ["sign", "odd"]
    assert ada.marks[-1].hidden and json.loads(ada.dump())["marks"][-1]["hidden"]
    again = many.grade(Tree(proved), sources[:1], Wishes(exercise=NAME), lambda _: None)
    assert again[0].possible == 8  # the kit has forgotten them
