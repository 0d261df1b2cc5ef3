"""`./tessera test --qemu 10`, on a machine made of scripts: debootstrap and chroot are fakes."""
from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import eventually, is_gone

from tessera import setup
from tessera.commands import test as command
from tessera.errors import Failure, Misuse
from tessera.setup.host import Host
from tessera.suite import plan, run, second_qemu
from tessera.tree import Tree

ROOT = Host(uid=0)

SCRIPTS = {
    "unshare": 'echo "unshare $1" >> MACHINE/log\nshift\nexec "$@"\n',
    "mount": 'echo "mount $*" >> MACHINE/log\n[ -d "$3" ] && pwd >> MACHINE/log\n',
    "debootstrap": """\
echo "debootstrap $*" >> MACHINE/log
[ -e MACHINE/debootstrap-says ] && { cat MACHINE/debootstrap-says; exit 1; }
[ -e MACHINE/debootstrap-hangs ] && { echo $$ > MACHINE/pid; sleep 300; }
echo "I: Retrieving things"
mkdir -p "$3/etc/apt/sources.list.d"
""",
    "chroot": """\
root=$1; shift
echo "chroot $*" >> MACHINE/log
case "$*" in
*apt-get*update*) ;;
*apt-get*install*)
    [ -e MACHINE/apt-says ] && { cat MACHINE/apt-says; exit 100; }
    cp "$root/etc/apt/sources.list.d/backports.list" MACHINE/sources ;;
*--version) cat MACHINE/version ;;
*) printf '<%s>' "$@" ;;
esac
""",
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its folder: `tree` is Tessera's, `log` says what was run."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "a tree").mkdir()
    (tmp_path / "version").write_text("QEMU emulator version 10.0.2 (Debian 1:10.0.2)\n")
    for name, body in SCRIPTS.items():
        file = tmp_path / "bin" / name
        file.write_text(f"#!/bin/sh\n{body.replace('MACHINE', str(tmp_path))}")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setattr(setup, "ensure",
                        lambda tier, **_: (tmp_path / "log").write_text(f"{tier}\n"))
    return tmp_path


def ensure(machine: Path, host: Host = ROOT) -> Path:
    return second_qemu.ensure(Tree(machine / "a tree"), host)


def calls(machine: Path) -> list[str]:
    """What was run since the last time."""
    text = (machine / "log").read_text()
    (machine / "log").write_text("")
    return text.splitlines()


def test_the_chroot_is_made_once(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrapper, folder = ensure(machine), machine / "a tree/build/qemu-10"
    made = calls(machine)
    assert made[:2] == ["qemu10", "unshare --mount"]
    assert made[2].startswith("debootstrap --variant=minbase bookworm ")
    inside = [call for call in made if call.startswith("chroot ")]
    assert "apt-get" in inside[0] and inside[0].endswith(" update")
    assert inside[1].endswith(" -t bookworm-backports qemu-system-arm")
    assert (machine / "sources").read_text().endswith(" bookworm-backports main\n")
    assert sorted(file.name for file in folder.iterdir()) == ["qemu-system-aarch64", "root"]
    out = capsys.readouterr().out
    assert "· making a small Debian 12 for QEMU 10\n" in out
    assert f"· boots run on QEMU 10.0.2: TESSERA_QEMU={wrapper}\n" in out
    assert ensure(machine) == wrapper
    again = calls(machine)
    assert not any("debootstrap" in call or "apt-get" in call for call in again)
    assert again[-1] == "chroot qemu-system-aarch64 --version"


def test_the_wrapper_sees_the_tree_and_leaves_no_mount(machine: Path) -> None:
    wrapper = ensure(machine)
    calls(machine)
    done = subprocess.run([wrapper, "-kernel", "a  b", "$x"], capture_output=True, text=True,
                          check=True)
    assert done.stdout == "<qemu-system-aarch64><-kernel><a  b><$x>"
    tree = machine / "a tree"
    assert calls(machine) == [
        "unshare --mount", f"mount --bind {tree} .{tree}",
        f"{tree}/build/qemu-10/root", "chroot qemu-system-aarch64 -kernel a  b $x"]


def test_the_wrapper_becomes_qemu(machine: Path) -> None:
    """Limits and signals are for the process that was started."""
    (machine / "bin/chroot").write_text("#!/bin/sh\necho $$\n")
    (machine / "a tree/build/qemu-10/root").mkdir(parents=True)
    wrapper = second_qemu._wrapper(machine / "a tree/build/qemu-10/root", Tree(machine / "a tree"))
    with subprocess.Popen([wrapper], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.read() == f"{process.pid}\n"


def test_trees_of_stages_share_the_chroot(machine: Path) -> None:
    (machine / "a tree/tessera").touch()
    stage = machine / "a tree/build/stages/01"
    wrapper = second_qemu.ensure(Tree(stage), ROOT)
    assert wrapper == stage / "build/qemu-10/qemu-system-aarch64"
    assert (machine / "a tree/build/qemu-10/root").is_dir()
    made = calls(machine)
    assert made[made.index(f"mount --bind {stage} .{stage}") + 1] == str(
        machine / "a tree/build/qemu-10/root")


@pytest.mark.parametrize("sudo, line", [
    (True, "Run this line:\n  sudo ./tessera test 03 --qemu 10 -k 'a b'"),
    (False, "Run this line:\n  su -c './tessera test 03 --qemu 10 -k '\"'\"'a b'\"'\"''"),
])
def test_only_root_can(machine: Path, monkeypatch: pytest.MonkeyPatch, sudo: bool,
                       line: str) -> None:
    monkeypatch.setattr(sys, "argv", ["tessera", "test", "03", "--qemu", "10", "-k", "a b"])
    monkeypatch.setenv("PATH", str(machine / "bin"))
    if sudo:
        (machine / "bin/sudo").symlink_to("/bin/true")
    with pytest.raises(Misuse, match="only root can make and enter") as caught:
        ensure(machine, Host(uid=1000))
    assert (caught.value.status, caught.value.hint) == (2, line)
    assert not (machine / "log").exists()


NETWORK = "E: Failed getting release file, Temporary failure resolving 'deb.example'\n"


@pytest.mark.parametrize("file, message", [
    ("debootstrap-says", "debootstrap could not make the chroot; it says\n  E: Failed getting"),
    ("apt-says", "apt-get could not install QEMU 10; it says\n  E: Failed getting"),
])
def test_without_a_network_nothing_is_left(machine: Path, file: str, message: str) -> None:
    (machine / file).write_text(NETWORK)
    with pytest.raises(Failure, match=message) as caught:
        ensure(machine)
    assert "Is the network up?" in caught.value.hint
    assert list((machine / "a tree/build/qemu-10").iterdir()) == []
    (machine / file).unlink()
    ensure(machine)


def test_a_full_disk(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_qemu, "SPACE_NEEDED", 1 << 60)
    with pytest.raises(Failure, match="the disk is too full for QEMU 10"):
        ensure(machine)


#: The interruption comes when debootstrap is at work and `Popen` has not yet returned.
INTERRUPTED_AT_THE_START = """
import pathlib, signal, subprocess, time
class Popen(subprocess.Popen):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        while not pathlib.Path("MACHINE/pid").exists():
            time.sleep(0.01)
        subprocess.Popen = subprocess.Popen.__base__
        signal.raise_signal(signal.SIGINT)
subprocess.Popen = Popen
"""


@pytest.mark.parametrize("before", ["", INTERRUPTED_AT_THE_START], ids=["later", "at the start"])
def test_an_interruption_leaves_nothing(machine: Path, before: str) -> None:
    (machine / "debootstrap-hangs").touch()
    code = (f"import sys; sys.path.insert(0, {str(Path(second_qemu.__file__).parents[2])!r})\n"
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "from pathlib import Path; from tessera import setup; from tessera.tree import Tree\n"
            "setup.ensure = lambda *args, **kwargs: None\n"
            "from tessera.setup.host import Host; from tessera.suite import second_qemu\n"
            + before.replace("MACHINE", str(machine)) +
            f"second_qemu.ensure(Tree(Path({str(machine / 'a tree')!r})), Host(uid=0))\n")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        making = eventually(lambda: int((machine / "pid").read_text()))
        if not before:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    eventually(lambda: is_gone(making))
    assert list((machine / "a tree/build/qemu-10").iterdir()) == []


@pytest.mark.parametrize("version, said", [
    ("QEMU emulator version 7.2.22\n", "QEMU emulator version 7.2.22"), ("", r"nothing \(exit")])
def test_another_version(machine: Path, version: str, said: str) -> None:
    (machine / "version").write_text(version)
    with pytest.raises(Failure, match=f"no QEMU 10 in the chroot: .*\n  {said}") as caught:
        ensure(machine)
    assert caught.value.hint.startswith("`rm -rf '")


# ---- The command ----

@pytest.mark.parametrize("argv, pattern", [
    (["--qemu", "10"], command.GOLDEN_BOOTS),
    (["--qemu", "10", "-k", "03.matrix"], "03.matrix"),
    ([], "")])
def test_the_golden_boots_run_on_it(monkeypatch: pytest.MonkeyPatch, argv: list[str],
                                    pattern: str) -> None:
    from tessera.cli import Parser

    seen: list[object] = []
    monkeypatch.setenv("TESSERA_QEMU", "mine")
    monkeypatch.setattr(setup, "ensure", lambda *args, **more: None)
    monkeypatch.setattr(second_qemu, "ensure", lambda tree: Path("/ten"))
    monkeypatch.setattr(plan, "make", lambda *args: [])

    def record(tree: Tree, parts: object, presets: object, k: str, j: int, *,
               use_cache: bool) -> int:
        seen.extend([k, use_cache, command.os.environ["TESSERA_QEMU"]])
        return 0

    monkeypatch.setattr(run, "run", record)
    parser = Parser()
    command.arguments(parser)
    command.execute(parser.parse_args(argv), Tree(Path("/nowhere")))
    assert seen == [pattern, not argv, "/ten" if argv else "mine"]
