"""Synthetic stage stacks in a temporary repository, small enough to make by the dozen.

Every stage adds a file and a unit test, changes its own line and its predecessor's neighbour in a
shared table, and is otherwise as dull as it can be. A line `shared NN` is introduced by stage NN.
"""
from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from tessera.stages.patch import write_patch
from tessera.stages.store import Store
from tessera.tree import Tree

Files = dict[str, str]
_ENV = {
    **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "An Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "An Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
}
GAP = "".join(f"// {n}\n" for n in range(8))


def stage_files(number: int) -> Files:
    """All staged files of one stage."""
    files = {
        "kernel/CHAPTER": f"{number:02}\n",
        "kernel/table.cpp": "".join(f"{GAP}shared {n:02}\n" for n in range(1, number + 1)),
        "kernel/main.cpp": "int main() {\n    return 0;\n}\n",
    }
    for n in range(1, number + 1):
        files[
            f"kernel/part{n:02}.cpp"
        ] = f"// part {n:02}\nint part{n:02}() {{\n    return {n};\n}}\n"
        files[f"tests/unit/part{n:02}_test.cpp"] = f"// test of part {n:02}\n"
    if number >= 3:
        files["kernel/moved/part01.cpp"] = files.pop("kernel/part01.cpp")
    return files


def git(root: Path, *args: str, check: bool = True) -> str:
    """Plain git as an author would use it."""
    done = subprocess.run(
        ["git", *args], cwd=root, env=_ENV, capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(args)}: {done.stderr}")
    return done.stdout.rstrip("\n")


def write(root: Path, files: Files) -> None:
    """Writes files under `root`."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def commit(root: Path, message: str = "A change", files: Files | None = None) -> str:
    """Writes `files`, commits everything, and returns the commit."""
    write(root, files or {})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


def amend(root: Path, files: Files) -> None:
    """What an author does in a worktree of a stage: change files, amend."""
    write(root, files)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--amend", "--no-edit")


def make_stack(root: Path, stages: int, files_of: Callable[[int], Files] = stage_files) -> Path:
    """A repository whose main holds a stack of stages at rest."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    write(
        root,
        {
            ".gitignore": "/build/\n",
            ".gitattributes": "* text=auto eol=lf\nchapters/*/stage.patch -text merge=binary\n",
            "CMakeLists.txt": "# the build\n",
            "tests/README.md": "tests\n",
        },
    )
    store, before = Store(Tree(root)), None
    for number in range(1, stages + 1):
        tree = tree_of(root, files_of(number))
        patch = write_patch(store.plumbing, before or store.empty_tree, tree)
        folder = root / f"chapters/{number:02}"
        write(folder, {"chapter.toml": f'title = "Title {number:02}"\nsummary = "a line"\n'})
        (folder / "stage.patch").write_bytes(patch)
        before = tree
    write(root, files_of(stages))
    commit(root, "The stack")
    return root


def tree_of(root: Path, files: Files) -> str:
    """The id of a tree with just these files, made without touching the repository's own index."""
    store = Store(Tree(root))
    with store.scratch_index() as index:
        own = store.with_index(index)
        lines = []
        for name, text in files.items():
            blob = own.out("hash-object", "-w", "--stdin", stdin=text.encode())
            lines.append(f"100644 {blob}\t{name}\n")
        own.run("update-index", "--add", "--index-info", stdin="".join(lines).encode())
        return own.out("write-tree")


def tessera(root: Path, *argv: str) -> int:
    """`./tessera ARGV` inside this process; errors are raised, not printed."""
    from tessera.cli import Parser

    module = importlib.import_module(f"tessera.commands.{argv[0]}")
    parser = Parser(prog=f"./tessera {argv[0]}")
    module.arguments(parser)
    return module.execute(parser.parse_args(list(argv[1:])), Tree(root)) or 0


def open_exercise(root: Path, folder: Path) -> None:
    """A worktree on a new exercise branch of stage 03."""
    git(root, "worktree", "add", "--quiet", "-b", "exercise/03/hole", str(folder), "stage/03")


def show(root: Path, stage: int, name: str) -> str:
    """A file as a stage's branch has it."""
    return git(root, "show", f"stage/{stage:02}:{name}")


def read(root: Path, name: str) -> str:
    """A file's text."""
    return (root / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def five_stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with five stages, made once: copy it."""
    return make_stack(tmp_path_factory.mktemp("five") / "clone", 5)


@pytest.fixture(scope="session")
def twenty_five_stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with twenty-five stages, made once: copy it."""
    return make_stack(tmp_path_factory.mktemp("twenty-five") / "clone", 25)


@pytest.fixture
def stack5(five_stages: Path, tmp_path: Path) -> Path:
    """A repository with five stages, the test's own."""
    return Path(shutil.copytree(five_stages, tmp_path / "clone", symlinks=True))


@pytest.fixture
def stack25(twenty_five_stages: Path, tmp_path: Path) -> Path:
    """A repository with twenty-five stages, the test's own."""
    return Path(shutil.copytree(twenty_five_stages, tmp_path / "clone", symlinks=True))
