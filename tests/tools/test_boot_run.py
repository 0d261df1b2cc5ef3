"""`./tessera run`: a boot in front of somebody, or of nobody."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

import pexpect
import pytest

from boots import (SCRIPTS, boot_toml, environment, fake_qemu, make_tree, processes_of, tool,
                   tool_command, wait_until)
from tessera.boot.activity import look
from tessera.tree import Tree

ASKS_TWICE = '[[boot.dialogue]]\nexpect = "name? "\nsend = "bob\\n"\n' * 2


def test_a_boot_that_ends_well(tmp_path: Path) -> None:
    done = tool(make_tree(tmp_path / "tree"), "run", text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == "one\ntwo\n[ch01] OK\n✓ chapter 01 ended well\n"


@pytest.mark.parametrize(("kernel", "ends", "status", "last"), [
    ("panic", "panic", 0, "✓ chapter 01 panicked, as this boot is meant to"),
    ("refused", "refused", 0, "✓ chapter 01 refused to boot, as it is meant to"),
    ("stopped", "stopped", 0,
     "✓ chapter 01 stopped for want of a thread that can run, as it is meant to"),
    ("panic", "ok", 1, "tessera: chapter 01: the kernel panicked: PANIC: out of tea"),
    ("ok", "panic", 1, "tessera: chapter 01: it ended well: [ch01] OK"),
    ("idle", "ok", 1, "tessera: chapter 01: idling: no output and no CPU time for 0.5 s; "
                      "the last of 1 line(s) is 'one'"),
])
def test_how_it_ended(tmp_path: Path, kernel: str, ends: str, status: int, last: str) -> None:
    tree = make_tree(tmp_path / "tree", kernel, boot_toml(ends=ends))
    done = tool(tree, "run")
    assert done.returncode == status
    assert last in (done.stdout + done.stderr).splitlines()


def test_the_first_boot_or_the_one_asked_for(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "where",
                     boot_toml("a") + boot_toml("b", more="load_at = 0x50000000"))
    assert "at 0x0000000040200000\n" in tool(tree, "run").stdout
    assert "at 0x0000000050000000\n" in tool(tree, "run", "01", "--boot", "b").stdout
    done = tool(tree, "run", "--boot", "c")
    assert (done.returncode, "chapter 01 has no boot 'c'" in done.stderr) == (2, True)


def test_options_reach_the_machine(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    script = fake_qemu(tmp_path / "qemu", 'echo "$@"')
    done = tool(tree, "run", "--memory=64M", "--cpu=max", "--cpus=2", "--gic=3", "--el2",
                "--append=a b", "--qemu=-d int", env=environment(TESSERA_QEMU=script))
    assert ("gic-version=3,dtb-randomness=off,virtualization=on -cpu max -smp 2 -m 64M"
            in done.stdout)
    assert "-append a b -d int\n" in done.stdout


@pytest.mark.parametrize(("options", "problem"), [
    (["9"], "there is no chapter 09; this tree has 01"),
    (["--memory", "much"], "memory must be a size such as 512M or 2G, not 'much'"),
    (["--root-task", "x.elf"], "chapter 01 has no user mode, so it takes no root task"),
    (["--qemu", "'"], "--qemu: No closing quotation"),
    (["--preset", "kernal"], "there is no 'kernal' here"),
])
def test_misuse(tmp_path: Path, options: list[str], problem: str) -> None:
    done = tool(make_tree(tmp_path / "tree"), "run", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr


def test_another_chapter_needs_git(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    make_tree(tmp_path / "other", chapter=2)
    (tmp_path / "other/chapters/02").rename(tree.root / "chapters/02")
    done = tool(tree, "run", "02")
    assert done.returncode == 2
    assert "this is not a git clone, so it has only chapter 01" in done.stderr


def test_a_line_left_open_is_ended(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    script = fake_qemu(tmp_path / "qemu", "printf half")
    done = tool(tree, "run", env=environment(TESSERA_QEMU=script))
    assert done.stdout == "half\n"


def test_qemus_own_words_are_shown(tmp_path: Path) -> None:
    done = tool(make_tree(tmp_path / "tree"), "run", "--qemu=-nonesuch")
    assert done.returncode == 1
    assert "-nonesuch: invalid option" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "tessera: chapter 01: QEMU died: exit status 1; nothing was printed")


# ---- What it printed ----

#: What the kernel `ok` prints.
LOG = "one\ntwo\n[ch01] OK\n"
#: What `where` prints, as it is recorded.
PLACES = "at <address>\ntree at <address>\nmagic <address>\n[ch01] OK\n"


def test_a_log_as_expected_is_called_so(tmp_path: Path) -> None:
    done = tool(make_tree(tmp_path / "tree", expected={"only": LOG}), "run")
    assert done.stdout == (f"{LOG}✓ chapter 01 ended well\n"
                           "✓ its log is the expected one, chapters/01/expected/only.log\n")


def test_a_boot_that_ends_well_with_another_log_is_told_apart(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", expected={"only": LOG.replace("two", "2")})
    done = tool(tree, "run")
    assert (done.returncode, "is the expected one" in done.stdout) == (0, False)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "2 2 ≠│2 two" in lines
    assert lines[-1] == "! its log differs from the expected one, chapters/01/expected/only.log:2"


def test_what_is_replaced_in_logs_does_not_differ(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "where", expected={"only": PLACES})
    assert "its log is the expected one" in tool(tree, "run").stdout


@pytest.mark.parametrize("wish", [["--memory=64M"], ["--append=a"], ["--qemu=-d int"],
                                  ["--preset=kernel-release"]])
def test_a_boot_that_was_not_recorded_is_not_compared(tmp_path: Path, wish: list[str]) -> None:
    tree = make_tree(tmp_path / "tree", expected={"only": "another\n"})
    assert tool(tree, "run", *wish).stdout.endswith("✓ chapter 01 ended well\n")


def test_a_boot_that_ends_wrong_is_wrong_enough(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "panic", expected={"only": LOG})
    done = tool(tree, "run")
    assert (done.returncode, "expected one" in done.stdout) == (1, False)


# ---- Nobody types ----

def test_input_from_a_pipe_or_a_file_is_typed(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "dialogue")
    wanted = "name? bob\nname? eve\n[ch01] OK\n✓ chapter 01 ended well\n"
    assert tool(tree, "run", stdin=None, input="bob\neve\n").stdout == wanted
    typed = tmp_path / "typed"
    typed.write_text("bob\neve\n")
    with typed.open() as stdin:
        assert tool(tree, "run", stdin=stdin).stdout == wanted


def test_a_declared_dialogue_is_typed(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "dialogue", boot_toml(more=ASKS_TWICE))
    assert tool(tree, "run").stdout.startswith("name? bob\nname? bob\n[ch01] OK\n")


def test_no_standard_input_at_all(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    command = 'exec "$@" <&-'
    done = subprocess.run(["sh", "-c", command, "sh", *tool_command(tree, "run")], check=False,
                          capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


# ---- Somebody types ----

@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., pexpect.spawn]]:
    """Starts the tool on a tree, in a terminal of its own."""
    started: list[pexpect.spawn] = []

    def start(tree: Tree, *args: str) -> pexpect.spawn:
        command = tool_command(tree, *args)
        child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=60,
                              env=os.environ | {"TERM": "xterm"})
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def ended(child: pexpect.spawn) -> int:
    """Waits for the end and returns the exit status."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_keys_reach_the_kernel(tmp_path: Path, terminal: Callable[..., pexpect.spawn]) -> None:
    child = terminal(make_tree(tmp_path / "tree", "dialogue"), "run")
    child.expect_exact("name? ")
    child.send("b\x01\x01xb\x1a\x1c\r")  # Ctrl-A twice types one; Ctrl-Z and Ctrl-\ are keys
    child.expect_exact("b\x01xb\x1a\x1c\r\nname? ")
    assert child.before == ""  # the kernel shows what is typed, the terminal does not
    child.send("eve\r")
    child.expect_exact("eve\r\n[ch01] OK\r\n")
    child.expect_exact("chapter 01 ended well")
    assert ended(child) == 0


@pytest.mark.parametrize("kernel", ["idle", "spin"])
def test_whoever_sits_there_is_the_limit(tmp_path: Path, terminal: Callable[..., pexpect.spawn],
                                         kernel: str) -> None:
    limits = "limits = { cpu_seconds = 1, idle_seconds = 0.1, wall_seconds = 1 }"
    tree = make_tree(tmp_path / "tree", kernel, boot_toml(more=limits))
    child = terminal(tree, "run")
    child.expect_exact("one")
    [qemu] = processes_of(tree.root)
    time.sleep(1.5)
    if kernel == "spin":
        wait_until(lambda: look(qemu).cpu_seconds > 1.5, "spinning")
    assert processes_of(tree.root) == [qemu]
    child.send("\x01x")
    child.expect_exact("chapter 01 was stopped from the keyboard")
    assert ended(child) == 0
    assert processes_of(tree.root) == []


@pytest.mark.parametrize(("kernel", "doing"), [("spin", "is busy"), ("idle", "sleeps")])
def test_silence_is_pointed_out(tmp_path: Path, terminal: Callable[..., pexpect.spawn],
                                kernel: str, doing: str) -> None:
    tree = make_tree(tmp_path / "tree", kernel)
    child = terminal(tree, "run")
    child.expect_exact(f"nothing for 1 s: the kernel {doing}; Ctrl-C stops it")
    child.send("\x01x")
    assert ended(child) == 0


def test_a_prompt_is_no_silence(tmp_path: Path,
                                terminal: Callable[..., pexpect.spawn]) -> None:
    child = terminal(make_tree(tmp_path / "tree", "dialogue"), "run")
    child.expect_exact("name? ")
    assert child.expect_exact(["nothing for", pexpect.TIMEOUT], timeout=2) == 1
    child.send("\x01x")
    assert ended(child) == 0


def test_ctrl_c_stops(tmp_path: Path, terminal: Callable[..., pexpect.spawn]) -> None:
    tree = make_tree(tmp_path / "tree", "spin")
    child = terminal(tree, "run")
    child.expect_exact("one")
    child.send("\x03")
    child.expect_exact("interrupted; nothing is left running")
    assert ended(child) == 128 + signal.SIGINT
    assert processes_of(tree.root) == []


def test_the_help_tells_of_the_keys_that_stop(tmp_path: Path) -> None:
    """With the exit statuses that the tests above have seen."""
    said = " ".join(tool(make_tree(tmp_path / "tree"), "run", "--help").stdout.split())
    assert "Ctrl-A x switches the machine off, when you have seen enough: exit status 0." in said
    assert f"Ctrl-C breaks off: exit status {128 + signal.SIGINT}." in said


@pytest.mark.parametrize("keys", ["\x01x", "\x03"], ids=["Ctrl-A x", "Ctrl-C"])
def test_the_terminal_is_as_before(tmp_path: Path, keys: str) -> None:
    tree = make_tree(tmp_path / "tree", "idle")
    shell = pexpect.spawn("/bin/sh", encoding="utf-8", timeout=60, env=os.environ | {"PS1": "$ "})
    try:
        shell.sendline(f"cd {tmp_path}; stty -a > before; echo rea''dy")
        shell.expect_exact("ready")
        (tmp_path / "command.py").write_text(
            f"import os\nos.execv({sys.executable!r}, {tool_command(tree, 'run')!r})\n")
        shell.sendline(f"{sys.executable} command.py; stty -a > after; echo do''ne")
        shell.expect_exact("one\r\n")
        shell.send(keys)
        shell.expect_exact("done")
    finally:
        shell.close(force=True)
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


# ---- Start-up ----

def test_the_command_line_loads_little() -> None:
    """`run` and `boot` are declared without loading what only their execution needs."""
    script = (f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\n"
              "import tessera.commands.run, tessera.commands.boot\n"
              "heavy = ('rich', 'tomllib', 'termios', 'tessera.boot', 'tessera.chapter')\n"
              "print([name for name in heavy if name in sys.modules])")
    assert subprocess.check_output([sys.executable, "-c", script]) == b"[]\n"
