"""The one way to call git: what of the surroundings reaches it, and what does not."""
from __future__ import annotations

from pathlib import Path

import pytest
from stacks import git

from tessera import git as module
from tessera.errors import Misuse
from tessera.git import Git, GitError


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """An empty repository."""
    git(tmp_path, "init", "--quiet", "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize("user_config", [False, True])
def test_it_is_not_sent_to_another_repository(
    clone: Path, monkeypatch: pytest.MonkeyPatch, user_config: bool
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, "/nonexistent")
    assert Git(clone, user_config=user_config).out("rev-parse", "--show-toplevel") == str(clone)


def test_the_users_settings_count_only_when_asked_for(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[diff]\n\tnoprefix = true\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Git(clone).run("config", "diff.noprefix", check=False).returncode == 1
    assert Git(clone, user_config=True).out("config", "diff.noprefix") == "true"


def test_line_ends_stay_as_they_are(clone: Path) -> None:
    git(clone, "config", "core.autocrlf", "true")
    (clone / "file").write_bytes(b"one\r\ntwo\n")
    tool = Git(clone)
    tool.run("add", "file")
    assert tool.run("cat-file", "blob", ":file").stdout == b"one\r\ntwo\n"


def test_it_looks_for_no_repository_above(clone: Path) -> None:
    (clone / "inside").mkdir()
    assert not Git(clone / "inside").ok("rev-parse", "--git-dir")


def test_a_clone_may_belong_to_another_user(clone: Path, tmp_path: Path) -> None:
    """As in containers. `clone` has the owner looked at by a process of its own."""
    tool = Git(clone, variables={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert tool.ok("rev-parse", "--git-dir")
    tool.run("clone", "--quiet", str(clone), str(tmp_path / "copy"))
    assert (tmp_path / "copy/.git").is_dir()


def test_a_failure_says_what_git_said(clone: Path) -> None:
    with pytest.raises(GitError, match="git rev-parse --verify nothing: fatal: Needed a single"):
        Git(clone).run("rev-parse", "--verify", "nothing")
    assert Git(clone).resolve("nothing") is None


def test_without_git_it_says_so(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Misuse, match="git is not installed"):
        Git(clone).run("version")


def test_an_old_git_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda: (2, 37))
    with pytest.raises(Misuse, match=r"git 2\.37 is too old: a stack needs git 2\.38 or newer"):
        module.require(2, 38, "a stack")
    module.require(2, 37, "a stack")
