"""`stage verify`: one character of drift anywhere is found, with its place and what to do."""
from __future__ import annotations

from pathlib import Path

import pytest
from boots import boot_toml, image
from stacks import commit, git, make_stack, read, stage_files, tessera, write

from tessera import build, setup
from tessera.stages import boots
from tessera.stages.stack import Stack
from tessera.stages.store import Store
from tessera.tree import Tree


def problems(root: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What verify complains about; it must."""
    capsys.readouterr()
    assert tessera(root, "stage", "verify", "--no-boot") == 1
    return capsys.readouterr().err


def test_a_sound_stack_passes_whatever_the_configuration(stack25: Path) -> None:
    assert tessera(stack25, "stage", "verify", "--no-boot") == 0
    git(stack25, "config", "core.autocrlf", "true")
    git(stack25, "config", "diff.noprefix", "true")
    git(stack25, "config", "diff.algorithm", "patience")
    write(stack25, {".git/info/attributes": "*.cpp diff=html -text\n"})
    assert tessera(stack25, "stage", "verify", "--no-boot") == 0


def test_a_proof_trusts_no_cache(stack5: Path) -> None:
    """A remembered tree that is a wrong one misleads nobody here."""
    stack = Stack.in_folder(Store(Tree(stack5)), stack5)
    cache = stack5 / ".git/tessera/trees.json"
    cache.write_text(cache.read_text().replace(stack.trees[4], stack.trees[3]))
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_one_character_of_drift_in_the_kernel(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        stack5,
        {"kernel/part04.cpp": read(stack5, "kernel/part04.cpp").replace("return 4;", "return 5;")},
    )
    said = problems(stack5, capsys)
    assert "kernel/part04.cpp:3: differs from what the patches make of stage 05" in said
    assert "./tessera stage absorb" in said and "git checkout HEAD -- kernel/part04.cpp" in said


def test_drift_that_is_committed_or_a_file_too_many_or_too_few(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(stack5, "Straight into the kernel", {"tests/unit/part01_test.cpp": "// drift\n"})
    assert "tests/unit/part01_test.cpp:1: differs" in problems(stack5, capsys)
    git(stack5, "reset", "--quiet", "--hard", "HEAD~")
    write(stack5, {"kernel/extra.cpp": "// extra\n"})
    assert "kernel/extra.cpp:1: differs" in problems(stack5, capsys)
    (stack5 / "kernel/extra.cpp").unlink()
    (stack5 / "kernel/part03.cpp").unlink()
    assert "kernel/part03.cpp:1: differs" in problems(stack5, capsys)


def test_a_change_of_mode_is_drift(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stack5 / "kernel/main.cpp").chmod(0o755)
    assert "kernel/main.cpp:1: differs" in problems(stack5, capsys)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("+    return 3;", "+    return 4;", "stage.patch:18: edited by hand: kernel/ and tests"),
        ("@@ -0,0 +1,4 @@", "@@ -0,0 +1,5 @@", "does not apply: corrupt patch"),
        ("-02\n", "-07\n", "stage.patch:4: does not apply: patch failed: kernel/CHAPTER:1"),
        (
            "rename to kernel/moved/part01.cpp\n",
            "rename to kernel/moved/part01.cpp\nindex 0123456..89abcde 100644\n",
            "an `index` line",
        ),
        (
            "--- a/kernel/CHAPTER\n",
            "index 0123456..89abcde 100644\n--- a/kernel/CHAPTER\n",
            "stage.patch:2: an `index` line",
        ),
        (
            "diff --git a/kernel/part03.cpp",
            "a remark\ndiff --git a/kernel/part03.cpp",
            "edited by hand",
        ),
    ],
)
def test_a_patch_edited_by_hand(
    stack5: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, complaint: str
) -> None:
    file = stack5 / "chapters/03/stage.patch"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    said = problems(stack5, capsys)
    assert complaint in said
    assert "chapters/03/stage.patch:" in said and "\nkernel/" not in said


def test_a_hand_edit_that_changes_no_tree_is_found_by_its_line(
    stack5: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Less context, same result: it applies, and only the re-export tells."""
    file = stack5 / "chapters/03/stage.patch"
    text = file.read_text()
    assert text.count("@@ -16,3 +16,12 @@") == 1
    before, after = text.split("@@ -16,3 +16,12 @@")
    heading, _, rest = after.partition("\n")
    file.write_text(f"{before}@@ -17,2 +17,11 @@{heading}\n{rest.partition(chr(10))[2]}")
    said = problems(stack5, capsys)
    line = before.count("\n") + 1
    assert f"chapters/03/stage.patch:{line}: edited by hand, or written by another git" in said
    assert "says `@@ -17,2 +17,11 @@" in said and "an export writes `@@ -16,3 +16,12 @@" in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "diff --git a/README.md b/README.md\nnew file mode 100644\n--- /dev/null\n+++ b/README.md\n@@ -0,0 +1 @@\n+x\n",
            "chapters/05/stage.patch:1: a file outside kernel and tests/unit",
        ),
        (
            "diff --git a/kernel/l b/kernel/l\nnew file mode 120000\n--- /dev/null\n+++ b/kernel/l\n@@ -0,0 +1 @@\n+x\n",
            "chapters/05/stage.patch:2: a file mode other than 644 and 755: 120000",
        ),
        (
            "diff --git a/kernel/b b/kernel/b\nnew file mode 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n\n",
            "chapters/05/stage.patch:3: a binary file",
        ),
        (
            "diff --git a/kernel/c b/kernel/c\nnew file mode 100644\n--- /dev/null\n+++ b/kernel/c\n@@ -0,0 +1 @@\n+x\r\n",
            "chapters/05/stage.patch:6: a line that ends in CR LF",
        ),
    ],
)
def test_what_no_patch_may_hold(
    stack5: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    (stack5 / "chapters/05/stage.patch").write_bytes(text.encode())
    assert complaint in problems(stack5, capsys)


def test_a_missing_patch(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stack5 / "chapters/03/stage.patch").unlink()
    assert "chapters/03/stage.patch is missing" in problems(stack5, capsys)
    for file in stack5.glob("chapters/*/stage.patch"):
        file.unlink()
    assert "nothing to verify" in problems(stack5, capsys)


def test_a_chapter_that_cannot_be_read(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(stack5, {"kernel/CHAPTER": "x\n"})
    assert "kernel/CHAPTER:1" in problems(stack5, capsys)
    write(stack5, {"kernel/CHAPTER": "09\n"})
    assert "there is no chapter 09" in problems(stack5, capsys)
    write(stack5, {"kernel/CHAPTER": "05\n", "chapters/02/chapter.toml": "title = 3\n"})
    assert "chapters/02/chapter.toml:1" in problems(stack5, capsys)


def test_the_line_budget(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def files(number: int) -> dict[str, str]:
        more = {
            "kernel/long.cpp": "int x;\n" * 590,
            "tests/unit/long_test.cpp": "int x;\n" * 900,
            "kernel/abi/table.def": "X\n" * 900,
        }
        return stage_files(number) | (more if number == 2 else {})

    root = make_stack(tmp_path / "clone", 2, files)
    said = problems(root, capsys)
    assert "chapters/02/stage.patch:1: 605 changed lines of kernel code; the budget is 600" in said
    assert "budget_reason" in said
    write(
        root,
        {
            "chapters/02/chapter.toml": 'title = "x"\nsummary = "y"\nbudget = 605\nbudget_reason = "long"\n'
        },
    )
    assert tessera(root, "stage", "verify", "--no-boot") == 0


def test_a_log_that_no_boot_expects(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chapter = "chapters/02/chapter.toml"
    write(stack5, {chapter: read(stack5, chapter) + boot_toml(name="only")})
    write(stack5, {f"chapters/02/expected/{name}.log": "x\n" for name in ("only", "former")})
    said = problems(stack5, capsys)
    assert "chapters/02/expected/former.log:1: no boot expects this log" in said
    assert "only.log" not in said
    (stack5 / "chapters/02/expected/former.log").unlink()
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0


def test_at_a_tag_it_proves_the_tag(stack5: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tessera(stack5, "tags")
    git(stack5, "checkout", "--quiet", "ch03")
    assert tessera(stack5, "stage", "verify", "--no-boot") == 0
    assert "are stage 03" in capsys.readouterr().out
    write(stack5, {"kernel/main.cpp": "drift\n"})
    assert "kernel/main.cpp:1: differs from what the patches make of stage 03" in problems(
        stack5, capsys
    )


@pytest.mark.parametrize("committed", [False, True])
def test_at_a_chapter_the_advice_is_one_that_can_be_followed(
    stack5: Path, capsys: pytest.CaptureFixture[str], committed: bool
) -> None:
    mine, edited = stack5.parent / "mine", stack5.parent / "edited"
    tessera(stack5, "start", "3", str(mine))
    tessera(stack5, "stage", "edit", "3", str(edited))
    for folder in (mine, edited):
        write(folder, {"kernel/main.cpp": "changed\n"})
        if committed:
            git(folder, "commit", "--quiet", "--all", "--amend", "--no-edit")
    said = problems(mine, capsys)
    assert "git checkout ch03 -- kernel/main.cpp" in said and "stage edit 03" in said
    assert "absorb" not in said
    git(mine, "checkout", "ch03", "--", "kernel/main.cpp")
    assert tessera(mine, "stage", "verify", "--no-boot") == 0
    said = problems(edited, capsys)
    assert "propagate" in said and "absorb" not in said


def test_one_character_of_a_changed_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real boots; only the compiler is left out."""

    def put_image(tree: Tree, preset: str) -> None:
        (tree.preset(preset)).mkdir(parents=True, exist_ok=True)
        (tree.preset(preset) / "Image").write_bytes(image("panic"))

    monkeypatch.setattr(build, "build", put_image)
    monkeypatch.setattr(setup, "ensure", lambda *_, **__: None)
    root = make_stack(tmp_path / "clone", 2)
    for number in (1, 2):
        head = read(root, f"chapters/{number:02}/chapter.toml")
        write(root, {f"chapters/{number:02}/chapter.toml": head + boot_toml(ends="panic")})
    assert boots.check(Tree(root), [1, 2], "", accept=True)
    assert tessera(root, "stage", "verify") == 0
    log = "chapters/01/expected/only.log"
    write(root, {log: read(root, log).replace("PANIC", "PANIK", 1)})
    capsys.readouterr()
    assert tessera(root, "stage", "verify") == 1
    said = capsys.readouterr()
    assert "golden boots fail in stage 01" in said.err and "PANIK" in said.out


def test_the_stages_that_are_booted(stack5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    booted: list[int] = []

    def boot_stage(tree: Tree, number: int, *, accept: bool) -> bool:
        booted.append(number)
        return number != 4

    monkeypatch.setattr(boots, "boot_stage", boot_stage)
    assert tessera(stack5, "stage", "verify") == 1 and booted == [1, 2, 3, 4, 5]
    tessera(stack5, "tags")
    git(stack5, "checkout", "--quiet", "ch03")
    booted.clear()
    assert tessera(stack5, "stage", "verify") == 0 and booted == [3]


def test_every_problem_is_listed_and_nothing_is_booted(
    stack5: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boots, "boot_stage", lambda *_, **__: pytest.fail("booted"))
    write(stack5, {"kernel/main.cpp": "drift\n", "kernel/part02.cpp": "drift\n"})
    assert tessera(stack5, "stage", "verify") == 1
    said = capsys.readouterr().err
    assert "kernel/main.cpp:1" in said and "kernel/part02.cpp:1" in said
