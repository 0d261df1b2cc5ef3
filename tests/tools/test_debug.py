"""`./tessera debug`: GDB finds its way before and after the MMU is on, and no machine outlives the session."""
from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

import pexpect
import pytest
from tessera import chapter as chapters
from tessera.chapter import IMAGE_START
from tessera.debug.session import listen_on_port
from tessera.debug.symbols import gdb_commands, place
from tessera.errors import Failure, Misuse
from tessera.tree import Tree
from turns import alone  # noqa: F401  (a fixture)

ROOT = Path(__file__).resolve().parents[2]
UPPER_HALF = Path(__file__).with_name("upper_half")
BATCH = ("-nx", "-batch")

#: Runs a debugging session on the kernel in a folder, as the command does on a chapter's.
DRIVER = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "scripts")!r})
from tessera import cli
from tessera.chapter import Boot
from tessera.commands import debug
from tessera.debug.start import Debuggee, debugger, server
from tessera.tree import Tree

def execute(args, tree):
    kernel = Debuggee(tree.root / "session", tree, "kernel", Boot("upper", "ok"))
    return server(kernel, args.port or 0) if args.server else debugger(kernel, args.behind)

debug.execute = execute
sys.exit(cli.main(Path(sys.argv[1]), ["debug", *sys.argv[2:]]))
"""


@pytest.fixture(scope="session")
def upper_half(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tree that holds nothing but a built kernel which turns the MMU on; there is a blank in its path."""
    root = tmp_path_factory.mktemp("upper half")
    build = root / "build/kernel"
    build.mkdir(parents=True)
    (root / "kernel").mkdir()
    (root / "kernel/CHAPTER").write_text("05\n")
    for name in ("start.S", "main.cpp"):
        (root / "kernel" / name).write_bytes((UPPER_HALF / name).read_bytes())
    subprocess.run(
        ["aarch64-linux-gnu-g++", "-g", "-Og", "-ffreestanding", "-nostdlib", "-static", "-mgeneral-regs-only",
         "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables", f"-ffile-prefix-map={root}/=",
         f"-Wl,--build-id=none,--no-warn-rwx-segments,-T,{UPPER_HALF / 'kernel.ld'}",
         root / "kernel/start.S", root / "kernel/main.cpp", "-o", build / "kernel.elf"], cwd=build, check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", build / "kernel.elf", build / "Image"], check=True)
    yield root
    for left in machines(root / "session"):  # only after a failure
        os.kill(left, signal.SIGKILL)


def driver(root: Path, *args: str) -> list[str]:
    """The command line of a session on a prepared tree."""
    return [sys.executable, "-c", DRIVER, str(root), *args]


def in_gdb(*commands: str) -> list[str]:
    """Arguments that make GDB execute some commands and end."""
    return ["--", *BATCH, *(word for command in commands for word in ("-ex", command))]


def run(command: list[str], **options: object) -> str:
    """Standard output and error of a command that must succeed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, check=False, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def debug(*args: str, cwd: Path = ROOT) -> str:
    """What `./tessera debug ARGS` prints on the real tree."""
    return run([str(ROOT / "tessera"), "debug", *args], cwd=cwd)


def machines(folder: Path) -> list[int]:
    """The QEMUs whose serial log is in `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"logfile={folder}/".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue  # it has just ended
    return found


def eventually(condition: object, seconds: float = 20) -> bool:
    """Whether `condition()` becomes true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


# The kernel of this tree.


def test_it_stops_at_the_first_instruction_and_at_kernel_main(alone: None, tmp_path: Path) -> None:
    said = debug(*in_gdb("print $pc == (unsigned long)&_start", "continue", "backtrace", "info source"), cwd=tmp_path)
    first = said.index("$1 = 1")
    main = re.search(r"Breakpoint 2(\.\d+)?, ", said).start()  # 2.2, where there are two kernel_main
    assert re.search(r"_start \(\) at \S*kernel/boot/start\.S:\d+\n\d+\s+b\s+start", said[:first])
    assert re.search(r"#0 .*kernel_main \(.*\) at \S*kernel/boot/main\.cpp:\d+", said[main:])
    assert re.search(r"^\d+\s+.*kernel_main\(", said[main:], re.MULTILINE), "the source line itself"
    assert f"Located in {ROOT}/kernel/boot/main.cpp" in said[main:]
    assert machines(ROOT / "build/debug") == []


def test_a_backtrace_names_every_caller(alone: None) -> None:
    said = debug(*in_gdb("break k::dev::Pl011::put", "continue", "continue", "backtrace"))
    assert re.search(r"#0 +k::dev::Pl011::put \(.*\) at \S*kernel/dev/pl011\.cpp:\d+", said)
    assert re.search(r"#\d+ .* in k::kernel_main \(.*\) at \S*kernel/boot/main\.cpp:\d+", said)


def test_the_kernel_starts_with_system_settings_of_its_own(alone: None) -> None:
    said = debug(*in_gdb("print/x $SCTLR", "break clear_bss", "continue", "print/x $SCTLR"))
    assert "$2 = 0x30d00808" in said and "$1 = 0x30d00808" not in said, "not what firmware left there"


@pytest.mark.skipif(Tree(ROOT).chapter < 7, reason="there are no user programs before chapter 07")
def test_the_root_task_has_names_too(alone: None) -> None:
    said = debug(*in_gdb("delete", "break seL4_DebugHalt", "continue", "backtrace"))
    assert re.search(r"#0 +seL4_DebugHalt \(\) at \S*userland/include/sel4/syscalls\.h:\d+", said)
    assert re.search(r"#1 .*start_\w+ \(.*\) at \S*userland/rt/start\.cpp:\d+", said)


def test_gdb_shows_what_the_kernel_prints_and_that_it_powered_off(alone: None) -> None:
    boot = chapters.load(Tree(ROOT), Tree(ROOT).chapter).boot()
    log = (Tree(ROOT).chapter_dir(Tree(ROOT).chapter) / f"expected/{boot.name}.log").read_text()
    last = log.splitlines()[-1]  # which nothing is replaced in
    said = debug(*in_gdb("delete", "continue"))
    assert last in said.splitlines()
    assert "exited normally" in said
    assert last in (ROOT / "build/debug/serial.log").read_text()


def test_names_follow_an_image_that_is_loaded_elsewhere(alone: None) -> None:
    tree = Tree(ROOT)
    moved = [b for b in chapters.load(tree, tree.chapter).boots if b.load_at != IMAGE_START]
    if not moved:
        pytest.skip(f"chapter {tree.chapter:02} has no boot with load_at")
    said = debug("--boot", moved[0].name, *in_gdb("continue", "print/x $pc - (unsigned long)kernel_main < 64"))
    assert "$1 = 0x1" in said and f"tbreak *{moved[0].load_at:#x}" in (ROOT / "build/debug/session.gdb").read_text()


def test_the_release_build_can_be_debugged(alone: None) -> None:
    said = debug("--release", *in_gdb("info symbol kernel_main", "info files"))
    assert "kernel_main" in said and f"{ROOT}/build/kernel-release/kernel.elf" in said


# A kernel that turns the MMU on, as Tessera's does from chapter 05 on.


def test_names_hold_before_and_after_the_mmu_is_on(upper_half: Path, tmp_path: Path) -> None:
    said = run(driver(upper_half, *in_gdb(
        "print $pc", "backtrace", "break print", "continue", "print $pc", "continue", "backtrace", "info source")),
        cwd=tmp_path)
    assert re.search(r"\$1 = .*0x40200040 <_start>", said)
    assert re.search(r"#0 +_start \(\) at \S*kernel/start\.S:\d+\n", said)
    assert re.search(r"\$2 = .*0xffffffff8020[0-9a-f]+ <kernel_main\(\)", said)
    assert re.search(r"#0 .*print \(text=.*hello.*\) at \S*kernel/main\.cpp:\d+\n#1 .* in kernel_main", said)
    assert f"Located in {upper_half}/kernel/main.cpp" in said


def test_the_symbols_of_an_upper_half_kernel_are_loaded_twice(upper_half: Path) -> None:
    kernel = place(upper_half / "build/kernel/kernel.elf", IMAGE_START)
    assert (kernel.linked_at, kernel.physical_entry, kernel.in_upper_half) == (0xFFFFFFFF80200000, 0x40200040, True)
    assert gdb_commands(kernel)[1].endswith(f" -o {0x40200000 - 0xFFFFFFFF80200000 + 2**64:#x}")


def test_a_file_without_symbols_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "kernel.elf"
    file.write_bytes(b"no ELF")
    with pytest.raises(Failure, match=re.escape(str(file))):
        place(file, IMAGE_START)


def test_a_user_at_a_terminal(upper_half: Path) -> None:
    """Output appears while the kernel runs, Ctrl-C stops the kernel and not us, `reboot` starts afresh."""
    with pexpect.spawn(driver(upper_half)[0], driver(upper_half, "--", "-nx")[1:], encoding="utf-8", timeout=30,
                       env=os.environ | {"TERM": "dumb"}) as gdb:
        gdb.expect(r"Temporary breakpoint 1, _start.*\(gdb\) ")
        gdb.sendline("continue")
        gdb.expect(r"Breakpoint 2.*, kernel_main.*\(gdb\) ")
        gdb.sendline("set var wait = true")
        gdb.expect(r"\(gdb\) ")
        gdb.sendline("continue")
        gdb.expect("hello from the upper half")
        gdb.sendintr()
        gdb.expect(r"SIGINT.*kernel_main \(\).*\(gdb\) ")
        gdb.sendline("reboot")
        gdb.expect(r"Temporary breakpoint 3, _start.*\(gdb\) ")
        assert len(machines(upper_half / "session")) == 1, "the first machine is gone"
        gdb.sendline("quit")
        gdb.expect(pexpect.EOF)
    assert gdb.exitstatus == 0 and machines(upper_half / "session") == []
    assert "hello" not in gdb.before, "the machine ended with GDB and ran no further"


# Whatever ends a session, nothing is left of it.


def session_in_a_loop(root: Path) -> subprocess.Popen[bytes]:
    """A session whose kernel spins while GDB waits for it."""
    commands = in_gdb("continue", "set var wait = true", "continue")
    running = subprocess.Popen(driver(root, *commands), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    log = root / "session/serial.log"
    assert eventually(lambda: machines(log.parent) and log.exists() and b"hello" in log.read_bytes())
    return running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_killed_session_leaves_nothing(upper_half: Path, number: signal.Signals) -> None:
    running = session_in_a_loop(upper_half)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    running.send_signal(number)
    running.wait(timeout=30)
    assert eventually(lambda: not machines(upper_half / "session"))
    assert eventually(lambda: not any(alive(int(child)) for child in children)), "GDB is still there"


def alive(pid: int) -> bool:
    """Whether a process exists and is not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_qemu_that_fails_is_reported_in_its_own_words(upper_half: Path, tmp_path: Path) -> None:
    qemu = tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\n[ \"$1\" = --version ] && exec qemu-system-aarch64 --version\n"
                    "echo 'qemu: no such luck' >&2\nexit 3\n")
    qemu.chmod(0o755)
    done = subprocess.run(driver(upper_half, *in_gdb("backtrace")), env=os.environ | {"TESSERA_QEMU": str(qemu)},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert "QEMU ended with exit status 3\n         qemu: no such luck" in done.stderr


# The server for an IDE.


@pytest.fixture
def server(upper_half: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A waiting server, with the GDB command that it says to use."""
    with subprocess.Popen(driver(upper_half, "--server", "--port", "0"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        first, second = running.stdout.readline(), running.stdout.readline()
        assert "waiting for a debugger" in second
        yield running, first.partition("for GDB: ")[2].strip()
        running.kill()
    assert eventually(lambda: not machines(upper_half / "session"))


def test_a_server_serves_one_debugger_and_ends_with_it(server: tuple[subprocess.Popen[str], str]) -> None:
    running, command = server
    said = run(["sh", "-c", f"{command} {' '.join(BATCH)} -ex continue -ex continue -ex backtrace -ex continue"])
    assert "#0  kernel_main () at kernel/main.cpp" in said and "exited normally" in said
    output, _ = running.communicate(timeout=30)
    assert output.splitlines() == ["hello from the upper half", "[ch05] OK"] and running.returncode == 0


def test_a_server_ends_when_its_debugger_is_killed(server: tuple[subprocess.Popen[str], str], upper_half: Path) -> None:
    running, command = server
    gdb = subprocess.Popen(["sh", "-c", f"exec {command} -nx"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert eventually(lambda: machines(upper_half / "session"))
    gdb.kill()
    gdb.wait()
    assert running.wait(timeout=30) == 0


def test_ctrl_c_ends_a_waiting_server(server: tuple[subprocess.Popen[str], str]) -> None:
    running, _ = server
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) == 130


def test_a_port_in_use_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Misuse, match="in use") as raised:
        listen_on_port(taken.getsockname()[1])
    assert "--port" in (raised.value.hint or "")


@pytest.mark.parametrize(("args", "says"), [
    (("--port", "99999", "--server"), "'99999' is not a port"),
    (("--port", "1234"), "--port is for --server"),
    (("01", "--boot", "el2", "--server", "--", "-batch"), "--server starts no GDB"),
    (("O1",), "'O1' is not a chapter"),
    (("--boot", "nonsense"), "has no boot 'nonsense'"),
])
def test_misuse(args: tuple[str, ...], says: str) -> None:
    done = subprocess.run([ROOT / "tessera", "debug", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 2 and says in done.stderr


# .vscode


def vscode(name: str) -> dict:
    """A file of .vscode/, without its comments."""
    text = (ROOT / ".vscode" / name).read_text(encoding="utf-8")
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_the_ide_waits_for_what_the_server_prints(server: tuple[subprocess.Popen[str], str]) -> None:
    tasks = {task["label"]: task for task in vscode("tasks.json")["tasks"]}
    for configuration in vscode("launch.json")["configurations"]:
        task = tasks[configuration["preLaunchTask"]]
        port = task["args"][task["args"].index("--port") + 1]
        assert configuration["miDebuggerServerAddress"] == f"127.0.0.1:{port}"
        assert task["problemMatcher"]["background"]["endsPattern"] == "waiting for a debugger"


def test_what_the_ide_tells_gdb_finds_the_kernel(server: tuple[subprocess.Popen[str], str], upper_half: Path) -> None:
    """The files that launch.json names exist, and GDB's machine interface stops where it should."""
    address = server[1].rpartition("target remote ")[2].strip("'")
    configuration = vscode("launch.json")["configurations"][0]
    session = f"{upper_half}/session"
    program, setup = (text.replace("${workspaceFolder}/build/debug", session)
                      for text in (configuration["program"], configuration["setupCommands"][0]["text"]))
    script = [setup, f"-file-exec-and-symbols \"{program}\"", f"-target-select remote {address}", "-exec-continue"]
    with pexpect.spawn(configuration["miDebuggerPath"], ["-nx", "--interpreter=mi"], encoding="utf-8", timeout=30,
                       echo=False) as gdb:
        for command in script:
            gdb.sendline(command)
        gdb.expect(r'\*stopped,reason="breakpoint-hit".*func="_start".*fullname="([^"]*)"')
        assert gdb.match[1] == f"{upper_half}/kernel/start.S"
        gdb.sendline("-exec-continue")
        gdb.expect(r'\*stopped,reason="breakpoint-hit".*func="kernel_main".*fullname="([^"]*)"')
        assert gdb.match[1] == f"{upper_half}/kernel/main.cpp"
        gdb.sendline("-gdb-exit")
        gdb.expect(pexpect.EOF)
    assert server[0].wait(timeout=30) == 0


@pytest.mark.skipif(Tree(ROOT).chapter < 16, reason="invariants of all objects come with chapter 16")
def test_invariants_names_the_one_that_does_not_hold(alone: None) -> None:
    current = "k::kernel_state.objects.scheduler.current_"
    said = debug(*in_gdb("delete", "tbreak handle_user_exception", "continue",
                         f"set var {current}->notification = (k::Notification*) &k::kernel_state", "invariants"))
    assert re.search(r"^BROKEN  bindings are mutual: the thread's, at 0x[0-9a-f]+$", said, re.MULTILINE)
    assert "holds   live mappings are backed" in said
    assert "1 of 12 invariants do not hold" in said


@pytest.mark.skipif(Tree(ROOT).chapter < 16, reason="invariants of all objects come with chapter 16")
def test_invariants_can_be_asked_for_again_and_the_kernel_goes_on(alone: None) -> None:
    bound = "set var k::kernel_state.objects.scheduler.current_->notification = (k::Notification*)"
    said = debug(*in_gdb("delete", "break handle_user_exception", "continue", "invariants", "continue",
                         f"{bound} &k::kernel_state", "invariants", f"{bound} 0", "continue", "invariants",
                         "info breakpoints", "delete", "continue"))
    verdicts = re.findall(r"^all invariants hold|^BROKEN .*?:|^Breakpoint|^\[ch.*", said, re.MULTILINE)
    assert verdicts[-6:-1] == ["all invariants hold", "Breakpoint", "BROKEN  bindings are mutual:", "Breakpoint",
                               "all invariants hold"]
    assert "breakpoint already hit 3 times" in said, "the command's own return is no hit"
    assert re.fullmatch(r"\[ch\d\d\] OK", verdicts[-1])


@pytest.mark.skipif(Tree(ROOT).chapter < 16, reason="invariants of all objects come with chapter 16")
def test_invariants_wants_the_kernel(alone: None) -> None:
    said = debug(*in_gdb("delete", "tbreak seL4_DebugHalt", "continue", "invariants", "print 1"))
    assert "a program runs: `tbreak handle_user_exception` and `continue` lead to the kernel" in said
