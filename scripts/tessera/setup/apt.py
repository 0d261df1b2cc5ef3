"""Installing packages with apt-get: no questions, progress, and apt's own words when it fails."""
from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Iterator, Mapping, Sequence

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.programs import HEARD, uninterrupted
from tessera.setup.host import Host

#: Package lists older than this may name versions that the mirror no longer has.
STALE_SECONDS = 7 * 24 * 3600

#: No recommended packages. A machine that has just booted may still be busy with its updates: wait.
INSTALL = ("install", "-y", "--no-install-recommends")
QUIET = ("-q", "-o", "APT::Status-Fd=1", "-o", "DPkg::Lock::Timeout=300")
UNATTENDED = ("env", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1")

#: What apt says -> what to do about it. The first match counts.
HINTS = (
    (r"No space left|enough free space", "Free some disk space, then run the same command again."),
    (
        r"dpkg was interrupted|dpkg --configure -a",
        "An earlier installation was cut short: run `sudo dpkg --configure -a` first.",
    ),
    (
        r"Could not get lock|Unable to lock",
        "Another package manager is at work: wait for it, then run the same command again.",
    ),
    (
        r"resol|Could not connect|Connection (failed|refused|timed out)|Network is unreachable",
        "Is the network up? Nothing has been installed; run the same command again when it is.",
    ),
    (
        r"Unable to locate package|no installation candidate",
        "Debian 12 has all of Tessera's packages, Ubuntu 24.04 and newer those of `./tessera run`; "
        "else use the devcontainer.",
    ),
    (
        r"Failed to fetch|404 ",
        "The mirror did not deliver. Nothing has been installed; try again later.",
    ),
)

_STATUS = re.compile(r"(dlstatus|pmstatus):[^:]*:([\d.]+):(.*)")
_OUTDATED = re.compile(
    r"Unable to locate package|no installation candidate|404 |Hash Sum mismatch"
    r"|Unable to fetch some archives"
)


@dataclass
class Report:
    """How one run of apt-get ended and what it said."""

    ok: bool
    lines: list[str] = field(default_factory=list)

    def words(self) -> str:
        """apt's own errors; if it named none, the end of what it said."""
        errors = [line for line in self.lines if re.match(r"(E|Err):", line)]
        return "\n  ".join(list(dict.fromkeys(errors)) or self.lines[-15:])

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Whether apt said something like `pattern`."""
        return any(map(pattern.search, self.lines))

    def hint(self) -> str | None:
        """What to do about the failure, if its cause is a known one."""
        return next((hint for pattern, hint in HINTS if self.matches(re.compile(pattern))), None)


def apt_get(
    args: Sequence[str],
    label: str,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Report:
    """Runs apt-get with a progress line. If we are stopped, apt ends in good order before us."""
    report = Report(ok=False)
    command = [*prefix, *UNATTENDED, "apt-get", *QUIET, *args]
    with console.progress(label) as show, _at_work(command, env) as process:
        for line in process.stdout or ():
            if found := _STATUS.match(line):
                doing = "downloading" if found[1] == "dlstatus" else "installing"
                show(
                    float(found[2]),
                    f"{doing}: {found[3].strip()}" if doing == "installing" else doing,
                )
            elif line.strip():
                report.lines.append(line.rstrip())
        report.ok = process.wait() == 0
    return report


@contextlib.contextmanager
def _at_work(
    command: Sequence[str], env: Mapping[str, str] | None
) -> Iterator[subprocess.Popen[str]]:
    """apt-get, from its start on. Whoever leaves the block early waits for its good order."""
    with contextlib.ExitStack() as stack:
        with uninterrupted():
            process = stack.enter_context(subprocess.Popen(command, **HEARD, env=env))
            stack.enter_context(_stopped_with_us(process))
        yield process


@contextlib.contextmanager
def _stopped_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    """Tells a program to stop when an exception leaves the block."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(PermissionError):  # under sudo only Ctrl-C reaches it, by itself
            process.send_signal(signal.SIGINT)
        raise


def lists_are_stale(host: Host) -> bool:
    """Whether `apt-get update` is due: there are no package lists, or only old ones."""
    ages = [file.stat().st_mtime for file in host.package_lists.glob("*Release")]
    return (
        not ages
        or not any(host.package_lists.glob("*_Packages*"))
        or time.time() - max(ages) > STALE_SECONDS
    )


def by_hand(packages: Sequence[str], sudo: bool) -> str:
    """The line for a user who has to install the packages in person."""
    install = f"apt-get {' '.join(INSTALL)} {' '.join(packages)}"
    if sudo:
        return f"sudo apt-get update && sudo {install}"
    return f"su -c 'apt-get update && {install}'"


def install(packages: Sequence[str], host: Host) -> None:
    """Installs `packages`, with new package lists if there are none or only outdated ones."""
    prefix = host.privilege()
    if prefix is None:
        raise _refusal(packages)
    label = f"set-up of {packages[0] if len(packages) == 1 else f'{len(packages)} packages'}"
    stale = lists_are_stale(host)
    updated = apt_get(["update"], "package lists", prefix) if stale else None
    done = apt_get([*INSTALL, *packages], label, prefix)
    if not done.ok and not stale and done.matches(_OUTDATED):
        updated = apt_get(["update"], "package lists", prefix)
        done = apt_get([*INSTALL, *packages], label, prefix)
    if not done.ok:
        cause = updated if updated is not None and not updated.ok else done
        raise Failure(
            f"apt-get could not install {' '.join(packages)}; it says\n  {done.words()}",
            cause.hint() or done.hint(),
        )


def _refusal(packages: Sequence[str]) -> Misuse:
    """What a user without root is told: the exact line to run."""
    line = by_hand(packages, sudo=shutil.which("sudo") is not None)
    return Misuse(
        f"these packages are missing and only root can install them: {' '.join(packages)}",
        hint=f"Run this line, then the same command again:\n  {line}",
    )
