"""`stage export`: back to patches, kernel/ and tests/unit/, losing nothing."""
from __future__ import annotations

from pathlib import Path

import pytest
from stacks import amend, commit, git, read, tessera, write

from tessera.errors import Failure
from tessera.stages import boots
from tessera.tree import Tree


@pytest.fixture
def edited(stack5: Path) -> Path:
    """A clone in which stage 2 has been edited and propagated, not exported."""
    tessera(stack5, "stage", "edit", "2", str(stack5.parent / "edit"))
    amend(stack5.parent / "edit", {"kernel/part02.cpp": "// fixed\n"})
    tessera(stack5, "stage", "propagate")
    return stack5


def changed(root: Path) -> set[str]:
    """The files that git sees as changed."""
    return {
        line[3:]
        for line in git(root, "status", "--porcelain", "--untracked-files=all").splitlines()
    }


def test_it_writes_the_patches_that_change_and_the_final_files(edited: Path) -> None:
    untouched = (edited / "kernel/main.cpp").stat().st_mtime_ns
    assert tessera(edited, "stage", "export", "--no-boot") == 0
    assert changed(edited) == {"chapters/02/stage.patch", "kernel/part02.cpp"}
    assert read(edited, "kernel/part02.cpp") == "// fixed\n"
    assert (edited / "kernel/main.cpp").stat().st_mtime_ns == untouched
    assert tessera(edited, "stage", "verify", "--no-boot") == 0


def test_an_export_of_what_is_there_changes_nothing(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tessera(stack5, "stage", "export", "--no-boot") == 0
    assert changed(stack5) == set() and "exported already" in capsys.readouterr().out


def test_files_that_go_take_their_empty_folders_along(stack5: Path) -> None:
    folder = stack5.parent / "edit"
    tessera(stack5, "stage", "edit", "5", str(folder))
    git(folder, "rm", "--quiet", "kernel/moved/part01.cpp")
    git(folder, "commit", "--quiet", "--amend", "--no-edit")
    tessera(stack5, "stage", "propagate")
    tessera(stack5, "stage", "export", "--no-boot")
    assert not (stack5 / "kernel/moved").exists() and (stack5 / "kernel").exists()


def test_uncommitted_work_in_the_kernel_is_not_overwritten(edited: Path) -> None:
    write(edited, {"kernel/main.cpp": "my own\n"})
    with pytest.raises(Failure, match=r"in no stage: .*kernel/main\.cpp") as caught:
        tessera(edited, "stage", "export", "--no-boot")
    assert "absorb" in (caught.value.hint or "")
    assert changed(edited) == {"kernel/main.cpp"} and read(edited, "kernel/main.cpp") == "my own\n"


def test_neither_is_committed_work_nor_a_new_file(edited: Path) -> None:
    commit(edited, "Straight into the kernel", {"kernel/main.cpp": "my own\n"})
    with pytest.raises(Failure, match="in no stage"):
        tessera(edited, "stage", "export", "--no-boot")
    git(edited, "reset", "--quiet", "--hard", "HEAD~")
    write(edited, {"tests/unit/new_test.cpp": "mine\n"})
    with pytest.raises(Failure, match="in no stage: .*new_test"):
        tessera(edited, "stage", "export", "--no-boot")


def test_nor_is_a_patch_edited_by_hand(edited: Path) -> None:
    file = edited / "chapters/04/stage.patch"
    file.write_text(file.read_text().replace("return 4;", "return 44;"))
    with pytest.raises(Failure, match=r"chapters/04/stage\.patch has been edited by hand"):
        tessera(edited, "stage", "export", "--no-boot")
    assert "return 44;" in file.read_text()


def test_it_can_be_repeated_after_a_further_edit(edited: Path) -> None:
    tessera(edited, "stage", "export", "--no-boot")
    amend(edited.parent / "edit", {"kernel/part02.cpp": "// fixed again\n"})
    tessera(edited, "stage", "propagate")
    tessera(edited, "stage", "export", "--no-boot")
    assert read(edited, "kernel/part02.cpp") == "// fixed again\n"
    commit(edited, "Fix stage 2")
    assert tessera(edited, "stage", "verify", "--no-boot") == 0


def test_the_users_index_and_other_files_are_left_alone(edited: Path) -> None:
    write(edited, {"notes.txt": "mine\n", "CMakeLists.txt": "# staged\n"})
    git(edited, "add", "CMakeLists.txt")
    write(edited, {"CMakeLists.txt": "# and more\n"})
    tessera(edited, "stage", "export", "--no-boot")
    assert git(edited, "diff", "--cached", "--name-only") == "CMakeLists.txt"
    assert (
        read(edited, "CMakeLists.txt") == "# and more\n" and read(edited, "notes.txt") == "mine\n"
    )


def test_a_binary_file_is_refused(stack5: Path) -> None:
    folder = stack5.parent / "edit"
    tessera(stack5, "stage", "edit", "2", str(folder))
    (folder / "kernel/logo.bin").write_bytes(b"\0\1\2")
    amend(folder, {})
    tessera(stack5, "stage", "propagate")
    with pytest.raises(Failure, match=r"a binary file \(a/kernel/logo\.bin"):
        tessera(stack5, "stage", "export", "--no-boot")
    assert changed(stack5) == set()


def test_the_stages_that_changed_are_booted(edited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, bool]] = []

    def boot_stage(tree: Tree, number: int, *, accept: bool) -> bool:
        seen.append((number, accept))
        assert (
            "// fixed" in (edited / "kernel/part02.cpp").read_text()
        ), "patches are written before anything boots"
        return accept or number != 4

    monkeypatch.setattr(boots, "boot_stage", boot_stage)
    assert tessera(edited, "stage", "export") == 1
    assert tessera(edited, "stage", "export", "--accept") == 0
    assert seen == [(n, accept) for accept in (False, True) for n in (2, 3, 4, 5)]
