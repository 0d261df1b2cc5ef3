"""The tags ch01 … chNN: the same for everyone, quick, and never in anybody's way."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from stacks import commit, git, read, tessera, write

from tessera.errors import Misuse
from tessera.git import Git
from tessera.stages.store import Store
from tessera.stages.tags import ensure_tags, update_tags
from tessera.tree import Tree


def tags(root: Path) -> dict[str, str]:
    """All tags with what they point at."""
    lines = git(
        root, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags"
    ).splitlines()
    return dict(line.split() for line in lines)


def test_a_tag_is_heads_tree_with_the_stage_in_it(stack5: Path) -> None:
    tessera(stack5, "tags")
    git(stack5, "checkout", "--quiet", "ch03")
    assert read(stack5, "kernel/CHAPTER") == "03\n"
    assert not (stack5 / "kernel/part04.cpp").exists()
    assert read(stack5, "CMakeLists.txt") == "# the build\n"
    assert (stack5 / "chapters/05/stage.patch").exists()
    assert git(stack5, "status", "--porcelain") == ""


def test_tags_are_chained_and_named_after_their_chapters(stack5: Path) -> None:
    tessera(stack5, "tags")
    log = git(stack5, "log", "--format=%s", "ch03").splitlines()
    assert log == ["Chapter 03: Title 03", "Chapter 02: Title 02", "Chapter 01: Title 01"]
    assert "kernel/{ => moved}/part01.cpp" in git(stack5, "diff", "--stat", "-M", "ch02", "ch03")


def test_two_clones_make_the_same_tags(
    stack5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", str(stack5), "other")
    other = tmp_path / "other"
    tessera(stack5, "tags")
    for key, value in {
        "user.name": "Somebody",
        "core.autocrlf": "true",
        "diff.noprefix": "true",
        "commit.gpgSign": "true",
        "i18n.commitEncoding": "latin1",
    }.items():
        git(other, "config", key, value)
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    tessera(other, "tags")
    assert len(tags(stack5)) == 5 and tags(other) == tags(stack5)


def test_the_same_tags_come_out_at_a_tag_and_on_work_built_on_one(stack5: Path) -> None:
    tessera(stack5, "tags")
    made = tags(stack5)
    git(stack5, "checkout", "--quiet", "-b", "work/ch02", "ch02")
    commit(stack5, "Homework", {"notes.txt": "mine\n", "kernel/main.cpp": "int main() {}\n"})
    git(stack5, "tag", "--delete", "ch01", "ch05")
    tessera(stack5, "tags")
    assert tags(stack5) == made


def test_a_shallow_clone_makes_the_same_tags(stack5: Path, tmp_path: Path) -> None:
    commit(stack5, "Later", {"README.md": "more\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{stack5}", "shallow")
    tessera(stack5, "tags")
    tessera(tmp_path / "shallow", "tags")
    assert tags(tmp_path / "shallow") == tags(stack5)


def test_stale_tags_move_and_say_so_once(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_tags(Tree(stack5))
    before = tags(stack5)
    commit(stack5, "A fix to the build", {"CMakeLists.txt": "# better\n"})
    capsys.readouterr()
    ensure_tags(Tree(stack5))
    assert "ch01…ch05 moved" in capsys.readouterr().out
    assert tags(stack5).keys() == before.keys() and not set(tags(stack5).values()) & set(
        before.values()
    )
    assert git(stack5, "show", "ch01:CMakeLists.txt") == "# better"
    ensure_tags(Tree(stack5))
    assert capsys.readouterr().out == ""


def test_whoever_stands_on_a_tag_is_told_and_left_alone(
    stack5: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ensure_tags(Tree(stack5))
    reader = tmp_path / "reader"
    git(stack5, "worktree", "add", "--quiet", "--detach", str(reader), "ch02")
    before = git(reader, "rev-parse", "HEAD")
    commit(stack5, "A fix to the build", {"CMakeLists.txt": "# better\n"})
    capsys.readouterr()
    ensure_tags(Tree(stack5))
    assert f"{reader} stays on the former ch02" in capsys.readouterr().out
    assert git(reader, "rev-parse", "HEAD") == before and git(reader, "status", "--porcelain") == ""
    moved = tags(stack5)
    ensure_tags(Tree(reader))
    assert tags(stack5) == moved, "an old worktree must not take the tags back"


def test_somebody_elses_tag_is_left_alone(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(stack5, "tag", "ch03", "HEAD")
    git(stack5, "tag", "-a", "-m", "mine", "ch04", "HEAD")
    theirs = {name: tags(stack5)[name] for name in ("ch03", "ch04")}
    assert tessera(stack5, "tags") == 1
    assert "ch03 is a tag that ./tessera did not make" in capsys.readouterr().err
    assert {name: tags(stack5)[name] for name in theirs} == theirs
    assert "ch05" in tags(stack5)


def test_tags_of_chapters_that_are_gone_are_removed(stack5: Path) -> None:
    tessera(stack5, "tags")
    git(stack5, "rm", "--quiet", "-r", "chapters/05")
    commit(stack5, "One chapter less")
    tessera(stack5, "tags")
    assert sorted(tags(stack5)) == ["ch01", "ch02", "ch03", "ch04"]


def test_all_tags_of_25_stages_take_few_processes(
    stack25: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of git costs a few milliseconds: this many are far under three seconds on any machine."""
    calls = []
    real = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *args, **more: calls.append(args) or real(*args, **more)
    )
    before = os.times()
    ensure_tags(Tree(stack25))
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])
    assert len(tags(stack25)) == 25
    assert len(calls) < 100
    assert spent < 3, f"{spent:.2f} seconds of CPU"
    calls.clear()
    ensure_tags(Tree(stack25))
    assert len(calls) <= 3


def test_without_commits_or_clone_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="not a git clone"):
        ensure_tags(Tree(tmp_path))
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Misuse, match="no commit"):
        update_tags(Tree(tmp_path), move=True)


def test_a_hook_cannot_veto_and_redirection_is_ignored(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = stack5 / ".git/hooks/reference-transaction"
    write(stack5, {".git/hooks/reference-transaction": "#!/bin/sh\nexit 1\n"})
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    tessera(stack5, "tags")
    monkeypatch.undo()
    assert len(tags(stack5)) == 5


def test_no_repository_above_is_ever_used(stack5: Path) -> None:
    inside = stack5 / "build/stages/02"
    inside.mkdir(parents=True)
    assert not Git(inside).ok("rev-parse", "--git-dir")
    assert Store(Tree(stack5)).home == stack5 / ".git/tessera"
