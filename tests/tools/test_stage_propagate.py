"""Editing a stage and carrying the edit forward."""
from __future__ import annotations

from pathlib import Path

import pytest
from stacks import amend, commit, git, open_exercise, read, show, tessera, write

from tessera.errors import Failure, Misuse
from tessera.stages import publish
from tessera.stages.operation import Conflict
from tessera.stages.store import Store
from tessera.stages.workshop import Workshop
from tessera.tree import Tree


def refs(root: Path) -> str:
    """Every ref of a clone."""
    return git(root, "for-each-ref", "--format=%(refname) %(objectname)")


def edit(root: Path, stage: int, files: dict[str, str]) -> Path:
    """Opens a stage, changes files and amends; returns the worktree."""
    folder = root.parent / f"edit{stage:02}"
    tessera(root, "stage", "edit", str(stage), str(folder))
    amend(folder, files)
    return folder


def conflicting(root: Path) -> Path:
    """Stages 2 and 4 change the same line; returns where to resolve it."""
    edit(root, 4, {"kernel/main.cpp": "int main() {\n    return 4;\n}\n"})
    tessera(root, "stage", "propagate")
    edit(root, 2, {"kernel/main.cpp": "int main() {\n    return 2;\n}\n"})
    with pytest.raises(Conflict, match=r"stage/04 conflicts in kernel/main\.cpp") as caught:
        tessera(root, "stage", "propagate")
    folder = root / ".git/tessera/workshop"
    assert str(folder) in (caught.value.hint or "")
    return folder


def test_edit_opens_a_worktree_beside_the_clone_with_just_that_stage(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera(stack5, "stage", "edit", "03") == 0
    folder = stack5.with_name("clone-stage-03")
    assert str(folder) in capsys.readouterr().out
    assert (
        read(folder, "kernel/CHAPTER") == "03\n"
        and read(folder, "CMakeLists.txt") == "# the build\n"
    )
    assert git(folder, "branch", "--show-current") == "stage/03"
    assert (
        git(stack5, "status", "--porcelain") == ""
        and git(stack5, "branch", "--show-current") == "main"
    )
    tessera(stack5, "stage", "edit", "3", str(stack5.parent / "again"))
    assert str(folder) in capsys.readouterr().out, "an open stage is not opened twice"


def test_the_stage_commits_are_the_chapters_diffs(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1")
    names = git(stack5, "diff", "--name-only", "stage/02", "stage/03").splitlines()
    assert "kernel/part03.cpp" in names and all(
        n.startswith(("kernel/", "tests/unit/")) for n in names
    )
    assert len(git(stack5, "rev-list", "stage/05").splitlines()) == 6


def test_a_fix_in_stage_2_reaches_every_later_stage(stack5: Path) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    before = git(stack5, "rev-parse", "stage/01")
    tessera(stack5, "stage", "propagate")
    assert [show(stack5, n, "kernel/part02.cpp") for n in (2, 3, 4, 5)] == ["// fixed"] * 4
    assert git(stack5, "rev-parse", "stage/01") == before
    for stage in (2, 3, 4, 5):
        assert git(stack5, "rev-parse", f"stage/{stage:02}^") == git(
            stack5, "rev-parse", f"stage/{stage - 1:02}"
        )


def test_a_fix_in_stage_2_of_25(stack25: Path) -> None:
    edit(stack25, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack25, "stage", "propagate")
    assert show(stack25, 25, "kernel/part02.cpp") == "// fixed"
    assert git(stack25, "rev-list", "--count", "stage/25") == "26"


def test_two_edited_stages_at_once(stack5: Path) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// two\n"})
    edit(stack5, 4, {"kernel/part04.cpp": "// four\n"})
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 3, "kernel/part02.cpp") == show(stack5, 5, "kernel/part02.cpp") == "// two"
    assert show(stack5, 4, "kernel/part04.cpp") == show(stack5, 5, "kernel/part04.cpp") == "// four"
    assert git(stack5, "show", "stage/03:kernel/table.cpp") in git(
        stack5, "show", "stage/04:kernel/table.cpp"
    )


def test_a_file_renamed_in_a_later_stage_gets_the_fix_under_its_new_name(stack5: Path) -> None:
    text = read(stack5, "kernel/moved/part01.cpp").replace("return 1;", "return 11;")
    edit(stack5, 1, {"kernel/part01.cpp": text})
    tessera(stack5, "stage", "propagate")
    assert "return 11;" in show(stack5, 2, "kernel/part01.cpp")
    assert "return 11;" in show(stack5, 3, "kernel/moved/part01.cpp")
    assert "kernel/part01.cpp" not in git(stack5, "ls-tree", "-r", "--name-only", "stage/05")


def test_further_commits_on_a_stage_count_as_well_as_an_amended_one(stack5: Path) -> None:
    folder = stack5.parent / "edit02"
    tessera(stack5, "stage", "edit", "2", str(folder))
    commit(folder, "One more", {"kernel/extra.cpp": "// extra\n"})
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/extra.cpp") == "// extra"


def test_nothing_to_propagate(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tessera(stack5, "stage", "edit", "2")
    before = refs(stack5)
    tessera(stack5, "stage", "propagate")
    assert "nothing to propagate" in capsys.readouterr().out and refs(stack5) == before


def test_a_conflict_is_resumed(stack5: Path) -> None:
    folder = conflicting(stack5)
    before = refs(stack5)
    with pytest.raises(Failure, match=r"kernel/main\.cpp:\d+: still has a conflict marker"):
        tessera(stack5, "stage", "propagate", "--continue")
    write(folder, {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    assert refs(stack5) == before, "nothing moves before the end"
    tessera(stack5, "stage", "propagate", "--continue")
    assert "return 2;" in show(stack5, 3, "kernel/main.cpp")
    assert "return 24;" in show(stack5, 4, "kernel/main.cpp") and "return 24;" in show(
        stack5, 5, "kernel/main.cpp"
    )
    assert show(stack5, 5, "kernel/part05.cpp")
    with pytest.raises(Failure, match="no propagate is under way"):
        tessera(stack5, "stage", "propagate", "--continue")


def test_a_conflict_may_be_resolved_with_git_itself(stack5: Path) -> None:
    folder = conflicting(stack5)
    write(folder, {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    git(folder, "add", "kernel/main.cpp")
    git(folder, "-c", "core.editor=true", "rebase", "--continue")
    tessera(stack5, "stage", "propagate", "--continue")
    assert "return 24;" in show(stack5, 5, "kernel/main.cpp")


def test_a_file_changed_on_one_side_and_deleted_on_the_other_needs_a_decision(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "3", str(stack5.parent / "edit03"))
    git(stack5.parent / "edit03", "rm", "--quiet", "kernel/part02.cpp")
    git(stack5.parent / "edit03", "commit", "--quiet", "--amend", "--no-edit")
    tessera(stack5, "stage", "propagate")
    edit(stack5, 2, {"kernel/part02.cpp": "// part 02\nint part02() {\n    return 22;\n}\n"})
    with pytest.raises(Conflict, match="stage/03"):
        tessera(stack5, "stage", "propagate")
    with pytest.raises(Failure, match="deleted"):
        tessera(stack5, "stage", "propagate", "--continue")
    git(stack5 / ".git/tessera/workshop", "rm", "--quiet", "kernel/part02.cpp")
    tessera(stack5, "stage", "propagate", "--continue")
    assert "kernel/part02.cpp" not in git(stack5, "ls-tree", "-r", "--name-only", "stage/05")


def test_abort_leaves_every_ref_and_worktree_as_it_was(stack5: Path) -> None:
    conflicting(stack5)
    before = refs(stack5)
    with pytest.raises(Failure, match="waits for you"):
        tessera(stack5, "stage", "propagate")
    with pytest.raises(Failure, match="it is a propagate"):
        tessera(stack5, "stage", "sync", "--abort")
    tessera(stack5, "stage", "propagate", "--abort")
    assert refs(stack5) == before
    assert "return 2;" in read(stack5.parent / "edit02", "kernel/main.cpp")
    assert git(stack5.parent / "edit02", "status", "--porcelain") == ""
    with pytest.raises(Conflict):
        tessera(stack5, "stage", "propagate")


def test_a_resolution_is_remembered(stack5: Path) -> None:
    folder = conflicting(stack5)
    write(folder, {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    before = git(
        stack5,
        "for-each-ref",
        "--format=update %(refname) %(objectname)",
        "refs/heads/stage",
        "refs/tessera",
    )
    tessera(stack5, "stage", "propagate", "--continue")
    for line in before.splitlines():
        _, name, oid = line.split()
        git(stack5, "update-ref", name, oid)
    git(stack5.parent / "edit02", "reset", "--quiet", "--hard")
    git(stack5.parent / "edit04", "reset", "--quiet", "--hard")
    tessera(stack5, "stage", "propagate")
    assert "return 24;" in show(stack5, 5, "kernel/main.cpp")


def test_interrupted_anywhere_nothing_is_lost(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    edit(stack5, 4, {"kernel/part04.cpp": "// fixed\n"})
    before = refs(stack5)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("open", "_through", "hand_over"):
        with monkeypatch.context() as patch:
            patch.setattr(Workshop, place, interrupt)
            with pytest.raises(KeyboardInterrupt):
                tessera(stack5, "stage", "propagate")
        assert refs(stack5) == before
    tessera(stack5, "stage", "propagate")
    assert (
        show(stack5, 5, "kernel/part02.cpp") == show(stack5, 5, "kernel/part04.cpp") == "// fixed"
    )


@pytest.mark.parametrize("place", ["move_refs", "attach"])
def test_interrupted_while_publishing_it_is_finished_next_time(
    stack5: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "edit", "4", str(stack5.parent / "edit04"))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, place, interrupt)
        with pytest.raises(KeyboardInterrupt):
            tessera(stack5, "stage", "propagate")
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// fixed"
    assert git(stack5.parent / "edit04", "branch", "--show-current") == "stage/04"
    assert read(stack5.parent / "edit04", "kernel/part02.cpp") == "// fixed\n"


def test_worktrees_of_later_stages_move_along(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "4", str(stack5.parent / "edit04"))
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    later = stack5.parent / "edit04"
    assert read(later, "kernel/part02.cpp") == "// fixed\n"
    assert (
        git(later, "branch", "--show-current") == "stage/04"
        and git(later, "status", "--porcelain") == ""
    )


def test_uncommitted_changes_in_a_worktree_stop_it(stack5: Path) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    for stage in (2, 4):
        tessera(stack5, "stage", "edit", str(stage), str(stack5.parent / f"edit{stage:02}"))
        write(stack5.parent / f"edit{stage:02}", {"kernel/main.cpp": "half done\n"})
        before = refs(stack5)
        with pytest.raises(Failure, match=f"edit{stage:02} holds changes"):
            tessera(stack5, "stage", "propagate")
        assert refs(stack5) == before
        assert read(stack5.parent / f"edit{stage:02}", "kernel/main.cpp") == "half done\n"
        git(stack5.parent / f"edit{stage:02}", "checkout", "--quiet", "kernel/main.cpp")


def test_a_stage_checked_out_elsewhere_is_refused(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    theirs = stack5.parent / "theirs"
    git(stack5, "worktree", "add", "--quiet", str(theirs), "stage/04")
    before = refs(stack5)
    with monkeypatch.context() as patch:
        patch.setattr(Workshop, "open", lambda *_: pytest.fail("began before it looked"))
        with pytest.raises(Failure, match=r"stage/04 is checked out in .*theirs") as caught:
            tessera(stack5, "stage", "propagate")
    assert "checkout --detach" in (caught.value.hint or "")
    assert refs(stack5) == before and git(theirs, "status", "--porcelain") == ""
    git(theirs, "checkout", "--quiet", "--detach")
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// fixed"


def test_an_exercise_branch_follows_its_stage(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1")
    for stage in (1, 3):
        folder = stack5.parent / f"exercise{stage}"
        git(
            stack5,
            "worktree",
            "add",
            "--quiet",
            "-b",
            f"exercise/{stage:02}/hole",
            str(folder),
            f"stage/{stage:02}",
        )
        commit(folder, "The starter", {"kernel/hole.cpp": "// fill me\n"})
        git(stack5, "worktree", "remove", str(folder))
    early = git(stack5, "rev-parse", "exercise/01/hole")
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    assert git(stack5, "rev-parse", "exercise/03/hole^") == git(stack5, "rev-parse", "stage/03")
    assert git(stack5, "show", "exercise/03/hole:kernel/part02.cpp") == "// fixed"
    assert git(stack5, "show", "exercise/03/hole:kernel/hole.cpp") == "// fill me"
    assert git(stack5, "rev-parse", "exercise/01/hole") == early
    assert "hole" not in git(stack5, "ls-tree", "-r", "--name-only", "stage/05")


def test_an_exercise_that_conflicts_waits_too(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1")
    open_exercise(stack5, stack5.parent / "hole")
    commit(
        stack5.parent / "hole",
        "The starter",
        {"kernel/main.cpp": "int main() {\n    // fill me\n}\n"},
    )
    edit(stack5, 2, {"kernel/main.cpp": "int main() {\n    return 2;\n}\n"})
    with pytest.raises(Conflict, match="exercise/03/hole conflicts in kernel/main.cpp"):
        tessera(stack5, "stage", "propagate")
    write(
        stack5 / ".git/tessera/workshop",
        {"kernel/main.cpp": "int main() {\n    // fill me in\n}\n"},
    )
    tessera(stack5, "stage", "propagate", "--continue")
    assert "fill me in" in git(stack5, "show", "exercise/03/hole:kernel/main.cpp")
    assert "fill me in" in read(stack5.parent / "hole", "kernel/main.cpp")


def test_uncommitted_work_on_an_exercise_stops_it(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1")
    folder = stack5.parent / "hole"
    open_exercise(stack5, folder)
    commit(folder, "The starter", {"kernel/hole.cpp": "// fill me\n"})
    write(folder, {"kernel/hole.cpp": "// half filled\n"})
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    before = refs(stack5)
    with pytest.raises(Failure, match="hole holds changes to exercise/03/hole"):
        tessera(stack5, "stage", "propagate")
    assert refs(stack5) == before and read(folder, "kernel/hole.cpp") == "// half filled\n"


def test_an_authors_own_side_branch_stays_where_it_is(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "2")
    git(stack5, "branch", "mine", "stage/04")
    before = git(stack5, "rev-parse", "mine")
    edit(stack5, 3, {"kernel/part03.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    assert git(stack5, "rev-parse", "mine") == before != git(stack5, "rev-parse", "stage/04")


def test_a_change_outside_the_staged_paths_is_refused(stack5: Path) -> None:
    edit(stack5, 2, {"CMakeLists.txt": "# mine\n"})
    with pytest.raises(Failure, match=r"stage/02 changes CMakeLists\.txt, which is not staged"):
        tessera(stack5, "stage", "propagate")


def test_a_branch_moved_during_a_conflict_is_not_overwritten(stack5: Path) -> None:
    folder = conflicting(stack5)
    amend(stack5.parent / "edit02", {"kernel/part02.cpp": "// meanwhile\n"})
    write(folder, {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    before = refs(stack5)
    for _ in range(2):
        with pytest.raises(Failure, match="moved in the meantime"):
            tessera(stack5, "stage", "propagate", "--continue")
        assert refs(stack5) == before
    tessera(stack5, "stage", "propagate", "--abort")
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// meanwhile" and "24" in show(
        stack5, 5, "kernel/main.cpp"
    )


def test_a_worktree_edited_during_a_conflict_is_not_overwritten(stack5: Path) -> None:
    folder = conflicting(stack5)
    write(stack5.parent / "edit04", {"kernel/part04.cpp": "// half done\n"})
    write(folder, {"kernel/main.cpp": "int main() {\n    return 24;\n}\n"})
    before = refs(stack5)
    with pytest.raises(Failure, match="edit04 holds changes"):
        tessera(stack5, "stage", "propagate", "--continue")
    assert refs(stack5) == before
    assert git(stack5.parent / "edit04", "branch", "--show-current") == "stage/04"
    assert read(stack5.parent / "edit04", "kernel/part04.cpp") == "// half done\n"
    git(stack5.parent / "edit04", "checkout", "--quiet", "kernel/part04.cpp")
    tessera(stack5, "stage", "propagate", "--continue")
    assert "24" in show(stack5, 5, "kernel/main.cpp"), "what was resolved is not lost"


def test_hostile_configuration_changes_nothing(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {
        "commit.gpgSign": "true",
        "gpg.program": "false",
        "rebase.autoSquash": "true",
        "core.autocrlf": "true",
        "diff.noprefix": "true",
        "rebase.updateRefs": "false",
        "core.editor": "false",
        "core.hooksPath": str(stack5 / "hooks"),
    }.items():
        git(stack5, "config", key, value)
    for hook in (
        "pre-commit",
        "post-checkout",
        "pre-rebase",
        "reference-transaction",
        "post-rewrite",
    ):
        write(stack5, {f"hooks/{hook}": "#!/bin/sh\nexit 1\n"})
        (stack5 / "hooks" / hook).chmod(0o755)
    folder = stack5.parent / "edit02"
    tessera(stack5, "stage", "edit", "2", str(folder))
    write(folder, {"kernel/part02.cpp": "// fixed\n"})
    git(
        folder,
        "-c",
        "commit.gpgSign=false",
        "-c",
        "core.hooksPath=/dev/null",
        "commit",
        "--quiet",
        "--all",
        "--amend",
        "--no-edit",
    )
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// fixed"


def test_it_works_from_a_linked_worktree(stack5: Path) -> None:
    linked = stack5.parent / "linked"
    git(stack5, "worktree", "add", "--quiet", "-b", "feature", str(linked))
    edit(linked, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5.parent / "edit02", "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// fixed"


def test_a_clone_without_history_will_do(stack5: Path) -> None:
    commit(stack5, "Later", {"README.md": "more\n"})
    git(stack5.parent, "clone", "--quiet", "--depth=1", f"file://{stack5}", "shallow")
    shallow = stack5.parent / "shallow"
    edit(shallow, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(shallow, "stage", "propagate")
    tessera(shallow, "stage", "export", "--no-boot")
    commit(shallow, "Fix stage 2")
    tessera(shallow, "stage", "sync")
    assert tessera(shallow, "stage", "verify", "--no-boot") == 0
    assert show(shallow, 5, "kernel/part02.cpp") == "// fixed"


def test_branches_made_by_hand_are_adopted(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1")
    for line in git(stack5, "for-each-ref", "--format=%(refname)", "refs/tessera").splitlines():
        git(stack5, "update-ref", "-d", line)
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    assert show(stack5, 5, "kernel/part02.cpp") == "// fixed"


def test_bad_requests(stack5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misuse, match="no stage 09"):
        tessera(stack5, "stage", "edit", "9")
    write(stack5.parent, {"full/file": "mine\n"})
    with pytest.raises(Misuse, match="exists already"):
        tessera(stack5, "stage", "edit", "2", str(stack5.parent / "full"))
    git(stack5, "update-ref", "-d", "refs/heads/stage/03")
    with pytest.raises(Failure, match="stage/03 is missing"):
        tessera(stack5, "stage", "propagate")
    git(stack5, "branch", "stage/03", "refs/tessera/base/03")
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    monkeypatch.setattr("tessera.git.version", lambda: (2, 30))
    with pytest.raises(Misuse, match=r"git 2\.30 is too old"):
        tessera(stack5, "stage", "propagate")


@pytest.mark.parametrize("number", ["99", "0"])
def test_a_stage_that_is_not_there_is_said_before_anything_is_done(
    stack5: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Misuse, match=f"there is no stage {int(number):02}") as caught:
        tessera(stack5, "stage", "edit", number)
    assert "01 to 05" in (caught.value.hint or "") and capsys.readouterr().out == ""
    assert git(stack5, "for-each-ref", "refs/heads/stage", "refs/tessera") == ""


def test_the_branches_are_the_same_from_a_chapters_tag(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera(stack5, "stage", "edit", "1")
    git(stack5, "worktree", "remove", str(stack5.with_name("clone-stage-01")))
    before = git(stack5, "rev-parse", "stage/05")
    tessera(stack5, "tags")
    git(stack5, "checkout", "--quiet", "ch01")
    capsys.readouterr()
    tessera(stack5, "stage", "edit", "1")
    assert "moved" not in capsys.readouterr().out
    assert git(stack5, "rev-parse", "stage/05") == before


def test_the_workshop_is_empty_afterwards(stack5: Path) -> None:
    edit(stack5, 2, {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    workshop = Workshop(Store(Tree(stack5)))
    assert [path.name for path in workshop.folder.iterdir()] == [".git"]
    assert {path.name for path in workshop.git_dir.iterdir()} <= {"rr-cache"}
    git(stack5, "fsck", "--strict")
