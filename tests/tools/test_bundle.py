"""What leaves the instructor's hands holds no solution, and works where it arrives."""
from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from exercises import (
    FILE,
    FOLDER,
    MUTANTS,
    NAME,
    RIGHT,
    STARTER,
    edit_toml,
    stage_files,
    write_side,
)
from stacks import tessera, tree_of, write
from tessera.errors import Failure, Misuse
from tessera.exercises import workspace
from tessera.grading import bundle, many
from tessera.grading.many import Wishes
from tessera.stages.patch import write_patch
from tessera.stages.store import Store
from tessera.tree import Tree

#: A line of the solution that the starter lacks, and a line of a mutant.
SOLUTION, MUTANT = "six * 7", "return 41"


def unpack(file: Path, target: Path) -> Path:
    """The tree in a student's archive."""
    with tarfile.open(file) as archive:
        archive.extractall(target)
    (root,) = target.iterdir()
    return root


def texts(root: Path) -> dict[str, str]:
    """All files of a folder."""
    files = (file for file in root.rglob("*") if file.is_file() and "build" not in file.parts)
    return {str(f.relative_to(root)): f.read_bytes().decode(errors="replace") for f in files}


def test_students_get_the_starter_and_nothing_later(small: Path, tmp_path: Path) -> None:
    write(small, {"book/instructor/answers.md": SOLUTION, "book/02-later.md": "later\n"})
    write(small / FOLDER, {"instructor.md": SOLUTION, "solution/answer.toml": SOLUTION})
    for name in ("tried.toml", "noticed.toml"):
        write(small, {f"chapters/01/{name}": f"-    {SOLUTION}\n"})
    made = bundle.student(Tree(small), 1, [], output=tmp_path / "a.tar.gz")
    root = unpack(made.file, tmp_path / "there")
    found = texts(root)
    assert root.name == "tessera-01-answer"
    assert found[FILE] == STARTER and found["kernel/CHAPTER"] == "01\n"
    for secret in (SOLUTION, MUTANT, "later"):
        assert [path for path, text in found.items() if secret in text] == []
    assert not [p for p in found if p.endswith(".patch") or ".git/" in p or "/02/" in p]
    assert found[f"{FOLDER}/failures.json"] and found[f"{FOLDER}/pristine/{FILE}"] == STARTER


def test_a_bundle_is_enough_to_work_in(small: Path, tmp_path: Path) -> None:
    made = bundle.student(Tree(small), 1, [NAME], "ada", tmp_path / "a.tar.gz")
    root = unpack(made.file, tmp_path / "there")
    space = workspace.open_at(Tree(root), None)
    assert space.seed == "ada"
    write(root, {FILE: MUTANTS["off-by-one"]})
    assert [result.status for result in workspace.check(space)] == ["failed", "passed", "failed"]
    write(root, {FILE: RIGHT})
    patch = workspace.submit(space, None)
    workspace.reset(space)
    assert (root / FILE).read_text() == STARTER
    (report,) = many.grade(Tree(small), [str(patch)], Wishes(), lambda _: None)
    assert report.points == 8


def test_the_same_archive_every_time(small: Path, tmp_path: Path) -> None:
    files = [bundle.student(Tree(small), 1, [], output=tmp_path / f"{n}").file for n in (1, 2)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_two_exercises_of_a_chapter_are_handed_out_in_one_tree(small: Path, tmp_path: Path) -> None:
    second = "chapters/01/exercises/second"
    shutil.copytree(small / FOLDER, small / second)
    shutil.rmtree(small / second / "mutants")
    main = "diff --git a/kernel/main.cpp b/kernel/main.cpp\n"
    (small / second / "starter.patch").write_text(
        f"{main}--- a/kernel/main.cpp\n+++ b/kernel/main.cpp\n@@ -1,3 +1,4 @@\n"
        "+// A hole.\n int answer();\n \n void say(const char* text) {\n"
    )
    made = bundle.student(Tree(small), 1, [], output=tmp_path / "a.tar.gz")
    root = unpack(made.file, tmp_path / "there")
    assert list(made.exercises) == [NAME, "01/second"]
    assert (root / FILE).read_text() == STARTER
    assert (root / "kernel/main.cpp").read_text().startswith("// A hole.")
    with pytest.raises(Misuse, match="this folder is for several exercises"):
        workspace.open_at(Tree(root), None)
    assert workspace.open_at(Tree(root), "answer").exercise.name == NAME


def shown_commands(root: Path) -> list[list[str]]:
    """What a folder's README shows to be typed: the arguments of `./tessera`."""
    text = (root / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"(?:^    |`)\./tessera ([^#`\n]*)", text, re.MULTILINE)
    return [line.split() for line in lines]


@pytest.mark.parametrize("several", [False, True])
def test_a_bundle_accepts_what_its_readme_shows(
    small: Path, tmp_path: Path, several: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSERA_SETUP", "off")
    write(small, {"README.md": "    ./tessera run 02\n"})
    if several:
        second = shutil.copytree(small / FOLDER, small / "chapters/01/exercises/second")
        (second / "starter.patch").unlink()
    made = bundle.student(Tree(small), 1, [], output=tmp_path / "a.tar.gz")
    root = unpack(made.file, tmp_path / "there")
    with pytest.raises(Misuse):  # it would be noticed
        tessera(root, "run", "02")
    shutil.copytree(root, root.with_name("old"))
    write(root, {FILE: MUTANTS["off-by-one"]})  # so that there is something to hand in
    commands = shown_commands(root)
    monkeypatch.chdir(root)
    for arguments in commands:
        status = tessera(root, *arguments)  # raises for what is refused
        assert status == 0 or {"check", "doctor"} & set(arguments), arguments
    there = {words[1] for words in commands if words[0] == "exercise"}
    assert there == {"list", "check", "hint", "submit", "reset", "update"}
    for name in made.exercises:
        assert f"chapters/01/exercises/{name[3:]}/README.md" in (root / "README.md").read_text()


def test_what_tells_the_solution_is_not_handed_out(small: Path, tmp_path: Path) -> None:
    lines = RIGHT.splitlines()[1:4]
    write(small, {"book/01-small.md": "\n".join(f"    {line}" for line in lines)})
    made = bundle.student(Tree(small), 1, [], output=tmp_path / "a.tar.gz")
    assert list(made.left_out) == ["book/01-small.md"]
    assert "book/01-small.md" not in texts(unpack(made.file, tmp_path / "there"))
    write(small, {"scripts/notes.txt": "\n".join(lines)})
    with pytest.raises(Failure, match="scripts/notes.txt would tell a part of the solution"):
        bundle.student(Tree(small), 1, [], output=tmp_path / "b.tar.gz")
    assert not (tmp_path / "b.tar.gz").exists()


def test_of_a_page_only_the_block_that_tells_the_solution_is_cut_out(
    small: Path, tmp_path: Path
) -> None:
    told, harmless = "\n".join(RIGHT.splitlines()[1:4]), "```text\nsix * 6\n```"
    page = f"# Small\n\n{harmless}\n\nBefore.\n\n%s\n\nAfter.\n\n```text\nlast\n```\n"
    write(small, {"book/01-small.md": page % f"```cpp kernel/answer.cpp\n{told}\n```"})
    made = bundle.student(Tree(small), 1, [], output=tmp_path / "a.tar.gz")
    assert (list(made.cut), list(made.left_out)) == (["book/01-small.md"], [])
    found = texts(unpack(made.file, tmp_path / "there"))["book/01-small.md"]
    gone = f"*Here the book shows a part of what {NAME} asks for. This folder leaves it to you.*"
    assert found == page % gone


def in_chapter_02(small: Path) -> str:
    """The same exercise again, a stage later: its folder."""
    shutil.copyfile(small / "chapters/01/chapter.toml", small / "chapters/02/chapter.toml")
    return str(shutil.copytree(small / FOLDER, small / "chapters/02/exercises/answer"))


def test_stages_that_tell_the_solution_are_not_handed_out(small: Path, tmp_path: Path) -> None:
    later = in_chapter_02(small)
    write_side(small, "starter", STARTER, stage=2, folder=later)
    made = bundle.student(Tree(small), 2, [], output=tmp_path / "a.tar.gz")
    found = texts(unpack(made.file, tmp_path / "there"))
    assert list(made.left_out) == ["chapters/01/stage.patch"]
    assert [path for path, text in found.items() if SOLUTION in text] == []


def test_one_line_of_an_earlier_stage_is_enough(small: Path, tmp_path: Path) -> None:
    later = in_chapter_02(small)
    stage = stage_files(2)
    bug = stage | {"kernel/main.cpp": stage["kernel/main.cpp"].replace("== 42", "== 43")}
    patch = write_patch(Store(Tree(small)).plumbing, tree_of(small, stage), tree_of(small, bug))
    (small / later / "starter.patch").write_bytes(patch)
    made = bundle.student(Tree(small), 2, [], output=tmp_path / "a.tar.gz")
    assert list(made.left_out) == ["chapters/01/stage.patch"]


def test_a_kit_has_no_earlier_stages(small: Path, tmp_path: Path) -> None:
    write_side(small, "starter", STARTER, stage=2, folder=in_chapter_02(small))
    made = bundle.gradescope(Tree(small), "02/answer", tmp_path / "a.zip")
    with zipfile.ZipFile(made.file) as archive:
        assert "kit/tree/kernel/answer.cpp" in archive.namelist()
        assert [name for name in archive.namelist() if name.endswith(".patch")] == []


def test_what_cannot_be_bundled(small: Path, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="chapter 02 has no exercises"):
        bundle.student(Tree(small), 2, [], output=tmp_path / "x")
    with pytest.raises(Misuse, match="does not belong to chapter 02"):
        bundle.student(Tree(small), 2, [NAME], output=tmp_path / "x")
    shutil.copytree(small / FOLDER, small / "chapters/01/exercises/second")
    with pytest.raises(Misuse, match="01/second changes what another exercise of the same folder"):
        bundle.student(Tree(small), 1, [], output=tmp_path / "x")


def test_gradescope_gets_a_kit_that_grades(small: Path, tmp_path: Path) -> None:
    hidden = '[[test]]\nname = "odd"\nabout = "x"\npoints = 5\nunit = "Hidden.*"\n'
    test = '#include <gtest/gtest.h>\nTEST(Hidden, Passes) {}\n'
    overlay = tmp_path / "overlay"
    write(overlay / FOLDER, {"hidden.toml": hidden, "tests/hidden_odd.cpp": test})
    made = bundle.gradescope(Tree(small), "answer", tmp_path / "a.zip", overlay)
    with zipfile.ZipFile(io.BytesIO(made.file.read_bytes())) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        archive.extractall(tmp_path / "source")
    assert modes["setup.sh"] == modes["run_autograder"] == 0o100755
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", tmp_path / "source" / name], check=True)
    found = texts(tmp_path / "source")
    assert [path for path, text in found.items() if SOLUTION in text or MUTANT in text] == []
    write(tmp_path / "ada", {"answer.cpp": RIGHT})
    kit = tmp_path / "source/kit"
    wishes = Wishes(kit=kit)
    (report,) = many.grade(Tree(kit / "tree"), [str(tmp_path / "ada")], wishes, lambda _: None)
    assert (report.points, report.possible) == (13, 13)


def test_each_student_has_numbers_of_their_own(small: Path, tmp_path: Path) -> None:
    edit_toml(small, '"Six times something."]', '"Six."]\n\n[[number]]\nname = "badge"\nlow = 1\n'
              "high = 1000000\nstandard = 7\n")
    write(small / FOLDER, {"README.md": "Your badge is {badge}.\n"})
    told = {}
    for seed in ("", "ada", "bob"):
        made = bundle.student(Tree(small), 1, [], seed, tmp_path / f"{seed}.tar.gz")
        told[seed] = (unpack(made.file, tmp_path / f"at-{seed}") / FOLDER / "README.md").read_text()
    assert told[""] == "Your badge is 7.\n"
    assert len(set(told.values())) == 3
