"""The command line itself: suggestions, exit statuses, signals, old Pythons."""
from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tessera import console
from tessera.cli import COMMANDS, build_parser
from tessera.errors import Misuse
from tessera.tree import chapter_number


def run(repository: Path, *args: str, **options: object) -> subprocess.CompletedProcess[str]:
    """`./tessera ARGS`, without a terminal."""
    return subprocess.run(
        [repository / "tessera", *args],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    "args, said, hint",
    [
        (["docter"], "there is no 'docter' here", "Did you mean 'doctor'?"),
        (
            ["doctor", "--instal", "run"],
            "`./tessera doctor` has no option --instal",
            "Did you mean --install?",
        ),
        (["doctor", "--install", "tests"], "there is no 'tests' here", "Did you mean 'test'?"),
        (["test", "--jobs=3"], "`./tessera test` has no option --jobs", "`./tessera test --help`"),
        (["test", "1", "2"], "'2' is one argument too many", "`./tessera test --help`"),
        (["test", "--", "2"], "`./tessera test` has no option --", "`./tessera test --help`"),
        (["test", "two"], "'two' is not a chapter", ""),
        (["test", "77"], "there is no chapter 77", "01"),
        (["--bogus"], "`./tessera` has no option --bogus", "`./tessera --help`"),
        (["--vers"], "`./tessera` has no option --vers", "Did you mean --version?"),
        (["stage", "--boot=x"], "`./tessera stage` has no option --boot", ""),
        (["bench", "tool", "--run=3"], "`./tessera bench tool` has no option --run", "--runs?"),
        (["bench"], "arguments are required: SUBJECT", ""),
        (["bench", "tools"], "there is no 'tools' here", "Did you mean 'tool'?"),
        (["test", "-j", "-3"], "argument -j: '-3' is not a whole number from 1 on", ""),
        (["test", "-j0"], "argument -j: '0' is not a whole number from 1 on", ""),
        (["run", "--cpus", "x"], "argument --cpus: 'x' is not a whole number from 1 on", ""),
        (["run", "--gic", "³"], "argument --gic: '³' is not a whole number from 1 on", ""),
        (["bench", "tool", "--runs", "no"], "argument --runs: 'no' is not a whole number", ""),
    ],
)
def test_mistakes_get_a_suggestion_and_exit_status_2(
    repository: Path, args: list[str], said: str, hint: str
) -> None:
    done = run(repository, *args, env=os.environ | {"TESSERA_SETUP": "off"})
    assert done.returncode == 2
    assert said in done.stderr and hint in done.stderr
    assert "Traceback" not in done.stderr


def _parsers(repository: Path) -> list[list[str]]:
    """Every command, and every command of a command."""
    found, todo = [], [([], build_parser(repository))]
    while todo:
        words, parser = todo.pop()
        found.append(words)
        for action in parser._actions:
            if isinstance(action.choices, dict):
                todo += [
                    ([*words, name], sub)
                    for name, sub in action.choices.items()
                    if hasattr(sub, "_actions")
                ]
    return found


def test_help_everywhere(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere = _parsers(repository)
    assert len(everywhere) > len(COMMANDS)
    for words in everywhere:
        with pytest.raises(SystemExit) as ended:
            build_parser(repository).parse_args([*words, "--help"])
        out = capsys.readouterr().out
        assert ended.value.code == 0
        assert f"usage: {' '.join(['./tessera', *words])}" in out
        assert len(out.splitlines()) > 4, f"{words}: the help says hardly anything"


def test_what_takes_a_place_is_shown_in_capitals(repository: Path) -> None:
    """In every usage line alike: capitals stand for something, small letters for themselves."""
    todo, seen = [build_parser(repository)], 0
    while todo:
        for action in todo.pop()._actions:
            if isinstance(action.choices, dict):
                todo += [sub for sub in action.choices.values() if hasattr(sub, "_actions")]
            if not action.option_strings:
                seen += 1
                assert (action.metavar or action.dest).isupper(), action
    assert seen > len(COMMANDS)


def test_no_arguments_shows_the_help(repository: Path) -> None:
    done = run(repository)
    assert done.returncode == 0 and "./tessera run" in done.stdout


def test_the_version_names_chapter_and_commit(repository: Path) -> None:
    done = run(repository, "--version")
    assert done.returncode == 0
    assert f"kernel of chapter {(repository / 'kernel/CHAPTER').read_text().strip()}" in done.stdout
    assert ("commit" in done.stdout) == (repository / ".git").exists()


def test_it_can_be_called_from_anywhere(repository: Path, tmp_path: Path) -> None:
    link = tmp_path / "tessera"
    link.symlink_to(repository / "tessera")
    done = subprocess.run(
        [link, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "kernel of chapter" in done.stdout


@pytest.mark.parametrize("text, number", [("3", 3), ("03", 3), ("ch03", 3), ("12", 12)])
def test_a_chapter_may_be_written_in_three_ways(text: str, number: int) -> None:
    assert chapter_number(text) == number


@pytest.mark.parametrize("text", ["", "ch", "three", "-1", "3.0", "123", "³"])
def test_what_is_no_chapter_is_refused(text: str) -> None:
    with pytest.raises(Misuse):
        chapter_number(text)


def test_an_old_python_gets_an_answer(repository: Path) -> None:
    """The thin executable alone meets old interpreters: it must parse there and say so."""
    source = (repository / "tessera").read_text()
    tree = ast.parse(source, feature_version=(3, 4))
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr))
    ]
    pretend = f"import sys; sys.version_info = (3, 9, 2); exec({source!r})"
    done = subprocess.run(
        [sys.executable, "-c", pretend], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr and "Traceback" not in done.stderr


def test_windows_gets_an_answer(repository: Path) -> None:
    source = (repository / "tessera").read_text()
    pretend = f"import os, sys; os.name = 'nt'; exec({source!r})"
    done = subprocess.run(
        [sys.executable, "-c", pretend], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "devcontainer" in done.stderr


#: The tool with one made-up command.
HARNESS = """
import sys, types
sys.path.insert(0, {scripts!r})
from pathlib import Path
from tessera import cli

def execute(args, tree):
{body}

made = types.ModuleType("tessera.commands.made", "A command made up for a test.")
made.HELP, made.arguments, made.execute = "made up", lambda parser: None, execute
sys.modules["tessera.commands.made"] = made
cli.COMMANDS = ("made",)
sys.exit(cli.main(Path("."), ["made"]))
"""


def harness(repository: Path, body: str) -> list[str]:
    """The command line of a tool whose only command does `body`."""
    code = HARNESS.format(
        scripts=str(repository / "scripts"), body=textwrap.indent(textwrap.dedent(body), "    ")
    )
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    "number, status, said",
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (signal.SIGHUP, 129, "stopped by SIGHUP"),
    ],
)
def test_a_signal_cleans_up_first(repository: Path, number: int, status: int, said: str) -> None:
    body = """
        import time
        try:
            print("ready", flush=True)
            time.sleep(60)
        finally:
            print("cleaned up", flush=True)
    """
    with subprocess.Popen(
        harness(repository, body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tool:
        assert tool.stdout and tool.stdout.readline() == "ready\n"
        tool.send_signal(number)
        out, err = tool.communicate(timeout=20)
    assert tool.returncode == status
    assert out == "cleaned up\n" and said in err and "Traceback" not in err


@pytest.mark.parametrize(
    "body, status, said",
    [
        (
            "raise OSError(28, 'No space left on device', 'build/x')",
            1,
            "tessera: build/x: No space left on device",
        ),
        (
            "raise PermissionError(13, 'Permission denied', 'build/x')",
            1,
            "tessera: build/x: Permission denied",
        ),
        (
            "from tessera.errors import Failure; raise Failure('it failed', 'do this\\nand that')",
            1,
            "and that",
        ),
        ("from tessera.errors import Misuse; raise Misuse('what?')", 2, "tessera: what?"),
        ("return 1", 1, ""),
        ("return None", 0, ""),
    ],
)
def test_exit_statuses(repository: Path, body: str, status: int, said: str) -> None:
    done = subprocess.run(harness(repository, body), capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_mistake_of_ours_keeps_its_traceback(repository: Path) -> None:
    done = subprocess.run(
        harness(repository, "raise FileNotFoundError(2, 'x', 'y')"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" in done.stderr


@pytest.mark.parametrize("lines", [2, 100000])
def test_a_reader_that_goes_away_hides_no_failure(repository: Path, lines: int) -> None:
    """Also when the rest is only written at the very end. There is no message, but a status."""
    body = f"""
        print('first', flush=True); sys.stdin.read(); [print('line') for _ in range({lines})]
        return 1
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        harness(repository, body), stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as tool:
        assert tool.stdin and tool.stdout and tool.stderr
        tool.stdout.readline()
        tool.stdout.close()
        tool.stdin.close()  # now it goes on
        assert tool.stderr.read() == ""
    assert tool.returncode == 128 + signal.SIGPIPE


@pytest.mark.parametrize("environment, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal_unless_it_is_not_wanted(
    repository: Path, environment: dict[str, str], coloured: bool
) -> None:
    body = """
        from tessera import console
        console.good("done")
        console.table(None, ("a", "b"), [("1", "2")])
        console.error("bad")
    """
    output = _on_a_terminal(harness(repository, body), environment)
    assert "done" in output and "bad" in output
    assert ("\x1b[32m" in output) == coloured and ("\x1b[31m" in output) == coloured


def _on_a_terminal(command: list[str], environment: dict[str, str]) -> str:
    import pexpect

    env = {
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "HOME": os.environ.get("HOME", "/"),
    } | environment
    tool = pexpect.spawn(command[0], command[1:], env=env, encoding="utf-8", timeout=20)
    return tool.read()


def test_plain_tables_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    console.table("Title", ("a", "long name"), [("wide cell", "x"), ("y", "z")])
    assert capsys.readouterr().out == "Title\na          long name\nwide cell  x\ny          z\n"


def test_activity_says_each_thing_once_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with console.activity() as say:
        assert capsys.readouterr().out == ""
        for state in ("1 of 2", "2 of 2"):
            say("building", state)
    assert capsys.readouterr().out == "· building\n"


def test_activity_without_a_terminal_is_never_silent_for_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 59.0, 62.0, 62.0, 63.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.activity() as say:
        for done in range(4):
            say("running 3 tests", f"{done} done")
    assert capsys.readouterr().out == "· running 3 tests\n· running 3 tests: 2 done\n"
