"""start, diff, new chapter, stage status."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from stacks import amend, commit, git, read, tessera, write

from tessera.errors import Failure, Misuse
from tessera.stages import boots
from tessera.tree import Tree


def test_start_gives_a_reader_a_folder_of_their_own(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(stack5, {"kernel/main.cpp": "in the middle of something\n"})
    assert tessera(stack5, "start", "03") == 0
    folder = stack5.with_name("clone-ch03")
    assert f"cd {folder}" in capsys.readouterr().out
    assert (
        git(folder, "branch", "--show-current") == "work/ch03"
        and read(folder, "kernel/CHAPTER") == "03\n"
    )
    assert git(folder, "rev-parse", "HEAD") == git(stack5, "rev-parse", "ch03")
    assert read(stack5, "kernel/main.cpp") == "in the middle of something\n"
    commit(folder, "Homework", {"kernel/main.cpp": "done\n"})
    assert (
        tessera(folder, "start", "4", str(stack5.parent / "four")) == 0
    ), "also from such a folder"
    assert read(stack5.parent / "four", "kernel/CHAPTER") == "04\n"


def test_start_overwrites_nothing(stack5: Path) -> None:
    write(stack5.parent, {"full/file": "mine\n"})
    with pytest.raises(Misuse, match="full exists already"):
        tessera(stack5, "start", "3", str(stack5.parent / "full"))
    assert git(stack5, "branch", "--list", "work/*") == ""
    tessera(stack5, "start", "3", str(stack5.parent / "three"))
    with pytest.raises(Misuse, match="work/ch03 exists already") as caught:
        tessera(stack5, "start", "3", str(stack5.parent / "again"))
    hint = caught.value.hint or ""
    assert f"checked out in {stack5.parent / 'three'}: go on there" in hint
    anew = hint.partition("dropping what is there: `")[2].partition("`")[0]
    write(stack5.parent / "three", {"kernel/main.cpp": "half an idea\n"})
    subprocess.run(anew, shell=True, cwd=stack5, check=True, capture_output=True)
    assert tessera(stack5, "start", "3", str(stack5.parent / "three")) == 0
    git(stack5, "worktree", "remove", str(stack5.parent / "three"))
    with pytest.raises(Misuse) as caught:
        tessera(stack5, "start", "3", str(stack5.parent / "again"))
    assert "git worktree add DIR work/ch03" in (caught.value.hint or "")
    with pytest.raises(Misuse, match="no chapter 09"):
        tessera(stack5, "start", "9")


def test_edit_says_when_the_stage_is_open_elsewhere(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, other = stack5.parent / "first", stack5.parent / "other"
    for wanted, warned in ((first, False), (first, False), (other, True)):
        assert tessera(stack5, "stage", "edit", "1", str(wanted)) == 0
        out = capsys.readouterr().out
        assert (f"open already, so {other} is not made" in " ".join(out.split())) is warned
        assert f"checked out in {first}" in " ".join(out.split())
    assert not other.exists()


@pytest.mark.parametrize("command", [("start", "3"), ("stage", "edit", "3")])
def test_a_new_folder_does_not_lie_in_a_work_tree(stack5: Path, command: tuple[str, ...]) -> None:
    """Neither in the one at hand, nor in another one of this clone."""
    tessera(stack5, "start", "1", str(stack5.parent / "first"))
    for place in (stack5 / "inner", stack5 / "build/inner", stack5.parent / "first/inner"):
        with pytest.raises(Misuse, match=f"{place} lies inside .*, a work tree"):
            tessera(stack5, *command, str(place))
        assert not place.exists()
    assert git(stack5, "branch", "--list", "work/ch03") == ""


def test_diff_shows_a_chapter_or_a_range_and_only_staged_paths(
    stack5: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(stack5, {"CMakeLists.txt": "# edited\n"})
    assert tessera(stack5, "diff", "3") == 0
    chapter = capfd.readouterr().out
    assert "rename to kernel/moved/part01.cpp" in chapter and "+shared 03" in chapter
    assert "CMakeLists" not in chapter and "shared 04" not in chapter and "\033[" not in chapter
    tessera(stack5, "diff", "2", "4", "--stat")
    stat = capfd.readouterr().out
    assert "part03.cpp" in stat and "part04.cpp" in stat and "+shared" not in stat
    tessera(stack5, "diff", "1")
    assert "new file mode 100644" in capfd.readouterr().out
    for words, wrong in ((["9"], "09"), (["99"], "99"), (["0", "3"], "00"), (["0"], "00")):
        with pytest.raises(Misuse, match=f"there is no chapter {wrong}"):
            tessera(stack5, "diff", *words)


def boots_like_its_predecessor(tree: Tree, number: int, *, accept: bool) -> bool:
    """A boot runner that records what a boot would."""
    write(tree.root, {f"chapters/{number:02}/expected/plain.log": f"[ch{number:02}] OK\n"})
    return accept


def test_a_new_chapter_stands_on_the_last_and_verifies(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boots, "boot_stage", boots_like_its_predecessor)
    boot = '[[boot]]\nname = "plain"\nends = "ok"\n'
    commit(
        stack5, "A boot", {"chapters/05/chapter.toml": f'title = "Five"\nsummary = "x"\n\n{boot}'}
    )
    assert tessera(stack5, "new", "chapter", "--title", 'IPC "II": badges') == 0
    assert read(stack5, "kernel/CHAPTER") == "06\n"
    assert read(stack5, "chapters/06/chapter.toml").endswith(boot)
    assert read(stack5, "chapters/06/expected/plain.log") == "[ch06] OK\n"
    assert read(stack5, "book/06-ipc-ii-badges.md").startswith('# 06 IPC "II": badges\n')
    assert (stack5 / "chapters/06/exercises/README.md").exists()
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0
    commit(stack5, "Chapter 06")
    tessera(stack5, "tags")
    assert git(stack5, "log", "-1", "--format=%s", "ch06") == 'Chapter 06: IPC "II": badges'
    tessera(stack5, "stage", "edit", "6", str(stack5.parent / "six"))
    amend(stack5.parent / "six", {"kernel/six.cpp": "// six\n"})
    tessera(stack5, "stage", "propagate")
    tessera(stack5, "stage", "export", "--no-boot")
    assert read(stack5, "kernel/six.cpp") == "// six\n"


def test_a_new_chapter_replaces_nothing(stack5: Path) -> None:
    write(stack5, {"book/06-next.md": "mine\n"})
    with pytest.raises(Misuse, match="book/06-next.md exists already"):
        tessera(stack5, "new", "chapter", "--title", "Next", "--no-boot")
    assert (
        git(stack5, "branch", "--list", "stage/06") == "" and not (stack5 / "chapters/06").exists()
    )


def test_a_new_chapter_is_not_made_over_edits_that_an_export_would_lose(stack5: Path) -> None:
    write(stack5, {"kernel/main.cpp": "my own\n"})
    with pytest.raises(Failure, match="in no stage"):
        tessera(stack5, "new", "chapter", "--title", "Next", "--no-boot")
    assert (
        git(stack5, "branch", "--list", "stage/06") == "" and not (stack5 / "chapters/06").exists()
    )


def test_a_new_chapter_wants_a_title_and_proposes_the_planned_one(stack5: Path) -> None:
    commit(stack5, "The plan", {"README.md": "| 06 | User mode | hello from EL0 | planned |\n"})
    with pytest.raises(Misuse, match="needs a title") as caught:
        tessera(stack5, "new", "chapter", "--no-boot")
    assert caught.value.hint == "./tessera new chapter --title 'User mode'"
    assert git(stack5, "branch", "--list", "stage/06") == ""


def test_a_new_chapter_can_be_taken_away_and_made_again(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ("new", "chapter", "--title", "Next", "--no-boot")
    tessera(stack5, *new)
    undo = capsys.readouterr().out.rpartition("To take it away again: ")[2].strip()
    with pytest.raises(Misuse, match="chapter 06 is new and not committed yet") as caught:
        tessera(stack5, *new)
    assert undo in (caught.value.hint or "")
    subprocess.run(undo, shell=True, cwd=stack5, check=True, capture_output=True)
    assert git(stack5, "status", "--porcelain") == ""
    tessera(stack5, *new)
    assert read(stack5, "kernel/CHAPTER") == "06\n"


def test_a_branch_left_from_a_new_chapter_is_named(stack5: Path) -> None:
    new = ("new", "chapter", "--title", "Next", "--no-boot")
    tessera(stack5, *new)
    git(stack5, "clean", "-fdq", "chapters", "book")
    git(stack5, "checkout", "--quiet", ".")
    with pytest.raises(Misuse, match="stage/06 is left") as caught:
        tessera(stack5, *new)
    assert "`git branch -D stage/06`" in (caught.value.hint or "")
    git(stack5, "branch", "-D", "stage/06")
    tessera(stack5, *new)
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_a_new_page_has_the_headings_that_all_chapters_share(
    stack5: Path, repository: Path
) -> None:
    tessera(stack5, "new", "chapter", "--title", "Next", "--no-boot")
    page = read(stack5, "book/06-next.md").splitlines()
    real = [file.read_text().splitlines() for file in sorted(repository.glob("book/0[1-6]-*.md"))]
    assert page[0] == "# 06 Next" and all(re.match(r"# 0\d \w", lines[0]) for lines in real)
    for heading in (line for line in page if line.startswith("## ")):
        assert any(heading in lines for lines in real), heading


def test_a_chapter_that_does_not_boot_is_reported(
    stack5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boots, "boot_stage", lambda *_, **__: False)
    with pytest.raises(Failure, match="06 does not boot"):
        tessera(stack5, "new", "chapter", "--title", "Next")


def test_status_tells_where_every_stage_stands(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tessera(stack5, "stage", "status")
    out = capsys.readouterr().out
    assert "no stage branches here" in out and "Title 03" in out and "15/600" in out
    folder = stack5.parent / "edit"
    tessera(stack5, "stage", "edit", "2", str(folder))
    amend(folder, {"kernel/part02.cpp": "// fixed\n"})
    capsys.readouterr()
    tessera(stack5, "stage", "status")
    rows = {line[:2]: line for line in capsys.readouterr().out.splitlines()}
    assert str(folder) in rows["02"] and "  yes  " in rows["02"] and rows["02"].endswith("no")
    assert rows["03"].endswith("yes") and "propagate" in rows["· "]
    tessera(stack5, "stage", "propagate")
    tessera(stack5, "stage", "status")
    rows = {line[:2]: line for line in capsys.readouterr().out.splitlines()}
    assert rows["03"].endswith("no")
