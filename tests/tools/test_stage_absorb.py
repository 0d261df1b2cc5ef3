"""`stage absorb`: a change to the final kernel finds its stage, or nothing happens."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from stacks import amend, commit, git, open_exercise, read, show, tessera, write

from tessera.errors import Failure, Misuse


def change(root: Path, name: str, old: str, new: str) -> None:
    """Replaces text in a file of the work tree."""
    text = read(root, name)
    assert text.count(old) == 1
    write(root, {name: text.replace(old, new)})


def refused(root: Path, message: str, *options: str) -> str:
    """Absorbs, expecting a refusal that changes nothing; returns the hint."""
    tessera(root, "stage", "status")
    git_before, files = git(root, "for-each-ref", "refs/heads", "refs/tags"), git(root, "diff")
    with pytest.raises(Failure, match=message) as caught:
        tessera(root, "stage", "absorb", *options)
    after = git(root, "for-each-ref", "refs/heads", "refs/tags")
    assert git_before in (after, git(root, "for-each-ref", "refs/heads/main", "refs/tags"))
    assert git(root, "diff") == files
    assert not (root / ".git/tessera/operation.json").exists(), "nothing is left to wait for"
    if git(root, "for-each-ref", "refs/heads/stage"):
        assert git(root, "rev-parse", "stage/05") == git(
            root, "rev-parse", "refs/tessera/origin/05"
        )
    return caught.value.hint or ""


def test_a_changed_line_lands_in_the_stage_that_brought_it(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(stack5, "kernel/part03.cpp", "return 3;", "return 33;")
    assert tessera(stack5, "stage", "absorb") == 0
    out = capsys.readouterr().out
    assert "kernel/part03.cpp:3" in out and "absorbed into stage 03" in out
    assert [("33" in show(stack5, n, "kernel/part03.cpp")) for n in (3, 4, 5)] == [True] * 3
    assert git(stack5, "rev-parse", "stage/02") == git(
        stack5, "rev-parse", "refs/tessera/origin/02"
    )
    assert tessera(stack5, "stage", "export", "--no-boot") == 0
    commit(stack5, "Absorbed")
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0
    assert git(stack5, "show", "--name-only", "--format=").splitlines() == [
        "chapters/03/stage.patch",
        "kernel/part03.cpp",
    ]


def test_what_is_absorbed_and_not_exported_is_told_so(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(stack5, "kernel/part03.cpp", "return 3;", "return 33;")
    tessera(stack5, "stage", "absorb")
    with pytest.raises(Failure, match="absorbed, but not exported") as caught:
        tessera(stack5, "stage", "absorb")
    hint = caught.value.hint or ""
    assert hint.startswith("`./tessera stage export` first") and "stash" not in hint
    capsys.readouterr()
    assert tessera(stack5, "stage", "verify", "--no-boot") == 1
    said = capsys.readouterr()
    assert "absorbed, but not exported" in " ".join((said.out + said.err).split())
    give_up = hint.partition("instead: `")[2].partition("`")[0]
    subprocess.run(give_up, shell=True, cwd=stack5, check=True, capture_output=True)
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0
    change(stack5, "kernel/part03.cpp", "return 3;", "return 34;")
    tessera(stack5, "stage", "absorb")
    assert tessera(stack5, "stage", "export", "--no-boot") == 0
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_a_change_on_top_of_an_absorbed_one_gets_in_as_the_hint_says(stack5: Path) -> None:
    change(stack5, "kernel/part03.cpp", "return 3;", "return 33;")
    tessera(stack5, "stage", "absorb")
    change(stack5, "kernel/part02.cpp", "return 2;", "return 22;")
    with pytest.raises(Failure, match="cannot be told") as caught:
        tessera(stack5, "stage", "absorb")
    assert "commit that" in (caught.value.hint or "")
    git(stack5, "stash")
    tessera(stack5, "stage", "sync")
    tessera(stack5, "stage", "export", "--no-boot")
    commit(stack5, "The first")
    git(stack5, "stash", "pop")
    tessera(stack5, "stage", "absorb")
    tessera(stack5, "stage", "export", "--no-boot")
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_several_hunks_go_to_several_stages(stack5: Path) -> None:
    change(stack5, "kernel/table.cpp", "shared 02\n", "shared two\n")
    change(stack5, "kernel/table.cpp", "shared 04\n", "shared four\nand more\n")
    change(stack5, "tests/unit/part05_test.cpp", "test of", "the test of")
    tessera(stack5, "stage", "absorb")
    assert "shared two" in show(stack5, 2, "kernel/table.cpp") and "shared two" in show(
        stack5, 3, "kernel/table.cpp"
    )
    assert "shared four\nand more" in show(stack5, 4, "kernel/table.cpp")
    assert show(stack5, 5, "tests/unit/part05_test.cpp") == "// the test of part 05"
    assert show(stack5, 5, "kernel/table.cpp") + "\n" == read(stack5, "kernel/table.cpp")


def test_an_inserted_line_goes_to_the_later_neighbour(stack5: Path) -> None:
    change(stack5, "kernel/table.cpp", "shared 02\n", "shared 02\ninserted\n")
    tessera(stack5, "stage", "absorb")
    assert "inserted" not in show(stack5, 2, "kernel/table.cpp")
    assert "shared 02\ninserted\n" in show(stack5, 3, "kernel/table.cpp")


def test_a_line_of_a_file_that_was_renamed_later_is_followed_to_its_old_name(stack5: Path) -> None:
    change(stack5, "kernel/moved/part01.cpp", "return 1;", "return 11;")
    tessera(stack5, "stage", "absorb")
    assert "return 11;" in show(stack5, 1, "kernel/part01.cpp")
    assert "return 11;" in show(stack5, 5, "kernel/moved/part01.cpp")


def test_deleted_lines(stack5: Path) -> None:
    change(stack5, "kernel/part04.cpp", "// part 04\n", "")
    change(stack5, "kernel/table.cpp", "shared 05\n", "")
    tessera(stack5, "stage", "absorb")
    assert "part 04" not in show(stack5, 4, "kernel/part04.cpp") and "shared 05" not in show(
        stack5, 5, "kernel/table.cpp"
    )


def test_a_last_line_without_its_end(stack5: Path) -> None:
    write(stack5, {"kernel/part02.cpp": read(stack5, "kernel/part02.cpp").rstrip("\n")})
    tessera(stack5, "stage", "absorb")
    assert git(stack5, "cat-file", "-s", "stage/02:kernel/part02.cpp") == str(
        (stack5 / "kernel/part02.cpp").stat().st_size
    )
    assert tessera(stack5, "stage", "export", "--no-boot") == 0
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_in_a_stack_of_25(stack25: Path) -> None:
    change(stack25, "kernel/table.cpp", "shared 07\n", "shared seven\n")
    tessera(stack25, "stage", "absorb")
    assert "seven" not in show(stack25, 6, "kernel/table.cpp")
    assert all("seven" in show(stack25, n, "kernel/table.cpp") for n in (7, 8, 25))


def rewrite(root: Path, stage: int, files: dict[str, str], *gone: str) -> None:
    """Edits a stage on its way to main: propagated, exported, committed, synced."""
    folder = root.parent / f"rewrite{stage}"
    tessera(root, "stage", "edit", str(stage), str(folder))
    if gone:
        git(folder, "rm", "--quiet", *gone)
    amend(folder, files)
    tessera(root, "stage", "propagate")
    tessera(root, "stage", "export", "--no-boot")
    commit(root, f"Rewrite stage {stage}")
    git(root, "worktree", "remove", str(folder))
    tessera(root, "stage", "sync")


LONG = "".join(f"int line{n}() {{ return {n}; }}\n" for n in range(12))


def test_a_line_next_to_one_that_a_later_stage_adds(stack5: Path) -> None:
    """git alone calls it a conflict when two changes touch; here the place of each line is known."""
    rewrite(stack5, 4, {"kernel/main.cpp": "int main() {\n    start();\n    return 0;\n}\n"})
    change(stack5, "kernel/main.cpp", "    return 0;\n", "    return 1;\n")
    tessera(stack5, "stage", "absorb")
    assert show(stack5, 3, "kernel/main.cpp") == "int main() {\n    return 1;\n}"
    assert show(stack5, 4, "kernel/main.cpp") == "int main() {\n    start();\n    return 1;\n}"


def test_lines_that_a_later_stage_moved_to_another_file(stack5: Path) -> None:
    rewrite(stack5, 2, {"kernel/long.cpp": LONG + "// the rest\n"})
    rewrite(
        stack5,
        4,
        {"kernel/long.cpp": "// the rest\n", "kernel/other.cpp": "// moved here\n" + LONG},
    )
    change(stack5, "kernel/other.cpp", "return 5;", "return 55;")
    tessera(stack5, "stage", "absorb")
    assert "return 55;" in show(stack5, 2, "kernel/long.cpp") and "return 55;" in show(
        stack5, 3, "kernel/long.cpp"
    )
    assert show(stack5, 4, "kernel/long.cpp") == "// the rest" and "return 55;" in show(
        stack5, 4, "kernel/other.cpp"
    )


def test_lines_that_stood_apart_in_their_stage_are_refused(stack5: Path) -> None:
    rewrite(stack5, 2, {"kernel/long.cpp": LONG})
    rewrite(stack5, 4, {"kernel/long.cpp": LONG.replace("int line5() { return 5; }\n", "")})
    change(
        stack5,
        "kernel/long.cpp",
        "int line4() { return 4; }\nint line6() { return 6; }\n",
        "int line46();\n",
    )
    hint = refused(stack5, r"kernel/long\.cpp:5: these lines are not in stage 02 as they are here")
    assert "--into" in hint
    tessera(stack5, "stage", "absorb", "--into", "4")
    assert "line46" not in show(stack5, 3, "kernel/long.cpp") and "line46" in show(
        stack5, 4, "kernel/long.cpp"
    )


def test_one_that_would_come_out_differently_is_refused(stack5: Path) -> None:
    """Stage 4 copied lines of stage 2; changed in stage 2, both copies would change, or one be forgotten."""
    rewrite(stack5, 2, {"kernel/long.cpp": LONG})
    rewrite(stack5, 4, {"kernel/copy.cpp": LONG + "// a copy\n"})
    change(stack5, "kernel/copy.cpp", "return 5;", "return 55;")
    refused(
        stack5,
        r"nothing was absorbed: carried forward, the change gives another kernel/copy\.cpp and kernel/long\.cpp",
    )
    tessera(stack5, "stage", "absorb", "--into", "4")
    assert "55" in show(stack5, 5, "kernel/copy.cpp") and "55" not in show(
        stack5, 5, "kernel/long.cpp"
    )


def test_a_copy_in_conflict_is_refused(stack5: Path) -> None:
    """As above, but stage 4 changed the neighbour of the copied line, so that carrying forward conflicts."""
    rewrite(stack5, 2, {"kernel/long.cpp": LONG})
    rewrite(
        stack5,
        4,
        {"kernel/long.cpp": LONG.replace("return 6;", "return 66;"), "kernel/copy.cpp": LONG},
    )
    change(stack5, "kernel/copy.cpp", "return 5;", "return 55;")
    refused(stack5, r"copied from kernel/long\.cpp, which still has them; nothing was absorbed")


def test_an_exercise_that_no_longer_fits_refuses_it(stack5: Path) -> None:
    tessera(stack5, "stage", "edit", "1", str(stack5.parent / "edit"))
    open_exercise(stack5, stack5.parent / "hole")
    commit(stack5.parent / "hole", "The starter", {"kernel/part02.cpp": "// fill me\n"})
    change(stack5, "kernel/part02.cpp", "return 2;", "return 22;")
    refused(stack5, r"nothing was absorbed: exercise/03/hole conflicts in kernel/part02\.cpp")


def test_lines_that_the_named_stage_does_not_have_are_refused(stack5: Path) -> None:
    change(stack5, "kernel/part04.cpp", "return 4;", "return 44;")
    refused(stack5, r"kernel/part04\.cpp:3: these lines are not in stage 02", "--into", "2")
    with pytest.raises(Misuse, match="no stage 09"):
        tessera(stack5, "stage", "absorb", "--into", "9")


def test_a_new_file_needs_a_stage(stack5: Path) -> None:
    write(stack5, {"kernel/new.cpp": "// new\n"})
    assert "--into" in refused(stack5, r"kernel/new\.cpp is new")
    tessera(stack5, "stage", "absorb", "--into", "3")
    assert show(stack5, 3, "kernel/new.cpp") == show(stack5, 5, "kernel/new.cpp") == "// new"
    assert "new.cpp" not in git(stack5, "ls-tree", "-r", "--name-only", "stage/02")


def test_what_cannot_be_told_is_refused(stack5: Path) -> None:
    (stack5 / "kernel/part04.cpp").unlink()
    refused(stack5, r"kernel/part04\.cpp was deleted")
    git(stack5, "checkout", "--quiet", "kernel/part04.cpp")
    (stack5 / "kernel/main.cpp").chmod(0o755)
    refused(stack5, r"kernel/main\.cpp was given another mode")
    (stack5 / "kernel/main.cpp").chmod(0o644)
    write(stack5, {"kernel/CHAPTER": "06\n"})
    refused(stack5, "each stage's own number")


def test_nothing_to_absorb(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera(stack5, "stage", "absorb") == 0
    assert "nothing to absorb" in capsys.readouterr().out


def test_it_wants_patches_that_are_those_of_the_branches(stack5: Path) -> None:
    folder = stack5.parent / "edit"
    tessera(stack5, "stage", "edit", "2", str(folder))
    amend(folder, {"kernel/part02.cpp": "// fixed\n"})
    change(stack5, "kernel/part04.cpp", "return 4;", "return 44;")
    with pytest.raises(Failure, match="not propagated"):
        tessera(stack5, "stage", "absorb")
    tessera(stack5, "stage", "propagate")
    with pytest.raises(Failure, match="not those of the stage branches"):
        tessera(stack5, "stage", "absorb")
