"""Patches to trees and back, and stage trees on disk."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from stacks import GAP, commit, git, make_stack, read, stage_files, tessera, tree_of, write

from tessera.errors import Failure, Misuse
from tessera.stages import checkout, materialise
from tessera.stages.patch import line_of_failure, write_patch
from tessera.stages.stack import PatchError, Stack
from tessera.stages.store import Store
from tessera.tree import Tree


def test_patches_give_back_every_stage_to_the_byte(stack5: Path) -> None:
    store = Store(Tree(stack5))
    stack = Stack.at(store)
    assert list(stack.trees) == [tree_of(stack5, stage_files(n)) for n in range(1, 6)]
    assert (
        Stack.from_trees(store, stack.trees)
        == stack
        == Stack.in_folder(store, stack5, cached=False)
    )


def test_awkward_files_survive(tmp_path: Path) -> None:
    odd = {
        "kernel/CHAPTER": "01\n",
        "kernel/empty.cpp": "",
        "kernel/no end.cpp": "no newline",
        "kernel/ümlaut.cpp": "ä\n",
        "kernel/looks.cpp": "index 0123456..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n",
        "kernel/space b/x.cpp": "x \t\n\f\n",
        "tests/unit/x_test.cpp": "\u2028 is no line end\n",
    }
    changed = odd | {
        "kernel/CHAPTER": "02\n",
        "kernel/no end.cpp": "no newline\n",
        "kernel/empty.cpp": "x",
    }
    del changed["kernel/ümlaut.cpp"]
    root = make_stack(tmp_path / "clone", 2, lambda number: odd if number == 1 else changed)
    assert tessera(root, "stage", "verify", "--no-boot") == 0


def test_file_modes_survive(stack5: Path) -> None:
    folder = stack5.parent / "edit"
    tessera(stack5, "stage", "edit", "2", str(folder))
    (folder / "kernel/part02.cpp").chmod(0o755)
    git(folder, "commit", "--quiet", "--all", "--amend", "--no-edit")
    tessera(stack5, "stage", "propagate")
    tessera(stack5, "stage", "export", "--no-boot")
    assert os.access(stack5 / "kernel/part02.cpp", os.X_OK)
    assert os.access(materialise(Tree(stack5), 3).root / "kernel/part02.cpp", os.X_OK)
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_a_patch_shows_a_renamed_file_as_renamed_and_names_no_objects(stack5: Path) -> None:
    patch = read(stack5, "chapters/03/stage.patch")
    assert "rename from kernel/part01.cpp\nrename to kernel/moved/part01.cpp\n" in patch
    assert not [line for line in patch.splitlines() if line.startswith("index ")]


def test_strict_means_no_fuzz(stack5: Path) -> None:
    """A context line that differs by one character is enough."""
    file = stack5 / "chapters/04/stage.patch"
    text = file.read_text()
    assert "\n // 7\n shared 03\n" in text
    file.write_text(text.replace("\n // 7\n shared 03\n", "\n // 8\n shared 03\n"))
    with pytest.raises(
        PatchError,
        match=r"chapters/04/stage\.patch:\d+: does not apply: patch failed: kernel/table\.cpp",
    ):
        Stack.in_folder(Store(Tree(stack5)), stack5)


def test_the_failing_line_is_the_hunks_own() -> None:
    patch = b"diff --git a/kernel/a b/kernel/a\n--- a/kernel/a\n+++ b/kernel/a\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-x\n+y\n"
    assert line_of_failure(patch, "error: patch failed: kernel/a:9\n") == 7
    assert line_of_failure(patch, "error: kernel/a: does not exist in index\n") == 1
    assert line_of_failure(patch, "error: corrupt patch at line 5\n") == 5


def test_a_damaged_cache_is_made_anew(stack5: Path) -> None:
    store = Store(Tree(stack5))
    want = Stack.at(store)
    for damage in (
        "not json",
        "[]",
        (store.home / "trees.json").read_text().replace(want.trees[2], "0" * 40),
    ):
        (store.home / "trees.json").write_text(damage)
        assert Stack.at(store) == want


def test_a_gap_in_the_stack(stack5: Path) -> None:
    git(stack5, "rm", "--quiet", "chapters/02/stage.patch")
    commit(stack5, "A gap")
    with pytest.raises(Failure, match=r"chapters/02/stage\.patch is missing"):
        tessera(stack5, "tags")


def test_a_binary_file_is_no_stage(stack5: Path) -> None:
    store = Store(Tree(stack5))
    with pytest.raises(Failure, match=r"a binary file .*kernel/x"):
        write_patch(store.plumbing, store.empty_tree, tree_of(stack5, {"kernel/x": "a\0b\n"}))


def files_of(folder: Path) -> dict[str, str]:
    """All staged files of a folder."""
    return {
        str(file.relative_to(folder)): file.read_text()
        for top in ("kernel", "tests/unit")
        for file in (folder / top).rglob("*")
        if file.is_file()
    }


def test_the_chapter_at_hand_is_the_work_tree_itself(stack5: Path) -> None:
    write(stack5, {"kernel/main.cpp": "edited\n"})
    assert materialise(Tree(stack5), 5) == Tree(stack5)
    assert not (stack5 / "build").exists()


def test_another_chapter_is_laid_out_with_the_work_trees_own_files_around_it(stack5: Path) -> None:
    write(
        stack5,
        {
            "CMakeLists.txt": "# edited, not committed\n",
            "new.txt": "untracked\n",
            "build/junk": "ignored\n",
            "kernel/part05.cpp": "not in stage 3\n",
        },
    )
    git(stack5, "rm", "--quiet", "--cached", "tests/README.md")
    (stack5 / "tests/README.md").unlink()
    stage = materialise(Tree(stack5), 3)
    assert stage.root == stack5 / "build/stages/03" and stage.chapter == 3 and not stage.is_git
    assert files_of(stage.root) == stage_files(3)
    assert (
        read(stage.root, "CMakeLists.txt") == "# edited, not committed\n"
        and read(stage.root, "new.txt") == "untracked\n"
    )
    assert not (stage.root / "tests/README.md").exists() and not (stage.root / "build").exists()
    assert (
        git(stack5, "diff", "--cached", "--name-only") == "tests/README.md"
    ), "the user's index is theirs"


def test_laying_out_again_touches_only_what_changed(stack5: Path) -> None:
    stage = materialise(Tree(stack5), 3).root
    write(stage, {"build/kernel/Image": "built\n", "untracked.txt": "somebody's\n"})
    for file in (stage / "kernel").rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    materialise(Tree(stack5), 3)
    write(stack5, {"CMakeLists.txt": "# edited\n", "new.txt": "x\n"})
    before = {file: file.stat().st_mtime_ns for file in (stage / "kernel").rglob("*")}
    materialise(Tree(stack5), 3)
    assert {file: file.stat().st_mtime_ns for file in (stage / "kernel").rglob("*")} == before
    assert read(stage, "CMakeLists.txt") == "# edited\n" and read(stage, "new.txt") == "x\n"
    assert (
        read(stage, "build/kernel/Image") == "built\n"
        and read(stage, "untracked.txt") == "somebody's\n"
    )
    (stack5 / "new.txt").unlink()
    materialise(Tree(stack5), 3)
    assert not (stage / "new.txt").exists()


def test_edits_and_losses_inside_a_laid_out_stage_are_mended(stack5: Path) -> None:
    stage = materialise(Tree(stack5), 3).root
    write(stage, {"kernel/main.cpp": "edited in the wrong place\n"})
    (stage / "kernel/table.cpp").unlink()
    materialise(Tree(stack5), 3)
    assert files_of(stage) == stage_files(3)


@pytest.mark.parametrize("damage", [b"", b"DIRC rubbish", None])
def test_a_damaged_or_locked_index_is_no_obstacle(stack5: Path, damage: bytes | None) -> None:
    stage = materialise(Tree(stack5), 3).root
    if damage is None:
        (stage.parent / "03.index.lock").write_bytes(b"")
    else:
        (stage.parent / "03.index").write_bytes(damage)
    (stage / "kernel/table.cpp").unlink()
    materialise(Tree(stack5), 3)
    assert files_of(stage) == stage_files(3)


def test_hostile_settings_of_the_clone_do_not_reach_it(stack5: Path) -> None:
    git(stack5, "config", "core.autocrlf", "true")
    git(stack5, "config", "core.eol", "crlf")
    git(stack5, "config", "filter.spoil.smudge", "sed s/shared/spoilt/")
    git(stack5, "config", "filter.spoil.clean", "sed s/shared/spoilt/")
    write(stack5, {".git/info/attributes": "*.cpp filter=spoil eol=crlf\n"})
    stage = materialise(Tree(stack5), 3).root
    assert (stage / "kernel/table.cpp").read_bytes() == (
        GAP + "shared 01\n" + GAP + "shared 02\n" + GAP + "shared 03\n"
    ).encode()


def test_in_the_middle_of_a_merge(stack5: Path) -> None:
    git(stack5, "checkout", "--quiet", "-b", "other")
    commit(stack5, "One way", {"CMakeLists.txt": "# one\n"})
    git(stack5, "checkout", "--quiet", "main")
    commit(stack5, "Another way", {"CMakeLists.txt": "# two\n"})
    git(stack5, "merge", "other", check=False)
    assert "<<<<<<<" in read(materialise(Tree(stack5), 2).root, "CMakeLists.txt")
    assert git(stack5, "status", "--porcelain", "--untracked-files=no") == "UU CMakeLists.txt"


def test_a_worktree_inside_the_clone_is_not_copied(stack5: Path) -> None:
    git(stack5, "worktree", "add", "--quiet", "--detach", str(stack5 / "mine"))
    stage = materialise(Tree(stack5), 2).root
    assert not (stage / "mine/kernel").exists()


def test_a_chapter_that_does_not_exist(stack5: Path) -> None:
    with pytest.raises(Misuse, match="there is no chapter 09") as caught:
        materialise(Tree(stack5), 9)
    assert "01 to 05" in (caught.value.hint or "")


def test_without_a_clone_it_says_why(tmp_path: Path) -> None:
    write(tmp_path, {"kernel/CHAPTER": "02\n"})
    assert materialise(Tree(tmp_path), 2) == Tree(tmp_path)
    with pytest.raises(Misuse, match="not a git clone"):
        materialise(Tree(tmp_path), 1)


def test_a_disk_that_cannot_be_written(stack5: Path) -> None:
    write(stack5, {"build/stages/03": "a file in the way\n"})
    with pytest.raises(Failure, match="cannot write .*build/stages/03"):
        materialise(Tree(stack5), 3)


def test_two_at_once_wait_for_each_other(stack5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    inside, most = 0, 0
    real = checkout.lay_out
    guard = threading.Lock()

    def counted(*args: object) -> None:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        real(*args)  # type: ignore[arg-type]
        with guard:
            inside -= 1

    monkeypatch.setattr(checkout, "lay_out", counted)
    threads = [threading.Thread(target=materialise, args=(Tree(stack5), 3)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1 and files_of(stack5 / "build/stages/03") == stage_files(3)
