"""Set-up, on a machine made of scripts: apt-get, dpkg and sudo are fakes that keep a log."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import eventually
from stacks import git, tessera

from tessera import setup
from tessera.errors import Failure, Misuse
from tessera.setup import apt, libfdt
from tessera.setup.host import Host
from tessera.setup.packages import TIERS, packages
from tessera.tree import Tree, main_root

APT_GET = """\
#!/bin/sh
echo "apt-get $* [$DEBIAN_FRONTEND]" >> MACHINE/log
[ -n "$APT_CONFIG" ] && cp "$APT_CONFIG" MACHINE/apt.conf
for word in "$@"; do case $word in update|install|download) verb=$word;; esac; done
if [ -e MACHINE/$verb-says ]; then cat MACHINE/$verb-says; exit 100; fi
case $verb in
update)
    rm -f MACHINE/install-says
    cd MACHINE/root/var/lib/apt/lists
    touch d_InRelease d_Packages ;;
download) touch libfdt-dev_1_arm64.deb ;;
install)
    echo dlstatus:1:50.0:Retrieving file 1 of 2
    echo pmstatus:dpkg-exec:75.0:Unpacking things
    for word in "$@"; do
        case $word in -*|*=*|install) ;; *) echo "$word" >> MACHINE/installed;; esac
    done
    echo changed >> MACHINE/root/var/lib/dpkg/status ;;
esac
"""
DPKG_QUERY = """\
#!/bin/sh
echo dpkg-query >> MACHINE/log
for word in "$@"; do grep -qx -e "$word" MACHINE/installed && echo "installed $word"; done
true
"""
DPKG = """\
#!/bin/sh
mkdir -p "$3/usr/include" "$3/usr/lib/aarch64-linux-gnu"
for name in fdt.h libfdt.h libfdt_env.h; do touch "$3/usr/include/$name"; done
touch "$3/usr/lib/aarch64-linux-gnu/libfdt.a"
"""
SUDO = """\
#!/bin/sh
echo "sudo $*" >> MACHINE/log
[ -e MACHINE/sudo-wants-password ] && exit 1
shift
exec "$@"
"""
NETWORK = "E: Failed to fetch http://deb.example/x.deb  Temporary failure resolving 'deb.example'\n"


@dataclass
class Machine:
    """The fake machine: its files, and what was run on it."""

    base: Path
    tree: Tree

    def host(self, **facts: object) -> Host:
        return Host(
            **{"root": self.base / "root", "system": "Linux", "machine": "x86_64", "uid": 0} | facts
        )

    def ensure(self, tier: str = "run", **facts: object) -> None:
        setup.ensure(tier, tree=self.tree, host=self.host(**facts))

    def calls(self) -> list[str]:
        """What was run since the last time."""
        log = self.base / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def fails(self, verb: str, text: str) -> None:
        """Makes `apt-get VERB` say this and fail."""
        (self.base / f"{verb}-says").write_text(text)

    def add(self, name: str, script: str) -> None:
        file = self.base / "bin" / name
        file.write_text(script.replace("MACHINE", str(self.base)))
        file.chmod(0o755)

    @property
    def lists(self) -> Path:
        return self.base / "root/var/lib/apt/lists"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A Debian with fresh package lists and nothing installed."""
    made = Machine(tmp_path, Tree(tmp_path / "tree"))
    for folder in ("bin", "tree", "root/etc", "root/var/lib/dpkg", "root/var/lib/apt/lists"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "root/etc/os-release").write_text(
        'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
    )
    for file in ("installed", "root/var/lib/dpkg/status"):
        (tmp_path / file).touch()
    for file in ("d_InRelease", "d_Packages"):
        (made.lists / file).touch()
    for name, script in (("apt-get", APT_GET), ("dpkg-query", DPKG_QUERY), ("dpkg", DPKG)):
        made.add(name, script)
    for name in ("sh", "env", "cat", "touch", "mkdir", "grep", "rm", "cp", "sleep", "true"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("DEBIAN_FRONTEND", raising=False)
    return made


def test_installs_what_is_missing_and_asks_nothing(machine: Machine) -> None:
    machine.ensure()
    install = next(line for line in machine.calls() if " install " in line)
    assert "-y --no-install-recommends" in install and install.endswith("[noninteractive]")
    assert set(packages("run", machine.host())) <= set(install.split())


def test_the_second_time_costs_nothing(machine: Machine) -> None:
    machine.ensure()
    machine.calls()
    machine.ensure()
    assert machine.calls() == []


def test_notices_that_a_package_was_removed(machine: Machine) -> None:
    machine.ensure()
    machine.calls()
    installed = machine.base / "installed"
    installed.write_text(installed.read_text().replace("ccache\n", ""))
    (machine.base / "root/var/lib/dpkg/status").write_text("without ccache\n")
    machine.ensure()
    assert [
        line
        for line in machine.calls()
        if line.endswith("--no-install-recommends ccache [noninteractive]")
    ]


def test_notices_that_libfdt_was_removed(machine: Machine) -> None:
    machine.ensure()
    shutil.rmtree(setup.libfdt_folder(machine.tree.root))
    machine.ensure()
    assert libfdt.present(setup.libfdt_folder(machine.tree.root))


def test_a_tier_brings_the_tiers_it_includes(machine: Machine) -> None:
    machine.ensure("debug")
    installed = (machine.base / "installed").read_text().split()
    assert {"gdb-multiarch", "qemu-system-arm"} <= set(installed) and "clang-14" not in installed


@pytest.mark.parametrize("tier", TIERS)
def test_no_package_is_named_twice(tier: str, machine: Machine) -> None:
    names = packages(tier, machine.host())
    assert len(names) == len(set(names)) > 0


def test_fresh_package_lists_are_used_as_they_are(machine: Machine) -> None:
    apt.install(["ccache"], machine.host())
    assert not [line for line in machine.calls() if "update" in line]


@pytest.mark.parametrize("state", ["none", "old", "no packages"])
def test_missing_and_old_package_lists_are_refreshed_first(machine: Machine, state: str) -> None:
    old = time.time() - apt.STALE_SECONDS - 60
    for file in list(machine.lists.iterdir()):
        os.utime(file, (old, old))
        if state == "none" or (state == "no packages" and file.name.endswith("Packages")):
            file.unlink()
    if state == "no packages":
        os.utime(machine.lists / "d_InRelease")
    apt.install(["ccache"], machine.host())
    calls = [line.split()[-2] for line in machine.calls() if line.startswith("apt-get")]
    assert calls == ["update", "ccache"]


@pytest.mark.parametrize(
    "words", ["E: Unable to locate package ccache\n", "Err:1 http://d  404  Not Found\n"]
)
def test_outdated_package_lists_are_refreshed_when_they_turn_out_to_be(
    machine: Machine, words: str
) -> None:
    machine.fails("install", words)  # until the next update
    apt.install(["ccache"], machine.host())
    calls = [line.split()[-2] for line in machine.calls() if line.startswith("apt-get")]
    assert calls == ["ccache", "update", "ccache"]


def test_passwordless_sudo_is_used(machine: Machine) -> None:
    machine.add("sudo", SUDO)
    machine.ensure(uid=1000)
    assert any(line.startswith("sudo -n env ") and " install " in line for line in machine.calls())


def test_libfdt_is_fetched_without_root(machine: Machine) -> None:
    machine.add("sudo", SUDO)
    libfdt.ensure(machine.base / "fdt", machine.host(uid=1000))
    assert libfdt.present(machine.base / "fdt")
    assert not any(line.startswith("sudo") for line in machine.calls())


@pytest.mark.parametrize("sudo", [True, False])
def test_without_root_the_exact_line_is_printed(machine: Machine, sudo: bool) -> None:
    (machine.base / "sudo-wants-password").touch()
    if sudo:
        machine.add("sudo", SUDO)
    with pytest.raises(Misuse) as refused:
        machine.ensure(uid=1000)
    line = (refused.value.hint or "").splitlines()[-1].strip()
    names = " ".join(packages("run", machine.host()))
    install = f"apt-get install -y --no-install-recommends {names}"
    assert line == (
        f"sudo apt-get update && sudo {install}" if sudo else f"su -c 'apt-get update && {install}'"
    )
    assert not any(call.startswith("apt-get") for call in machine.calls())


def test_the_printed_line_is_all_that_is_needed(machine: Machine) -> None:
    with pytest.raises(Misuse) as refused:
        machine.ensure(uid=1000)
    line = (refused.value.hint or "").splitlines()[-1].strip()
    subprocess.run(["sh", "-c", line.removeprefix("su -c '").removesuffix("'")], check=True)
    machine.ensure(uid=1000)


@pytest.mark.parametrize("facts, name", [({"system": "Darwin"}, "macOS"), ({}, "Fedora Linux 41")])
def test_other_systems_are_sent_to_the_devcontainer(
    machine: Machine, facts: dict[str, str], name: str
) -> None:
    (machine.base / "bin/apt-get").unlink()
    os_release = machine.base / "root/etc/os-release"
    os_release.unlink()
    if not facts:
        os_release.write_text(f'PRETTY_NAME="{name}"\n')
    with pytest.raises(Misuse, match=name) as refused:
        machine.ensure(**facts)
    assert "devcontainer" in (refused.value.hint or "")


def test_setup_can_be_switched_off(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_SETUP", "off")
    machine.ensure()
    assert machine.calls() == []


@pytest.mark.parametrize(
    "words, hint",
    [
        (NETWORK, "network"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.\n", "disk space"),
        (
            "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'\n",
            "dpkg --configure -a",
        ),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend\n", "Another package manager"),
    ],
)
def test_a_failed_apt_is_reported_in_its_own_words(machine: Machine, words: str, hint: str) -> None:
    machine.fails("install", f"Reading package lists...\n{words}")
    with pytest.raises(Failure) as failed:
        machine.ensure()
    assert words.strip() in str(failed.value) and "Reading" not in str(failed.value)
    assert hint in (failed.value.hint or "")
    assert not (machine.tree.build / "setup/run").exists()


def test_without_the_network_nothing_is_half_done(machine: Machine) -> None:
    machine.fails("download", NETWORK)
    machine.fails("update", NETWORK)
    with pytest.raises(Failure, match="Temporary failure resolving"):
        machine.ensure()
    assert not (machine.tree.build / "setup/run").exists()
    assert list((machine.tree.build / "deps").iterdir()) == []


def test_a_failed_update_does_not_matter_if_the_installation_works(machine: Machine) -> None:
    machine.fails("update", "E: The repository 'http://elsewhere.example' is not signed.\n")
    shutil.rmtree(machine.lists)
    machine.ensure()
    machine.ensure()


def test_apt_is_not_believed_blindly(machine: Machine) -> None:
    machine.add("dpkg-query", "#!/bin/sh\ntrue\n")
    with pytest.raises(Failure, match="not installed: g.*aarch64"):
        machine.ensure()


def test_libfdt_comes_from_a_private_apt_of_another_architecture(machine: Machine) -> None:
    libfdt.ensure(machine.base / "fdt", machine.host())
    config = (machine.base / "apt.conf").read_text()
    assert 'APT::Architecture "arm64";' in config
    for setting in ("Dir::State", "Dir::State::status", "Dir::Cache"):
        assert f'{setting} "{machine.base}/.libfdt-' in config
    assert "ports.ubuntu.com" not in config and "sourcelist" not in config


def test_ubuntu_has_its_arm64_packages_elsewhere(machine: Machine) -> None:
    (machine.base / "root/etc/os-release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    scratch = machine.base / "scratch"
    scratch.mkdir()
    libfdt._foreign_apt(scratch, machine.host())
    assert (
        "http://ports.ubuntu.com/ubuntu-ports noble main universe"
        in (scratch / "ports.list").read_text()
    )
    assert f'Dir::Etc::sourcelist "{scratch}/ports.list";' in (scratch / "apt.conf").read_text()


def test_an_arm64_host_uses_its_own_compiler_and_libfdt(machine: Machine) -> None:
    names = packages("test", machine.host(machine="aarch64"))
    assert not [name for name in names if "aarch64" in name]
    assert {"g++", "libfdt-dev"} <= set(names)
    subprocess.run(["dpkg", "-x", "any.deb", machine.base / "root"], check=True)
    machine.ensure(machine="aarch64")
    assert libfdt.present(setup.libfdt_folder(machine.tree.root))
    assert not [line for line in machine.calls() if "download" in line]


def test_a_package_without_libfdt_is_an_error_and_leaves_nothing(machine: Machine) -> None:
    machine.add("dpkg", "#!/bin/sh\nmkdir -p $3\n")
    with pytest.raises(Failure, match="holds no usr/include/fdt.h"):
        libfdt.ensure(machine.base / "deps/fdt", machine.host())
    assert list((machine.base / "deps").iterdir()) == []


def test_libfdt_is_not_fetched_onto_a_full_disk(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100 << 20, 97 << 20, 3 << 20)
    )
    with pytest.raises(Failure, match="the disk is too full.*3 MiB are left"):
        libfdt.ensure(machine.base / "deps/fdt", machine.host())
    assert list((machine.base / "deps").iterdir()) == [] and machine.calls() == []


SLOW_APT_GET = """\
#!/bin/sh
trap 'echo stopped in order > MACHINE/log; exit 100' INT
touch MACHINE/started
for i in $(/usr/bin/seq 300); do /bin/sleep 0.1; done
"""
LISTS = """
import signal, sys
sys.path.insert(0, "SCRIPTS")
from tessera import cli
from tessera.setup import apt
signal.signal(signal.SIGTERM, cli._terminate)
apt.apt_get(["update"], "lists")
"""
#: Before LISTS: the signal comes when apt-get is at work and `Popen` has not yet returned.
SIGNAL_AT_THE_START = """
import pathlib, signal, subprocess, time
class Popen(subprocess.Popen):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        while not pathlib.Path("MACHINE/started").exists():
            time.sleep(0.01)
        signal.raise_signal(NUMBER)
subprocess.Popen = Popen
"""


def fetches_lists(machine: Machine, repository: Path, before: str = "") -> subprocess.Popen[bytes]:
    """The tool in a process of its own, with an apt-get that takes its time."""
    machine.add("apt-get", SLOW_APT_GET)
    code = (before + LISTS).replace("MACHINE", str(machine.base))
    code = code.replace("SCRIPTS", str(repository / "scripts"))
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_apt_first(machine: Machine, repository: Path, number: int) -> None:
    """apt must not be killed in the middle of its work, nor go on behind the user's back."""
    tool = fetches_lists(machine, repository)
    eventually((machine.base / "started").stat)
    tool.send_signal(number)
    assert tool.wait(timeout=20) != 0
    assert machine.calls() == ["stopped in order"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_moment_of_its_start_stops_apt_too(
    machine: Machine, repository: Path, number: int
) -> None:
    tool = fetches_lists(machine, repository, SIGNAL_AT_THE_START.replace("NUMBER", str(int(number))))
    assert tool.wait(timeout=20) != 0
    assert machine.calls() == ["stopped in order"]


def test_stage_trees_and_worktrees_share_one_libfdt(tmp_path: Path) -> None:
    main, nested, worktree = tmp_path / "main", tmp_path / "main/build/stages/03", tmp_path / "work"
    for folder in (main / ".git/worktrees/work", nested, worktree):
        folder.mkdir(parents=True)
    (main / "tessera").touch()
    (worktree / ".git").write_text(f"gitdir: {main}/.git/worktrees/work\n")
    assert {main_root(folder) for folder in (main, nested, worktree)} == {main}
    assert setup.libfdt_folder(nested) == main / "build/deps/libfdt"


@pytest.mark.parametrize("place", ["/x", "../.git/worktrees/other", "../.git/modules/tessera"])
def test_a_stray_git_file_changes_nothing(tmp_path: Path, place: str) -> None:
    (tmp_path / ".git").write_text(f"gitdir: {place}\n")
    assert main_root(tmp_path) == tmp_path


def test_a_submodule_is_a_clone_of_its_own(stack5: Path, tmp_path: Path) -> None:
    """Also when it is called like the command itself."""
    course = tmp_path / "course"
    course.mkdir()
    git(course, "init", "--quiet")
    git(course, "-c", "protocol.file.allow=always", "submodule", "add", str(stack5), "tessera")
    inside = course / "tessera"
    assert main_root(inside) == inside
    assert tessera(inside, "start", "01") == 0
    begun = course / "tessera-ch01"
    assert (begun / "kernel/CHAPTER").read_text() == "01\n"
    assert main_root(begun) == begun


def test_progress_without_a_terminal_is_a_few_lines(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    apt.install(["ccache", "cmake"], machine.host())
    out = capsys.readouterr().out
    assert "50 % downloading" in out and "75 % installing: Unpacking things" in out
    assert "\r" not in out and "\033" not in out


def test_nothing_but_the_standard_library_is_needed_before_setup(repository: Path) -> None:
    """-S leaves out the distribution's modules, as on a machine that has just been installed."""
    for args in (["--help"], ["doctor"]):
        done = subprocess.run(
            [sys.executable, "-S", repository / "tessera", *args],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr and "ImportError" not in done.stderr
        assert done.stdout
