"""Several authors, one main: `stage sync` and `stage export`."""
from __future__ import annotations

from pathlib import Path

import pytest
from stacks import amend, commit, git, open_exercise, read, show, tessera, write

from tessera.errors import Failure, Misuse
from tessera.stages.operation import Conflict


def edit(root: Path, stage: int, files: dict[str, str]) -> None:
    """Opens a stage, changes files, amends, propagates, and closes the worktree."""
    folder = root.parent / f"{root.name}-edit{stage:02}"
    tessera(root, "stage", "edit", str(stage), str(folder))
    amend(folder, files)
    tessera(root, "stage", "propagate")
    git(root, "worktree", "remove", str(folder))


def land(root: Path, message: str) -> None:
    """Exports, commits, pushes."""
    assert tessera(root, "stage", "export", "--no-boot") == 0
    commit(root, message)
    git(root, "push", "--quiet", "origin", "HEAD:main")


def verified(root: Path) -> bool:
    """Whether the structural proof holds."""
    return tessera(root, "stage", "verify", "--no-boot") == 0


@pytest.fixture
def authors(stack5: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of one hub."""
    git(tmp_path, "clone", "--quiet", "--bare", str(stack5), "hub.git")
    for name in ("ann", "ben"):
        git(tmp_path, "clone", "--quiet", "hub.git", name)
    return tmp_path / "ann", tmp_path / "ben"


def test_two_authors_who_edit_stages_2_and_4_both_land(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    edit(ben, 4, {"kernel/part04.cpp": "// by Ben\n"})
    land(ann, "Ann's edit of stage 2")
    git(ben, "pull", "--quiet", "--rebase")
    with pytest.raises(Failure, match="main's stages have changed"):
        tessera(ben, "stage", "export", "--no-boot")
    tessera(ben, "stage", "sync")
    land(ben, "Ben's edit of stage 4")
    git(ann, "pull", "--quiet", "--rebase")
    for root in authors:
        assert (
            read(root, "kernel/part02.cpp") == "// by Ann\n"
            and read(root, "kernel/part04.cpp") == "// by Ben\n"
        )
        assert verified(root)
    assert show(ben, 3, "kernel/part02.cpp") == "// by Ann" and "Ben" not in show(
        ben, 3, "kernel/table.cpp"
    )


def test_an_edit_that_has_landed_disappears(
    authors: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ann, ben = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    edit(ben, 2, {"kernel/part02.cpp": "// by Ann, corrected by Ben\n"})
    land(ben, "Ben's correction of the same line")
    git(ann, "pull", "--quiet", "--rebase")
    tessera(ann, "stage", "sync")
    assert (
        show(ann, 2, "kernel/part02.cpp")
        == show(ann, 5, "kernel/part02.cpp")
        == "// by Ann, corrected by Ben"
    )
    capsys.readouterr()
    tessera(ann, "stage", "sync")
    assert "nothing to sync" in capsys.readouterr().out
    assert git(ann, "diff", "--stat", "refs/tessera/origin/05", "stage/05") == ""


def test_the_same_edit_made_by_both_disappears(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ann, 3, {"kernel/part03.cpp": "// the same\n"})
    edit(ben, 3, {"kernel/part03.cpp": "// the same\n"})
    land(ann, "The edit")
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "sync")
    assert git(ben, "rev-parse", "stage/05") == git(ben, "rev-parse", "refs/tessera/origin/05")


def test_a_real_conflict_between_authors_is_resumed(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    edit(ben, 3, {"kernel/part02.cpp": "// by Ben\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    before = git(ben, "for-each-ref")
    with pytest.raises(Conflict, match=r"stage/03 conflicts in kernel/part02\.cpp"):
        tessera(ben, "stage", "sync")
    assert git(ben, "for-each-ref") == before
    write(ben / ".git/tessera/workshop", {"kernel/part02.cpp": "// by both\n"})
    tessera(ben, "stage", "sync", "--continue")
    assert show(ben, 2, "kernel/part02.cpp") == "// by Ann"
    assert [show(ben, n, "kernel/part02.cpp") for n in (3, 4, 5)] == ["// by both"] * 3
    land(ben, "Ben's edit")
    assert verified(ben)


def test_a_sync_given_up_changes_nothing(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    edit(ben, 2, {"kernel/part02.cpp": "// by Ben\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    before = git(ben, "for-each-ref")
    with pytest.raises(Conflict):
        tessera(ben, "stage", "sync")
    tessera(ben, "stage", "sync", "--abort")
    assert git(ben, "for-each-ref") == before


def test_what_was_resolved_while_propagating_is_kept(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ben, 4, {"kernel/main.cpp": "int main() {\n    return 4;\n}\n"})
    land(ben, "Stage 4 returns")
    folder = ben.parent / "edit02"
    tessera(ben, "stage", "edit", "2", str(folder))
    amend(folder, {"kernel/main.cpp": "int main() {\n    return 2;\n}\n"})
    with pytest.raises(Conflict):
        tessera(ben, "stage", "propagate")
    write(ben / ".git/tessera/workshop", {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    tessera(ben, "stage", "propagate", "--continue")
    git(ann, "pull", "--quiet", "--rebase")
    edit(ann, 3, {"kernel/part03.cpp": "// by Ann\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "sync")
    assert (
        "24" in show(ben, 5, "kernel/main.cpp") and show(ben, 5, "kernel/part03.cpp") == "// by Ann"
    )


def test_edits_survive_a_chapter_that_main_has_gained(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    tessera(ann, "new", "chapter", "--title", "Number six", "--no-boot")
    land(ann, "Chapter 06")
    edit(ben, 2, {"kernel/part02.cpp": "// by Ben\n"})
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "sync")
    assert (
        show(ben, 6, "kernel/part02.cpp") == "// by Ben" and show(ben, 6, "kernel/CHAPTER") == "06"
    )
    land(ben, "Ben's edit")
    assert verified(ben) and read(ben, "kernel/CHAPTER") == "06\n"


def test_a_new_chapter_survives_an_edit_on_main(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    land(ann, "Ann's edit")
    tessera(ben, "new", "chapter", "--title", "Number six", "--no-boot")
    edit(ben, 6, {"kernel/six.cpp": "// six\n"})
    tessera(ben, "stage", "export", "--no-boot")
    git(ben, "stash", "--quiet", "--include-untracked")
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "sync")
    land(ben, "Chapter 06")
    assert (
        show(ben, 6, "kernel/part02.cpp") == "// by Ann"
        and show(ben, 6, "kernel/six.cpp") == "// six"
    )
    assert read(ben, "kernel/part02.cpp") == "// by Ann\n"


def test_exercises_follow_a_sync(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    tessera(ben, "stage", "edit", "3", str(ben.parent / "open"))
    open_exercise(ben, ben.parent / "hole")
    commit(ben.parent / "hole", "The starter", {"kernel/hole.cpp": "// fill me\n"})
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "sync")
    assert read(ben.parent / "hole", "kernel/part02.cpp") == "// by Ann\n"
    assert read(ben.parent / "hole", "kernel/hole.cpp") == "// fill me\n"
    assert read(ben.parent / "open", "kernel/part02.cpp") == "// by Ann\n"


def test_a_fix_to_the_tools_reaches_the_stage_branches(authors: tuple[Path, Path]) -> None:
    ann, _ = authors
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    commit(ann, "A fix to the build", {"CMakeLists.txt": "# better\n"})
    tessera(ann, "stage", "sync")
    assert (
        show(ann, 2, "CMakeLists.txt") == "# better"
        and show(ann, 5, "kernel/part02.cpp") == "// by Ann"
    )


def test_branches_without_edits_follow_main_by_themselves(authors: tuple[Path, Path]) -> None:
    ann, ben = authors
    tessera(ben, "stage", "edit", "2", str(ben.parent / "x"))
    git(ben, "worktree", "remove", str(ben.parent / "x"))
    edit(ann, 2, {"kernel/part02.cpp": "// by Ann\n"})
    land(ann, "Ann's edit")
    git(ben, "pull", "--quiet", "--rebase")
    tessera(ben, "stage", "edit", "4", str(ben.parent / "x"))
    assert read(ben.parent / "x", "kernel/part02.cpp") == "// by Ann\n"


def test_sync_wants_a_propagated_stack(authors: tuple[Path, Path]) -> None:
    ann, _ = authors
    tessera(ann, "stage", "edit", "2", str(ann.parent / "x"))
    amend(ann.parent / "x", {"kernel/part02.cpp": "// half way\n"})
    for action in ("sync", "export"):
        with pytest.raises(Failure, match="stage/02 has been edited and not propagated"):
            tessera(ann, "stage", action)


def test_stages_are_exported_and_synced_where_main_is(authors: tuple[Path, Path]) -> None:
    ann, _ = authors
    tessera(ann, "stage", "edit", "2", str(ann.parent / "x"))
    for action in ("export", "absorb", "sync"):
        with pytest.raises(Misuse, match="stands on a stage, not on main"):
            tessera(ann.parent / "x", "stage", action)
