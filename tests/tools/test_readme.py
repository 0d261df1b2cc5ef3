"""What the README and its kin say is true: chapters, commands, links, output, and a README in every folder."""
from __future__ import annotations

import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tessera import chapter as chapters
from tessera import cli
from tessera.errors import TesseraError
from tessera.tree import Tree
from turns import alone  # noqa: F401  (a fixture)

ROOT = Path(__file__).resolve().parents[2]
TREE = Tree(ROOT)


def texts() -> list[Path]:
    """Every Markdown file of the tree."""
    places = [place for place in ROOT.iterdir() if place.name not in ("build", ".git")]
    return sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*"))
                  if file.suffix == ".md" and file.is_file())


def name(file: Path) -> str:
    """A file as the test is called."""
    return str(file.relative_to(ROOT))


def readme() -> str:
    """The README at the top."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def typed(text: str) -> list[str]:
    """Each `./tessera …` in a block, where it is typed as it stands, without the comment after it."""
    return _lines(re.findall(r"^(?:    |\$ )(?:.* && )?(\./tessera[^#\n]*)", text, re.MULTILINE))


def named(text: str) -> list[str]:
    """Each `./tessera …` in a sentence, where arguments may be left out."""
    return _lines(re.findall(r"`(?:[^`\n]* && )?(\./tessera[^`]*)`", text))


def _lines(found: list[str]) -> list[str]:
    """NN stands for a chapter; an ellipsis, or a word in capitals, for something that cannot be checked."""
    lines = [re.sub(r"\s+", " ", line).strip().replace("NN", "01") for line in found]
    return [line for line in lines if not re.search(r"…|\b[A-Z]{3,}\b", line)]


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the README."""
    section = readme().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def parse(line: str, *, whole: bool = True) -> None:
    """Hands a command line to the real parser; raises for one that it would refuse."""
    try:
        cli.parse(ROOT, shlex.split(line)[1:] or ["--help"])
    except SystemExit as done:
        assert done.code == 0
    except TesseraError as error:
        left_out = re.search("arguments are required|expected one argument", str(error))
        assert not whole and left_out, f"`{line}`: {error}"


@pytest.mark.parametrize("file", texts(), ids=name)
def test_every_command_is_one_that_exists(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for line in typed(text):
        parse(line)
    for line in named(text):
        parse(line, whole=False)


@pytest.mark.parametrize(("line", "right"), [
    ("./tessera run 01", True), ("./tessera debug -- -tui", True), ("./tessera --help", True),
    ("./tessera rum", False), ("./tessera run --bot x", False), ("./tessera run 01 02", False),
    ("./tessera bench", False),
])
def test_a_wrong_command_would_be_noticed(line: str, right: bool) -> None:
    assert typed(f"text\n\n    {line}   # why\n") == typed(f"$ {line}") == named(f"so `{line}`") == [line]
    if right:
        parse(line)
    else:
        with pytest.raises(AssertionError):
            parse(line)


def test_a_sentence_may_name_a_command_without_its_arguments() -> None:
    for line in ("./tessera bench", "./tessera run --root-task"):
        parse(line, whole=False)
        with pytest.raises(AssertionError):
            parse(line)
    with pytest.raises(AssertionError):
        parse("./tessera bench nothing", whole=False)


@pytest.mark.parametrize("file", texts(), ids=name)
def test_every_link_leads_somewhere(file: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", file.read_text(encoding="utf-8"))
    links = re.findall(r"(?<!!)\[[^]]*\]\(([^)#\s]+)[^)]*\)", text)  # the book's pictures have tests of their own
    missing = [link for link in links if "://" not in link and not (file.parent / link).exists()]
    assert not missing


def test_the_chapters_are_those_of_the_tree() -> None:
    rows = table("The chapters")
    assert [row[0] for row in rows] == [f"{number:02}" for number in range(1, len(rows) + 1)]
    assert [int(row[0]) for row in rows if row[3] == "ready"] == TREE.chapters
    assert {row[3] for row in rows} <= {"ready", "planned"}
    for number in TREE.chapters:
        chapter, row = chapters.load(TREE, number), rows[number - 1]
        assert [re.sub(r"\[(.*)\]\(.*\)", r"\1", row[1]), row[2]] == [chapter.title, chapter.summary]


def test_a_chapter_with_a_page_in_the_book_links_to_it() -> None:
    rows = table("The chapters")
    for page in sorted((ROOT / "book").glob("[0-9][0-9]-*.md")):
        assert f"(book/{page.name})" in rows[int(page.name[:2]) - 1][1]


def test_the_boot_shown_is_what_the_kernel_prints() -> None:
    shown = readme().partition("$ ./tessera run 01\n")[2].partition("$ ")[0]
    boot = chapters.load(TREE, 1).boot()
    assert (TREE.chapter_dir(1) / f"expected/{boot.name}.log").read_text(encoding="utf-8") in shown


@pytest.mark.skipif(not TREE.is_git, reason="chapter 01's kernel comes out of a git clone")
def test_the_test_run_shown_has_the_tests_there_are(alone: None) -> None:
    shown = readme().partition("$ ./tessera test 01\n")[2].partition("```")[0]
    form = r"running (\d+) tests.*^chapter (.*?)\n01 (.*)✓\n(\d+) passed, 0 failed, 0 skipped\n"
    planned, kinds, row, passed = re.search(form, shown, re.DOTALL | re.MULTILINE).groups()
    listing = subprocess.run([ROOT / "tessera", "test", "01", "--list"], cwd=ROOT, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=600, check=True).stdout
    tests = Counter(re.findall(r"^01\.(\w+)\.", listing, re.MULTILINE))
    assert dict(zip(kinds.split(), map(int, row.split()), strict=True)) == tests
    assert int(planned) == int(passed) == tests.total()


@pytest.mark.skipif(not TREE.is_git, reason="chapter 01's kernel comes out of a git clone")
def test_the_debugging_session_shown_is_a_real_one(alone: None) -> None:
    shown = readme().partition("$ ./tessera debug 01\n")[2].partition("```")[0].replace("\n    at ", " at ")
    typed_in_gdb = [line.removeprefix("(gdb) ") for line in shown.splitlines() if line.startswith("(gdb) ")]
    arguments = [word for command in typed_in_gdb for word in ("-ex", command)]
    done = subprocess.run([ROOT / "tessera", "debug", "01", "--", "-nx", "-batch", *arguments], cwd=ROOT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    said = [_without_numbers(line) for line in done.stdout.splitlines()]
    for line in shown.splitlines():
        if line and line[0] not in "(…" and line != "Continuing.":  # a script says no more of these
            assert _without_numbers(line) in said


def _without_numbers(line: str) -> str:
    """Addresses and line numbers differ from one day to the next."""
    return re.sub(r"0x[0-9a-f]+|\b\d\d+\b", "N", line).replace("\t", " ")


def test_the_map_names_every_folder() -> None:
    places = " ".join(row[0] for row in table("What is where"))
    for folder in _folders(ROOT):
        assert f"`{folder.name}/" in places, folder.name


def test_every_folder_says_what_is_in_it() -> None:
    """By a README of its own, or by a line in that of the folder it is in."""
    for folder in _folders(ROOT):
        assert (folder / "README.md").exists(), f"{folder.name}/README.md"
        about = (folder / "README.md").read_text(encoding="utf-8")
        for inner in _folders(folder):
            said = f"`{inner.name}/" in about or (folder.name == "chapters" and inner.name.isdigit())
            assert said or (inner / "README.md").exists(), f"{name(inner)}/ is explained nowhere"


def _folders(root: Path) -> list[Path]:
    """The folders in one, without hidden and generated ones."""
    return sorted(entry for entry in root.iterdir()
                  if entry.is_dir() and entry.name[0] not in "._" and entry.name != "build")


@pytest.mark.skipif(not TREE.is_git, reason="the workflow needs a git clone")
def test_the_stage_workflow_shown_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of it, in a clone: the edit arrives in its own stage, in every later one, and in kernel/."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A Reader")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "reader@example.org")
    clone = tmp_path / "tessera"
    TREE.git.run("clone", "--quiet", str(ROOT), str(clone))
    block = readme().partition("## Contribute\n")[2].partition("```console\n")[2].partition("```")[0]
    done = subprocess.run(["bash", "-ec", _script(block)], cwd=clone, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    said = done.stdout.replace(f"{tmp_path}/", "/home/ada/")
    assert re.fullmatch(_pattern(BOOTS.sub("", block)), _stable(said)), f"README shows another run than this:\n{said}"
    everything = ", ".join(f"{number:02}" for number in TREE.chapters)
    assert [boots[1] for boots in BOOTS.finditer(block)] == [everything] * 2
    old, new = re.search(r"sed -i 's\|(.*?)\|(.*?)\|'", block).group(1, 2)
    shown = subprocess.run(["git", "show", "--format=", "chapters/01/stage.patch", "kernel/"], cwd=clone, check=True,
                           capture_output=True, text=True).stdout.splitlines()
    assert sum(old in line for line in shown if line.startswith("-")) == 2, "gone from the patch and from kernel/"
    assert sum(new in line for line in shown if line.startswith("+")) == 2
    assert subprocess.run(["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True).stdout == b""


#: What a command prints while it boots stages, which the test leaves out.
BOOTS = re.compile(r"^· booting stage 01\n(?:.*\n)*?✓ golden boots pass in stage (.*)\n", re.MULTILINE)


def _script(block: str) -> str:
    """The commands of a block, each shown before it is run, and without the boots."""
    commands = re.findall(r"^\$ (.*)", block, re.MULTILINE)
    without_boots = [re.sub(r"stage (export|verify)", r"stage \1 --no-boot", line) for line in commands]
    return "\n".join(f"echo {shlex.quote(f'$ {shown}')}\n{run}" for shown, run in zip(commands, without_boots))


def _pattern(block: str) -> str:
    """A pattern for the output that a block shows; an ellipsis stands for any lines."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n" for line in _stable(block).splitlines()]
    return "".join(lines)


def _stable(text: str) -> str:
    """Without what a small correction changes: the sizes of stages, and how wide a column is."""
    return re.sub(r" +", " ", re.sub(r"\b\d+(?=/\d+ )", "N", text))
