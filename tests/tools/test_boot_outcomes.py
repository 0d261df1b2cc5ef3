"""Every way in which a boot can end is told from the others; nothing is left running."""
from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from boots import (boot_toml, environment, fake_qemu, image, make_tree, processes_of, tool,
                   tool_command, wait_until)
from tessera.boot import activity, machine
from tessera.boot.activity import IdleWatch
from tessera.boot.dialogue import Dialogue
from tessera.boot.ending import End, Ending, judge
from tessera.boot.process import Run, run
from tessera.boot.session import Stop
from tessera.chapter import Boot, Exchange, Limits
from tessera.errors import Failure

#: The smallest limits there are; the wall clock is far away, so that load changes nothing.
LIMITS = Limits(cpu_seconds=1, idle_seconds=0.5, wall_seconds=100, output_bytes=20_000)
#: Limits for kernels that reach none, or must not reach this one first.
AMPLE = Limits(cpu_seconds=60, idle_seconds=60, wall_seconds=100, output_bytes=20_000)

PANIC = b"one\r\nPANIC: out of tea\r\n"


def boot(kernel: str, tmp_path: Path, limits: Limits = LIMITS, **options: object) -> Run:
    """Boots one of the kernels."""
    file = tmp_path / "Image"
    file.write_bytes(image(kernel))
    line = machine.command(machine.find_qemu(), Boot("only", "ok"), file, tmp_path)
    return run(line, limits, **options)


@pytest.mark.parametrize(("kernel", "end", "sentence"), [
    ("ok", End.OK, "it ended well: [ch01] OK"),
    ("panic", End.PANIC, "the kernel panicked: PANIC: out of tea"),
    ("refused", End.REFUSED, "the kernel refused to boot: REFUSED: no memory node"),
    ("stopped", End.STOPPED, "no thread was left that could run: STOPPED: no thread can run"),
    ("no_last_line", End.NO_LAST_LINE,
     "missing last line: the machine powered off without '[ch01] OK'; it ended with 'two'"),
    ("silent", End.NO_LAST_LINE,
     "missing last line: the machine powered off without '[ch01] OK'; it printed nothing at all"),
    ("reset", End.NO_LAST_LINE,
     "missing last line: the machine powered off without '[ch01] OK'; it ended with 'one'"),
])
def test_boots_that_end_by_themselves(tmp_path: Path, kernel: str, end: End, sentence: str) -> None:
    ending = judge(boot(kernel, tmp_path, AMPLE), 1)
    assert (ending.end, ending.sentence) == (end, sentence)


def test_spinning(tmp_path: Path) -> None:
    ending = judge(boot("spin", tmp_path), 1)
    assert ending.end is End.SPINNING
    assert ending.sentence == ("spinning: not ended after 1 s of QEMU's CPU time; "
                               "the last of 1 line(s) is 'one'")


def test_idling(tmp_path: Path) -> None:
    ending = judge(boot("idle", tmp_path), 1)
    assert ending.end is End.IDLING
    assert ending.sentence.startswith("idling: no output and no CPU time for 0.5 s; the last of 1")
    assert "wfi" in ending.hint


def test_a_panic_that_does_not_power_off(tmp_path: Path) -> None:
    ending = judge(boot("panic_and_idle", tmp_path), 1)
    assert ending.end is End.IDLING
    assert ending.sentence.endswith(", after a panic: PANIC: out of tea")


@pytest.mark.parametrize("command", [None, "exec head -c 30000 /dev/zero"])
def test_too_much_output(tmp_path: Path, command: str | None) -> None:
    """Of a boot that never ends, and of one that ends before all of it has been read."""
    limits = Limits(cpu_seconds=60, idle_seconds=60, wall_seconds=60, output_bytes=20_000)
    if command is None:
        done = boot("chatter", tmp_path, limits)
    else:
        done = run([fake_qemu(tmp_path / "qemu", command)], limits)
    assert len(done.output) == 20_000
    assert judge(done, 1).end is End.OUTPUT


def test_the_wall_clock(tmp_path: Path) -> None:
    limits = Limits(cpu_seconds=60, idle_seconds=60, wall_seconds=0.3)
    ending = judge(boot("spin", tmp_path, limits), 1)
    assert ending.end is End.WALL_CLOCK
    assert ending.sentence.startswith("out of time: not ended after 0.3 s")


@pytest.mark.parametrize(("body", "sentence", "words"), [
    ("kill -SEGV $$", "QEMU died: killed by SIGSEGV; nothing was printed", ""),
    ("echo one; kill -KILL $$", "QEMU died: killed by SIGKILL; the last of 1 line(s) is 'one'", ""),
    ("echo sorry >&2; exit 1", "QEMU died: exit status 1; nothing was printed", "sorry"),
    ("sh -c 'kill -ABRT $$'; exit $?", "QEMU died: killed by SIGABRT; nothing was printed", None),
])
def test_a_qemu_that_dies(tmp_path: Path, body: str, sentence: str, words: str | None) -> None:
    done = run([fake_qemu(tmp_path / "qemu", body)], AMPLE)
    ending = judge(done, 1)
    assert (ending.end, ending.sentence) == (End.DIED, sentence)
    if words is not None:
        assert done.errors == words


def test_qemu_refuses_its_arguments(tmp_path: Path) -> None:
    done = run([machine.find_qemu(), "-M", "nonesuch"], AMPLE)
    assert judge(done, 1).end is End.DIED
    assert "unsupported machine type" in done.errors


def test_a_qemu_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot start .*: No such file or directory"):
        run([str(tmp_path / "none")], AMPLE)


def test_a_script_around_qemu_spins(tmp_path: Path) -> None:
    """The limit holds for what the script starts, and 128 + SIGXCPU is understood."""
    script = fake_qemu(tmp_path / "qemu", 'sleep 0.5; "$QEMU" "$@"; exit $?')
    (tmp_path / "Image").write_bytes(image("spin"))
    line = machine.command(script, Boot("only", "ok"), tmp_path / "Image", tmp_path)
    assert judge(run(line, Limits(cpu_seconds=1)), 1).end is End.SPINNING


def test_a_script_around_qemu_idles(tmp_path: Path) -> None:
    """The script sleeps all the time; what counts is the whole group."""
    script = fake_qemu(tmp_path / "qemu", '"$QEMU" "$@"; exit $?')
    (tmp_path / "Image").write_bytes(image("spin"))
    line = machine.command(script, Boot("only", "ok"), tmp_path / "Image", tmp_path)
    limits = Limits(cpu_seconds=60, idle_seconds=0.5, wall_seconds=2)
    assert judge(run(line, limits), 1).end is End.WALL_CLOCK  # not idling: QEMU is busy
    (tmp_path / "Image").write_bytes(image("idle"))
    assert judge(run(line, LIMITS), 1).end is End.IDLING


def test_declared_last_line_is_that_of_the_chapter() -> None:
    done = Run(Stop.OFF, b"[ch03] OK\r\n")
    assert judge(done, 3).end is End.OK
    assert judge(done, 4).end is End.NO_LAST_LINE
    assert judge(Run(Stop.OFF, b"[ch03] OK\r\nmore\r\n"), 3).end is End.NO_LAST_LINE


@pytest.mark.parametrize(("output", "end"), [
    (PANIC + b"[ch01] OK\r\n", End.PANIC),
    (b"[    0.000123] PANIC: late\r\n", End.PANIC),
    (b"[    0.000123] REFUSED: old\r\n", End.REFUSED),
    (b"i8 u8 PANIC: in the middle of a line\r\n  at k.cpp:1\r\n", End.PANIC),
    (b"no PANIC: here\r\n[ch01] OK\r\n", End.OK),
])
def test_where_a_panic_is_seen(output: bytes, end: End) -> None:
    assert judge(Run(Stop.OFF, output), 1).end is end


# ---- Console dialogue ----

ASK = (Exchange("name? ", "bob\n"), Exchange("name? ", "eve\n"))


def test_a_dialogue(tmp_path: Path) -> None:
    done = boot("dialogue", tmp_path, AMPLE, dialogue=ASK)
    assert done.output == b"name? bob\nname? eve\n[ch01] OK\r\n"
    assert judge(done, 1).end is End.OK


def test_an_answer_waits_for_its_own_prompt() -> None:
    dialogue = Dialogue(ASK)
    assert dialogue.answers(b"na") == b""
    assert dialogue.answers(b"name? ") == b"bob\n"
    assert dialogue.answers(b"name? bob") == b""
    assert dialogue.awaited == ASK[1]
    assert dialogue.answers(b"name? bob\nname? ") == b"eve\n"
    assert dialogue.awaited is None


def test_a_prompt_that_never_comes(tmp_path: Path) -> None:
    ending = judge(boot("idle", tmp_path, dialogue=ASK), 1)
    assert ending.end is End.IDLING
    assert "while the prompt 'name? ' was awaited" in ending.sentence


def test_a_power_off_before_the_prompt(tmp_path: Path) -> None:
    ending = judge(boot("ok", tmp_path, AMPLE, dialogue=ASK), 1)
    assert ending == Ending(End.NO_PROMPT, "missing prompt: the machine powered off before it "
                                           "printed 'name? '")


# ---- Idling ----

def test_what_sleeps_is_idle_and_what_is_held_up_is_not() -> None:
    """A stopped process stands for one that waits for a processor: it wants to do something."""
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        try:
            watch = IdleWatch(process.pid, step=0.1)
            time.sleep(0.2)  # until it sleeps
            for second in range(4):
                watch.look(float(second))
            assert watch.seconds == pytest.approx(0.6)  # of a long gap, only two steps count
            watch.reset()
            assert watch.seconds == 0
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            for second in range(4):
                watch.look(float(second))
            assert watch.seconds == 0
        finally:
            process.kill()


class Ended:
    """A process that ends between the look for it and the look at its threads."""

    def glob(self, pattern: str) -> list[Path]:
        raise FileNotFoundError(pattern)


def test_a_process_that_ends_while_it_is_looked_at_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "_members", lambda _: iter([(Ended(), 0)]))
    seen = activity.look(1)
    assert (seen.cpu_seconds, seen.waiting) == (0.0, True)


def test_cpu_time_is_no_idling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asleep whenever we look, but busy in between."""
    used = [0.0, 0.01, 0.02, 0.02, 0.02]
    monkeypatch.setattr(activity, "look", lambda _: activity.Activity(used.pop(0), waiting=True))
    watch = IdleWatch(0, step=0.5)
    idle = []
    for second in range(5):
        watch.look(float(second))
        idle.append(watch.seconds)
    assert idle == [0, 0, 0, 1, 2]


def test_a_child_that_leaves_the_group_counts() -> None:
    script = "setsid python3 -c 'import time; x = bytearray(64 << 20); time.sleep(100)' & wait"
    with subprocess.Popen(["sh", "-c", script], start_new_session=True) as process:
        try:
            wait_until(lambda: activity.look(process.pid).memory_bytes > 64 << 20, "memory")
        finally:
            for member, _ in list(activity._members(process.pid)):
                os.kill(int(member.name), signal.SIGKILL)


def test_memory_is_limited() -> None:
    limits = Limits(memory_bytes=64 << 20)
    eater = "x = []\nwhile True: x.append(bytearray(1 << 20))"
    done = run(["/usr/bin/python3", "-c", eater], limits)
    assert done.stop is Stop.MEMORY
    assert judge(done, 1).sentence.startswith("too much memory: more than 64 MiB")


def test_the_cpu_time_of_a_group() -> None:
    with subprocess.Popen(["sh", "-c", "while :; do :; done & wait"],
                          start_new_session=True) as process:
        try:
            wait_until(lambda: activity.look(process.pid).cpu_seconds > 0.3, "CPU time")
        finally:
            os.killpg(process.pid, signal.SIGKILL)


# ---- Nothing is left running ----

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("wrapped", [False, True], ids=["qemu", "script"])
def test_no_qemu_is_left_behind(tmp_path: Path, number: signal.Signals, wrapped: bool) -> None:
    tree = make_tree(tmp_path / "tree", "spin", boot_toml(more="limits = { cpu_seconds = 100 }"))
    script = fake_qemu(tmp_path / "qemu", '"$QEMU" "$@"; exit $?')
    env = environment(TESSERA_QEMU=script) if wrapped else None
    command = tool_command(tree, "boot", "check", "only", "--no-build")
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: len(processes_of(tree.root)) == 1 + wrapped, "QEMU's start")
            process.send_signal(number)
            said = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    wait_until(lambda: not processes_of(tree.root), "QEMU's end")
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGINT:
        assert said == "tessera: interrupted; nothing is left running\n"


@pytest.mark.parametrize("moment", ["start", "end"])
def test_a_signal_at_a_bad_moment_leaves_no_qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 moment: str) -> None:
    """Right after the start, when nobody guards QEMU yet, and right before it is ended."""
    popen, killpg = subprocess.Popen, os.killpg

    def interrupted_popen(*args: object, **options: object) -> subprocess.Popen[bytes]:
        process = popen(*args, **options)
        if "-kernel" in args[0]:  # neither the compiler nor QEMU's `--version`
            wait_until(lambda: bool(processes_of(tmp_path)), "QEMU's start")
            signal.raise_signal(signal.SIGINT)
        return process

    def interrupted_killpg(*args: int) -> None:
        signal.raise_signal(signal.SIGINT)
        killpg(*args)

    if moment == "start":
        monkeypatch.setattr(subprocess, "Popen", interrupted_popen)
    else:
        monkeypatch.setattr(os, "killpg", interrupted_killpg)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            boot("spin", tmp_path, Limits(cpu_seconds=60, idle_seconds=60, wall_seconds=0.3))
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: not processes_of(tmp_path), "QEMU's end")


def test_an_exception_leaves_no_qemu(tmp_path: Path) -> None:
    def broken(_: bytes) -> None:
        raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError, match="the reader broke"):
        boot("spin", tmp_path, AMPLE, echo=broken)
    assert processes_of(tmp_path) == []


def test_a_reader_that_has_gone(tmp_path: Path) -> None:
    """`./tessera run | head -1`: quietly, but not as if all were well."""
    tree = make_tree(tmp_path / "tree", "chatter", boot_toml(more=""))
    pipes = f'{{ "$@" 2> {tmp_path}/errors; echo $? > {tmp_path}/status; }} | head -n 1'
    done = subprocess.run(["sh", "-c", pipes, "sh", *tool_command(tree, "run")], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=100)
    assert done.stdout == b"and another thing\n"
    assert (tmp_path / "errors").read_text() == ""
    assert int((tmp_path / "status").read_text()) == 128 + signal.SIGPIPE
    assert processes_of(tree.root) == []


def test_limits_do_not_outlive_the_boot(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "idle")
    done = tool(tree, "boot", "check")
    assert done.returncode == 1
    assert "idling" in done.stdout
    assert processes_of(tree.root) == []
