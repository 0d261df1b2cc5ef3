"""The one way to call git: a clean environment, no user configuration where the result matters."""
from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from tessera.errors import Failure, Misuse

#: Variables that would send git to another repository, for instance when called from a hook.
_REDIRECTING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_QUARANTINE_PATH",
)
#: All that a neutral git keeps of the caller's GIT_* variables.
_HARMLESS = re.compile(r"GIT_(EXEC_PATH|TRACE\w*)$")

#: What a clone's own configuration must not change: hooks that veto, line ends that differ, a
#: collector that runs while we hold objects no ref names yet.
_NEUTRAL = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.eol": "lf",
    "core.safecrlf": "false",
    "core.quotePath": "false",
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
}

#: In the place of the user's configuration.
_GLOBAL = Path(__file__).with_name("gitconfig")


class GitError(Failure):
    """A git command failed; the message holds what it was and what git said."""

    def __init__(self, args: tuple[str, ...], returncode: int, stderr: str) -> None:
        super().__init__(f"git {' '.join(args)}: {stderr.strip() or f'exit status {returncode}'}")
        self.returncode = returncode
        self.stderr = stderr


class Git:
    """Git commands in one work tree.

    Configuration of the user and the system is ignored, and the clone's own made harmless, unless
    `user_config` is set, so that trees, patches and tags come out the same for everyone. git never
    looks for a repository above `root`. `variables` are set for every command (an index of one's
    own, say).
    """

    def __init__(
        self, root: Path, *, user_config: bool = False, variables: dict[str, str] | None = None
    ) -> None:
        self.root = root
        self.env = _environment(user_config)
        self.env["GIT_CEILING_DIRECTORIES"] = str(root.parent)
        self.env |= variables or {}

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        check: bool = True,
        env: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs `git ARGS` and returns the finished process; with `check`, GitError if it fails."""
        try:
            done = subprocess.run(
                ["git", *args],
                cwd=self.root,
                env=self.env | (env or {}),
                input=b"" if stdin is None else stdin,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise Misuse(
                "git is not installed, or this folder has gone", "`./tessera doctor` says more."
            ) from error
        if check and done.returncode != 0:
            raise GitError(args, done.returncode, done.stderr.decode(errors="replace"))
        return done

    def out(self, *args: str, stdin: bytes | None = None, env: dict[str, str] | None = None) -> str:
        """Standard output of `git ARGS`, without the final newline."""
        return self.run(*args, stdin=stdin, env=env).stdout.decode(errors="replace").rstrip("\n")

    def lines(self, *args: str, stdin: bytes | None = None) -> list[str]:
        """The lines of `git ARGS`; no line when it prints nothing."""
        text = self.out(*args, stdin=stdin)
        return text.split("\n") if text else []

    def ok(self, *args: str) -> bool:
        """Whether `git ARGS` exits with 0."""
        return self.run(*args, check=False).returncode == 0

    def resolve(self, revision: str) -> str | None:
        """The object id that `revision` names, or None."""
        done = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", revision, check=False
        )
        return done.stdout.decode().strip() if done.returncode == 0 else None


def _environment(user_config: bool) -> dict[str, str]:
    """The environment for git: the user's, or one in which nothing of theirs changes a result."""
    if user_config:
        return {k: v for k, v in os.environ.items() if k not in _REDIRECTING}
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or _HARMLESS.match(k)}
    env |= {
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": str(_GLOBAL),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }
    env |= {
        "GIT_CONFIG_COUNT": str(len(_NEUTRAL)),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
    }
    for number, (key, value) in enumerate(_NEUTRAL.items()):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env


@cache
def version() -> tuple[int, int]:
    """Major and minor number of the git on PATH."""
    text = Git(Path.cwd()).out("version")
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def require(major: int, minor: int, purpose: str) -> None:
    """Stops with a clear error when git is older than `purpose` needs."""
    if version() < (major, minor):
        have = ".".join(map(str, version()))
        raise Misuse(f"git {have} is too old: {purpose} needs git {major}.{minor} or newer")
