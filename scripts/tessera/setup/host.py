"""What set-up has to know about the machine it runs on."""
from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

DEVCONTAINER = "Open the repository in its devcontainer (README.md says how): it brings all along."


@dataclass(frozen=True)
class Host:
    """The machine. `root` is the file system's root, another folder only in tests."""

    root: Path = Path("/")
    system: str = field(default_factory=lambda: os.uname().sysname)
    machine: str = field(default_factory=lambda: os.uname().machine)
    uid: int = field(default_factory=os.geteuid)

    @property
    def is_arm64(self) -> bool:
        """Whether the host is an arm64 one itself, so that its own compiler builds the kernel."""
        return self.machine in ("aarch64", "arm64")

    @property
    def has_apt(self) -> bool:
        """Whether packages come from apt: Debian, Ubuntu and their kin."""
        return self.system == "Linux" and all(map(shutil.which, ("apt-get", "dpkg-query")))

    @cached_property
    def os_release(self) -> dict[str, str]:
        """The fields of /etc/os-release; empty where there is none."""
        try:
            text = (self.root / "etc/os-release").read_text(encoding="utf-8")
        except OSError:
            return {}
        fields = (line.split("=", 1) for line in text.splitlines() if "=" in line)
        return {key: value.strip().strip("\"'") for key, value in fields}

    @property
    def name(self) -> str:
        """What people call this system."""
        return self.os_release.get("PRETTY_NAME") or {"Darwin": "macOS"}.get(
            self.system, self.system
        )

    @property
    def dpkg_status(self) -> Path:
        """dpkg's database. It is rewritten whenever a package comes, goes or changes."""
        return self.root / "var/lib/dpkg/status"

    @property
    def package_lists(self) -> Path:
        """What `apt-get update` fetches."""
        return self.root / "var/lib/apt/lists"

    def privilege(self) -> list[str] | None:
        """What to put before a command that needs root: nothing, sudo, or None for no way."""
        if self.uid == 0:
            return []
        if shutil.which("sudo") is None:
            return None
        asked = subprocess.run(
            ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return ["sudo", "-n"] if asked.returncode == 0 else None

    def missing(self, packages: tuple[str, ...]) -> list[str]:
        """Those of `packages` that are not properly installed."""
        query = [
            "dpkg-query",
            "--admindir",
            str(self.dpkg_status.parent),
            "-W",
            "-f",
            "${db:Status-Status} ${Package}\n",
            *packages,
        ]
        listing = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        present = {
            line.partition(" ")[2] for line in listing.splitlines() if line.startswith("installed ")
        }
        return [package for package in packages if package not in present]
