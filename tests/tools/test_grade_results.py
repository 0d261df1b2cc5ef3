"""The forms in which results are written, the nonce, and the grade command."""
from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tessera.errors import Failure, Misuse
from tessera.grading import formats, jail, many, nonce, report
from tessera.grading.report import Mark, Report

REPORTS = [
    Report(
        "ada",
        "03/esr",
        "s",
        [
            Mark("one", "the first", 3, 3, "passed"),
            Mark("two", "the second", 0, 2, "failed", "a\x1b[31m < b & \x00"),
            Mark("why", "a text", 0, 4, "to be marked", "because"),
            Mark("spy", "a secret", 0, 1, "failed", "what it says", hidden=True),
        ],
        ["a note"],
        hint="Count again.",
        seconds=1.5,
    ),
    Report("=cmd()", error="it is larger than 1000000 bytes"),
]


def test_a_report_survives_being_written() -> None:
    assert report.load(REPORTS[0].dump()) == REPORTS[0]
    assert (REPORTS[0].points, REPORTS[0].possible, REPORTS[0].to_mark) == (3, 10, 4)
    assert [r.status for r in REPORTS] == ["failed", "not graded"]


def test_junit_is_xml_whatever_was_printed() -> None:
    root = ElementTree.fromstring(formats.junit(REPORTS))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["ada", "=cmd()"]
    assert (suites[0].get("tests"), suites[0].get("failures")) == ("4", "2")
    assert suites[0].find("testcase[@name='two']/failure").text == "a\ufffd[31m < b & \ufffd"
    assert suites[0].find("testcase[@name='why']/skipped") is not None
    assert suites[1].find("testcase/error").text == "it is larger than 1000000 bytes"


def test_gradescope_hides_what_is_hidden() -> None:
    found = json.loads(formats.gradescope(REPORTS[0]))
    assert found["score"] == 3 and found["execution_time"] == 1.5
    assert "Count again." in found["output"] and "a note" in found["output"]
    one, two, why, spy = found["tests"]
    assert (one["score"], one["max_score"], one["status"]) == (3, 3, "passed")
    assert two["status"] == "failed" and "status" not in why
    assert spy["visibility"] == "after_published" and spy["output"] == ""
    assert "a secret" not in json.dumps(spy)


def test_classroom_reads_base64() -> None:
    found = json.loads(base64.b64decode(formats.classroom(REPORTS[0])))
    assert (found["version"], found["status"], found["max_score"]) == (1, "fail", 10)
    assert [test["score"] for test in found["tests"]] == [3, 0, 0, 0]
    assert found["tests"][3]["message"] == "" and found["tests"][3]["test_code"] == "a hidden test"
    assert json.loads(base64.b64decode(formats.classroom(REPORTS[1])))["status"] == "error"


def test_the_mark_book_holds_no_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(formats.book(REPORTS))))
    assert rows[0]["points"] == "3" and rows[0]["to mark"] == "4"
    assert rows[0]["tests"] == "one=3/3 two=0/2 why=0/4 spy=0/1"
    assert rows[1]["submission"] == "'=cmd()" and rows[1]["status"] == "not graded"


def test_seeds_are_read(tmp_path: Path) -> None:
    file = tmp_path / "seeds.csv"
    file.write_text("ada, 17\nbob,x\n")
    assert many.read_seeds(file) == {"ada": "17", "bob": "x"}
    file.write_text("ada,17\nbob\n")
    with pytest.raises(Misuse, match=r"seeds.csv:2: expected a submission and a seed"):
        many.read_seeds(file)


SOURCE = 'print("[ch" K_CHAPTER "] OK\\n"); print("PANIC: "); write("\\nPANIC: while panicking\\n");\n'


def test_the_nonce_is_in_our_sources_only(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / "kernel").mkdir(exist_ok=True)
        (tmp_path / f"kernel/{name}.cpp").write_text(SOURCE)
    nonce.plant(tmp_path, "n0", lambda path: "theirs" in path)
    assert (tmp_path / "kernel/theirs.cpp").read_text() == SOURCE
    assert (tmp_path / "kernel/ours.cpp").read_text() == (
        'print("[ch" K_CHAPTER "] OK n0\\n"); print("PANIC: n0 "); '
        'write("\\nPANIC: n0 while panicking\\n");\n'
    )
    (tmp_path / "userland/program").mkdir(parents=True)
    (tmp_path / "userland/program/main.cpp").write_text('print("[ch07] OK\\n");\n')
    nonce.plant(tmp_path, "n1", lambda _: False, ["userland/program"])
    assert (tmp_path / "userland/program/main.cpp").read_text() == 'print("[ch07] OK n1\\n");\n'
    assert nonce.make() != nonce.make()
    with pytest.raises(Failure, match="no source of the kernel says how a boot ends"):
        nonce.plant(tmp_path, "n0", lambda _: True)


def test_every_stage_says_its_end_where_the_nonce_goes(repository: Path) -> None:
    patches = [p.read_text() for p in repository.glob("chapters/[0-9][0-9]/stage.patch")]
    form = r'^\+?.*(?:print|write)\(".*(?:\] OK|PANIC: |REFUSED: |STOPPED: ).*'
    programs = [p.read_text() for p in repository.glob("userland/*/ch*/*.cpp")]
    said = re.findall(form, "".join([*patches, *programs]), re.MULTILINE)
    assert len(said) >= 12
    for line in said:
        planted = line
        for pattern, replacement in nonce.ENDINGS:
            planted = pattern.sub(replacement.format("n0"), planted)
        assert " n0" in planted, line


@pytest.mark.parametrize("keeper", [jail.Jail(), jail.best()])
def test_a_jail_limits_what_a_program_may_use(keeper: jail.Jail, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    needs = jail.Needs([tmp_path], folder=tmp_path, file_mebibytes=1, memory_mebibytes=512)
    script = "head -c 2000000 /dev/zero > big; ulimit -v; ulimit -c; echo $SECRET"
    done = subprocess.run(
        keeper.wrap(["bash", "-c", script], needs), capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "SECRET": "not for you"},
    )
    assert done.stdout.split() == [str(512 * 1024), "0"], done.stderr
    assert not (tmp_path / "big").exists() or (tmp_path / "big").stat().st_size <= 1 << 20


def test_bubblewrap_shows_nothing_of_ours(tmp_path: Path) -> None:
    if not isinstance(jail.best(), jail.Bubblewrap):
        pytest.skip(f"isolation here is only {jail.best().name}")
    (tmp_path / "shown").mkdir()
    (tmp_path / "kept").mkdir()
    needs = jail.Needs(readable=[tmp_path / "shown"], folder=Path("/tmp"))
    script = f"ls {tmp_path}; ls -A /root /home 2>&1; ls /proc | grep -c '^[0-9]'; "
    script += f"touch {tmp_path}/shown/x"
    done = subprocess.run(
        jail.best().wrap(["bash", "-c", script], needs), capture_output=True, text=True, check=False
    )
    assert "shown" in done.stdout and "kept" not in done.stdout
    assert "No such file" in done.stdout  # /root, /home
    assert int(done.stdout.split()[-1]) < 10  # its own processes
    assert "Read-only file system" in done.stderr
