"""Where stages are rebased and merged: a private repository in `.git/tessera/workshop`.

git does the work there: `rebase --update-refs`, `cherry-pick`, `rerere`. But the refs that move are
copies, no hook or setting of the user's applies, no branch is checked out anywhere else, and an
author's own side branches are not there to be dragged along. Whatever happens in the workshop,
Ctrl-C included, the clone is as it was until the result is published.

Objects of the clone are borrowed; what is made here is copied over when published. What rerere has
learnt outlives each operation.
"""
from __future__ import annotations

import re
import shutil

from tessera.errors import Failure
from tessera.git import Git, GitError
from tessera.stages.store import Store
from tessera.stages.tags import AUTHOR, EMAIL

_CONFIG = f"""\
[user]
\tname = {AUTHOR}
\temail = {EMAIL}
[core]
\thooksPath = /dev/null
[rerere]
\tenabled = true
\tautoUpdate = true
[merge]
\tconflictStyle = zdiff3
[rebase]
\tautoSquash = false
[commit]
\tgpgSign = false
[gc]
\tauto = 0
[advice]
\tdetachedHead = false
"""
_REBASE = (
    "--no-autosquash",
    "--no-autostash",
    "--no-fork-point",
    "--no-rebase-merges",
    "--no-gpg-sign",
    "--empty=keep",
    "--no-stat",
)


class Workshop:
    """The private work tree. Methods that merge say whether they got through without conflict."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.home / "workshop"
        self.git_dir = self.folder / ".git"

    @property
    def git(self) -> Git:
        """Git in the workshop."""
        return Git(self.folder)

    def open(self, refs: dict[str, str]) -> None:
        """A fresh workshop with these refs. Of an earlier one only what rerere knows survives."""
        self.close()
        self.folder.mkdir(exist_ok=True)
        form = self.store.git.out("rev-parse", "--show-object-format")
        self.git.run(
            "init", "--quiet", "--template=", "--initial-branch=none", f"--object-format={form}"
        )
        with open(self.git_dir / "config", "a", encoding="utf-8") as config:
            config.write(_CONFIG)
        info = self.git_dir / "objects/info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "alternates").write_text(f"{self.store.common / 'objects'}\n", encoding="utf-8")
        if (shallow := self.store.common / "shallow").exists():
            shutil.copyfile(shallow, self.git_dir / "shallow")
        for name, commit in refs.items():
            self.git.run("update-ref", name, commit)

    def close(self) -> None:
        """Leaves only what rerere knows."""
        for path in (*self.folder.glob("*"), *self.git_dir.glob("*")):
            if path in (self.git_dir, self.git_dir / "rr-cache"):
                continue
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def rebase(self, branch: str, upstream: str, onto: str, *, update_refs: bool) -> bool:
        """`git rebase --onto ONTO UPSTREAM BRANCH`, taking along the branches on the way."""
        self.git.run("checkout", "--quiet", "--force", "--detach", onto)
        refs = "--update-refs" if update_refs else "--no-update-refs"
        return self._through("rebase", *_REBASE, refs, "--onto", onto, upstream, branch)

    def pick(self, change: str, onto: str) -> bool:
        """Merges what commit `change` did to its parent into commit `onto`; the result is HEAD."""
        self.git.run("checkout", "--quiet", "--force", "--detach", onto)
        return self._through("cherry-pick", "--allow-empty", "--keep-redundant-commits", change)

    def resume(self) -> bool:
        """Goes on after the author has resolved a conflict."""
        self._check_resolved()
        return self._through()

    def _through(self, *command: str) -> bool:
        """Runs a command that may stop at conflicts; goes on where rerere knows the answer."""
        done = self.git.run(*command, check=False) if command else None
        while (again := self._unfinished()) is not None:
            if self.conflicts():
                return False
            before = self._position()
            done = self.git.run(*again, check=False)
            if done.returncode and not self.conflicts() and self._position() == before:
                break
        if done is not None and done.returncode:
            raise GitError(
                command or ("rebase",),
                done.returncode,
                (done.stderr or done.stdout).decode(errors="replace"),
            )
        return True

    def _unfinished(self) -> tuple[str, ...] | None:
        """The command that goes on with what is under way; None when nothing is."""
        if (self.git_dir / "rebase-merge").exists():
            return ("rebase", "--continue")
        if (self.git_dir / "CHERRY_PICK_HEAD").exists():
            return ("commit", "--quiet", "--allow-empty", "--no-edit")
        return None

    def _position(self) -> tuple[str | None, str | None]:
        """Where a rebase is: it has moved on when this has changed."""
        return self.git.resolve("HEAD"), self.git.resolve("REBASE_HEAD")

    def concerns(self, before: str, after: str, change: str) -> bool:
        """Whether `after` differs from `before` in a file in which `change` does as well."""
        listed = self.git.out("diff-tree", "-r", "-z", "--name-only", before, change)
        names = filter(None, listed.split("\0"))
        return not self.git.ok("diff-tree", "-r", "--quiet", before, after, "--", *names)

    def stands_on(self, branch: str, ground: str) -> bool:
        """Whether a branch holds all that `ground` does."""
        return self.git.ok("merge-base", "--is-ancestor", ground, branch)

    def branches(self) -> dict[str, str]:
        """The branches here, by full name."""
        lines = self.git.lines("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")
        return dict(line.split() for line in lines)

    def picking(self) -> str | None:
        """The commit whose change does not fit, while there is a conflict."""
        return self.git.resolve("REBASE_HEAD") or self.git.resolve("CHERRY_PICK_HEAD")

    def conflicts(self) -> dict[str, set[int]]:
        """The unmerged files, each with which of base (1), ours (2) and theirs (3) there is."""
        found: dict[str, set[int]] = {}
        for entry in filter(None, self.git.out("ls-files", "--unmerged", "-z").split("\0")):
            about, path = entry.split("\t", 1)
            found.setdefault(path, set()).add(int(about.split()[2]))
        return found

    def _check_resolved(self) -> None:
        """Adds files whose conflicts are edited away; complains of the first that is not done."""
        for path, sides in self.conflicts().items():
            self._check_markers(path)
            if not {2, 3} <= sides:
                raise Failure(
                    f"{path}: one side changed it, the other deleted or moved it",
                    f"In {self.folder}: `git add` keeps the file, `git rm` deletes it.",
                )
            self.git.run("add", "--all", "--", path)
        for line in (
            self.git.run("diff", "--cached", "--check", "HEAD", check=False)
            .stdout.decode()
            .splitlines()
        ):
            if "leftover conflict marker" in line:
                raise Failure(line, f"Resolve it in {self.folder}.")

    def _check_markers(self, path: str) -> None:
        """Refuses a file that still has a conflict marker."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        if found := re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            raise Failure(
                f"{path}:{line}: still has a conflict marker", f"Resolve it in {self.folder}."
            )

    def hand_over(self, commits: list[str], known: list[str]) -> None:
        """Copies into the clone the objects of `commits` that were made here."""
        wanted = "".join(
            [*(f"{commit}\n" for commit in commits), *(f"^{commit}\n" for commit in known)]
        )
        pack = self.git.run(
            "pack-objects", "--revs", "--local", "--stdout", "--quiet", stdin=wanted.encode()
        ).stdout
        self.store.git.run("unpack-objects", "-q", stdin=pack)
