"""The one way to call git: a clean environment, no user configuration where the result matters."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tessera.errors import Failure

#: Variables that would redirect git somewhere else, for instance when called from a hook.
_REDIRECTING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")


class GitError(Failure):
    """A git command failed; the message holds what it was and what git said."""

    def __init__(self, args: tuple[str, ...], returncode: int, stderr: str) -> None:
        super().__init__(f"git {' '.join(args)}: {stderr.strip() or f'exit status {returncode}'}")
        self.returncode = returncode
        self.stderr = stderr


class Git:
    """Git commands in one work tree.

    Configuration of the user and the system is ignored unless `user_config` is set, so that
    trees, patches and tags come out the same for everyone. git never looks for a repository
    above `root`.
    """

    def __init__(self, root: Path, *, user_config: bool = False, index: Path | None = None) -> None:
        self.root = root
        self.env = {k: v for k, v in os.environ.items() if k not in _REDIRECTING}
        self.env["GIT_CEILING_DIRECTORIES"] = str(root.parent)
        self.env["LC_ALL"] = "C"
        if not user_config:
            self.env["GIT_CONFIG_GLOBAL"] = os.devnull
            self.env["GIT_CONFIG_NOSYSTEM"] = "1"
        if index is not None:
            self.env["GIT_INDEX_FILE"] = str(index)

    def run(
        self, *args: str, stdin: bytes | None = None, check: bool = True, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs `git ARGS` and returns the finished process; raises GitError when `check` is set and it fails."""
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            env=self.env | (env or {}),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise GitError(args, done.returncode, done.stderr.decode(errors="replace"))
        return done

    def out(self, *args: str, stdin: bytes | None = None, env: dict[str, str] | None = None) -> str:
        """Standard output of `git ARGS`, without the final newline."""
        return self.run(*args, stdin=stdin, env=env).stdout.decode(errors="replace").rstrip("\n")

    def ok(self, *args: str) -> bool:
        """Whether `git ARGS` exits with 0."""
        return self.run(*args, check=False).returncode == 0
