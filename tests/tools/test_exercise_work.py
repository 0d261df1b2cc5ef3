"""A student's folder: start, check, hint, submit, reset, update."""
from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from exercises import FILE, FOLDER, MUTANTS, NAME, RIGHT, STARTER
from stacks import commit, git, write
from tessera.errors import Failure, Misuse
from tessera.exercises import signature, trial, unit, workspace
from tessera.exercises.workspace import Workspace
from tessera.tree import Tree


@pytest.fixture
def space(small: Path, tmp_path: Path) -> Workspace:
    """An exercise that has been started."""
    return workspace.start(Tree(small), "answer", tmp_path / "mine", "ada")


def statuses(space: Workspace) -> list[str]:
    """How the tests come out."""
    return [result.status for result in workspace.check(space)]


def listing(root: Path) -> set[str]:
    """The files of a folder."""
    files = (f for f in root.rglob("*") if f.is_file() and "build" not in f.parts)
    return {str(file.relative_to(root)) for file in files} - {".git"}


def test_a_folder_holds_the_starter_and_nothing_later(space: Workspace, small: Path) -> None:
    root = space.tree.root
    assert (root / FILE).read_text() == STARTER
    assert (root / FOLDER / "pristine" / FILE).read_text() == STARTER
    assert workspace.read_mark(root) == ([NAME], "ada")
    assert not [f for f in listing(root) if f.endswith(".patch") or "later" in f or "/02/" in f]
    assert git(root, "rev-list", "--count", "HEAD") == "1"  # no history
    assert git(root, "status", "--porcelain") == ""


def test_check_tells_right_from_wrong_and_knows_a_mistake(space: Workspace) -> None:
    root = space.tree.root
    results = workspace.check(space)
    assert [result.status for result in results] == ["failed", "passed", "failed"]
    assert "Which is: 0" in results[0].details and "42" in results[0].details
    assert "the answer is right" in results[2].details  # side by side
    assert signature.recognise(root, space.exercise, results) is None
    (root / FILE).write_text(MUTANTS["off-by-one"].replace("41", "20 + 21"))
    known = signature.recognise(root, space.exercise, workspace.check(space))
    assert known is not None and known.hint == "Count again."
    (root / FILE).write_text(RIGHT)
    assert statuses(space) == ["passed"] * 3


def test_a_mistake_is_known_wherever_the_code_around_it_lies(space: Workspace) -> None:
    failed, *_ = workspace.check(space)

    def signed(failure: str) -> signature.Signature:
        return signature.of(space.exercise, [replace(failed, failure=failure)])

    here = signed("x16 is 0x4014a8, 8072 objects, and the answer is 41")
    assert here == signed("x16 is 0x40166c, 8064 objects, and the answer is 41")
    assert here != signed("x16 is 0x4014a8, 8072 objects, and the answer is 43")
    assert signed("core 0x0000000080000000") != signed("core 0x80000000")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    return nothing;\n", "was not declared"),
        ("    for (;;) {}\n", "never ended"),
        ("    return *static_cast<volatile int*>(nullptr);\n", "Answer.IsKnown"),
    ],
)
def test_check_says_what_went_wrong(space: Workspace, body: str, words: str) -> None:
    (space.tree.root / FILE).write_text(f"int answer() {{\n{body}}}\n")
    results = workspace.check(space)
    assert results[0].status == "failed" and words in results[0].details


def test_addresses_of_one_run_are_no_part_of_a_failure() -> None:
    texts = [f"f.cpp:{at}: found {{ ({place} as 740) }} at 0x{place}, not (40001000 as 740)"
             for at, place in ((7, "7fde27b84000"), (9, "7f8812345000"))]
    first, second = (unit._canonical(unit.Case("A.B", text)) for text in texts)
    assert first == second == "f.cpp: found { (… as 740) } at …, not (40001000 as 740)"


def test_what_a_compiler_says_is_shown_once_a_build(space: Workspace) -> None:
    (space.tree.root / FILE).write_text("int answer() {\n    return nothing;\n}\n")
    known, sign, boot = workspace.check(space)
    assert "was not declared" in known.details and "was not declared" in boot.details
    assert sign.details == "building exercise failed: see test 'known'"
    assert {result.failure for result in (known, sign, boot)} == {trial.NO_BUILD}


def test_the_folder_is_found_from_the_clone(space: Workspace, small: Path) -> None:
    assert workspace.open_at(Tree(small), "answer").tree.root == space.tree.root
    with pytest.raises(Misuse, match="for no exercise"):
        workspace.open_at(Tree(small), None)
    with pytest.raises(Misuse, match="work/01/answer exists already"):
        workspace.start(Tree(small), NAME, None, "")
    with pytest.raises(Misuse, match="is for an exercise already"):
        workspace.start(space.tree, NAME, None, "")


def test_hints_come_one_at_a_time(space: Workspace) -> None:
    counts = [len(workspace.hints(space, everything=False)) for _ in range(4)]
    assert counts == [1, 2, 2, 2]
    shutil.rmtree(space.tree.build)
    assert len(workspace.hints(space, everything=False)) == 1
    assert len(workspace.hints(space, everything=True)) == 2


def test_submit_packs_what_may_be_changed(space: Workspace) -> None:
    root = space.tree.root
    with pytest.raises(Failure, match="nothing has been changed yet"):
        workspace.submit(space, None)
    write(root, {FILE: RIGHT, "kernel/main.cpp": "int other;\n"})
    text = workspace.submit(space, None).read_text()
    assert text.startswith(f"Tessera exercise {NAME}, handed in by a patch\n")
    assert "+    return six * 7;" in text and "-    return 0;" in text
    assert "main.cpp" not in text


def test_reset_keeps_a_copy(space: Workspace) -> None:
    root = space.tree.root
    write(root, {FILE: RIGHT})
    first, second = workspace.reset(space), workspace.reset(space)
    assert (first / FILE).read_text() == RIGHT
    assert (second / FILE).read_text() == (root / FILE).read_text() == STARTER


def test_update_brings_tools_and_keeps_work(space: Workspace, small: Path) -> None:
    root = space.tree.root
    write(root, {FILE: RIGHT, "scripts/stale.py": "old\n", "notes.md": "mine\n"})
    commit(small, "A new tool", {"scripts/new.py": "new\n", "CMakeLists.txt": "# another\n"})
    backup = workspace.update(Tree(small), root)
    assert (root / FILE).read_text() == RIGHT
    assert (root / "scripts/new.py").read_text() == "new\n"
    assert (root / "CMakeLists.txt").read_text() == "# another\n"
    assert not (root / "scripts/stale.py").exists()
    assert (backup / "scripts/stale.py").read_text() == "old\n"
    assert (backup / FILE).read_text() == RIGHT
    assert (root / "notes.md").read_text() == "mine\n"
    assert workspace.read_mark(root) == ([NAME], "ada")
    with pytest.raises(Misuse, match="is for no exercise"):
        workspace.update(Tree(small), small)


def test_update_from_a_newer_bundle(space: Workspace, small: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    ignored = shutil.ignore_patterns("build", ".git")
    shutil.copytree(space.tree.root, newer, ignore=ignored)
    write(newer, {"scripts/new.py": "new\n", FILE: "int answer();\n"})
    write(space.tree.root, {FILE: RIGHT})
    workspace.update(Tree(newer), space.tree.root)
    assert (space.tree.root / FILE).read_text() == RIGHT
    assert (space.tree.root / "scripts/new.py").exists()
