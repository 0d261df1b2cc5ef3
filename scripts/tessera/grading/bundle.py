"""What leaves the instructor's hands: an archive for students, an autograder for Gradescope.

Both hold the handout and nothing else. Before a student's archive is written, every file in it is
searched for what the students are to find out themselves.
"""
from __future__ import annotations

import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from tessera.errors import Failure, Misuse
from tessera.exercises import catalog, handout, sides
from tessera.exercises.declare import Exercise
from tessera.grading import kit
from tessera.stages.patch import FIND_FLAGS, PATCH_FLAGS
from tessera.stages.stack import Stack
from tessera.stages.store import Store, write_whole
from tessera.stages.tags import fixed_commit
from tessera.tree import Tree

#: A piece of a solution: fewer lines, or shorter ones, are found everywhere.
_FEWEST_LINES, _FEWEST_CHARACTERS = 3, 48
#: What may tell a solution, and is left out then; whatever else does is a mistake. An earlier stage
#: tells what a bug hunt has changed since, or has what is filled in here in an earlier form.
_PAGES = "book/"
_MARK = re.compile(rb"^[-+ ]", re.MULTILINE)
_STAGE = re.compile(r"chapters/\d\d/stage\.patch")

_SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when it makes the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends git python3 ca-certificates
/autograder/source/kit/tree/tessera doctor --install grade
"""
_RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission.
set -uo pipefail
exec /autograder/source/kit/tree/tessera grade --kit /autograder/source/kit \\
    --gradescope /autograder/results/results.json /autograder/submission
"""


@dataclass(frozen=True)
class Bundle:
    """What was written, and the pages and stages that had to be left out."""

    file: Path
    exercises: Sequence[str]
    left_out: Sequence[str] = ()


def student(
    tree: Tree,
    chapter: int,
    words: Sequence[str],
    seed: str = "",
    output: Path | None = None,
    overlay: Path | None = None,
) -> Bundle:
    """An archive for students: the stages up to the assignment and its starters, nothing later."""
    store = Store(tree)
    exercises = _chosen(tree, chapter, words, overlay)
    whole = handout.tree(store, exercises, seed, overlay)
    whole, left_out = _without_solutions(store, whole, exercises, overlay)
    stem = f"tessera-{chapter:02}" if len(exercises) != 1 else f"tessera-{exercises[0].slug}"
    commit = fixed_commit(store, whole, stem)  # an archive of a commit has a fixed date
    flags = ["-c", "tar.umask=0022", "-c", "tar.tar.gz.command=gzip -n9"]
    archive = store.plumbing.run(
        *flags, "archive", "--format=tar.gz", f"--prefix={stem}/", commit
    ).stdout
    file = (output or Path(f"{stem}.tar.gz")).resolve()
    write_whole(file, archive)
    return Bundle(file, [exercise.name for exercise in exercises], left_out)


def _chosen(
    tree: Tree, chapter: int, words: Sequence[str], overlay: Path | None
) -> list[Exercise]:
    """The exercises of an assignment: those named, or all of the chapter."""
    names = [catalog.find(tree, word, overlay) for word in words] or [
        name for name in catalog.names(tree, overlay) if int(name[:2]) == chapter
    ]
    if not names:
        raise Misuse(f"chapter {chapter:02} has no exercises")
    if wrong := next((name for name in names if int(name[:2]) != chapter), None):
        raise Misuse(f"{wrong} does not belong to chapter {chapter:02}")
    return [catalog.load(tree, name, overlay) for name in names]


def _without_solutions(
    store: Store, whole: str, exercises: Sequence[Exercise], overlay: Path | None
) -> tuple[str, list[str]]:
    """The tree without pages and stages that tell a solution, and their names; anything else that
    does is an error."""
    files = sides.entries(store, whole)
    texts = {path: _text(path, data) for path, data in sides.contents(store, files).items()}
    leaks: dict[str, str] = {}
    for exercise in exercises:
        for piece in _pieces(store, exercise, overlay):
            found = [path for path, text in texts.items() if piece.is_told_by(path, text)]
            leaks |= dict.fromkeys(found, exercise.name)
    stages = sorted(path for path in texts if _STAGE.fullmatch(path))
    first = next((path for path in stages if path in leaks), None)
    left_out = {path for path in leaks if path.startswith(_PAGES)}
    left_out |= {path for path in stages if first and path >= first}  # they stand on it
    if wrong := next((path for path in leaks if path not in left_out), None):
        raise Failure(
            f"{wrong} would tell a part of the solution of {leaks[wrong]}, so nothing was written",
            "Do these exercises have holes that another one's starter fills?",
        )
    return sides.with_entries(store, whole, dict.fromkeys(left_out)), sorted(left_out)


@dataclass(frozen=True)
class _Piece:
    """Lines that a solution adds to the starter, one after the other."""

    lines: int
    text: str  # squeezed

    def is_told_by(self, path: str, text: str) -> bool:
        """Whether a file tells it. Of a stage, all of which is code, one line is enough."""
        enough = self.lines >= _FEWEST_LINES or _STAGE.fullmatch(path) is not None
        return enough and self.text in text


def _pieces(store: Store, exercise: Exercise, overlay: Path | None) -> Iterator[_Piece]:
    """What a solution adds to the starter: each run of lines that is long enough to be told."""
    home = catalog.home(store.tree, exercise.name, overlay)
    ground = Stack.in_folder(store, store.tree.root).tree(exercise.chapter)
    starter, solution = (
        sides.staged_tree(store, home, sides.Side(exercise.name, side), ground)
        for side in (sides.STARTER, sides.SOLUTION)
    )
    diff = store.plumbing.run("diff-tree", *FIND_FLAGS, *PATCH_FLAGS, starter, solution).stdout
    for run in re.findall(rb"(?:^\+(?!\+\+ ).*\n)+", diff, re.MULTILINE):
        piece = _squeezed(_MARK.sub(b"", run))
        if len(piece) >= _FEWEST_CHARACTERS:
            yield _Piece(run.count(b"\n"), piece)


def _text(path: str, data: bytes) -> str:
    """A file as it is searched: of a patch, the lines without what marks them."""
    return _squeezed(_MARK.sub(b"", data) if _STAGE.fullmatch(path) else data)


def _squeezed(data: bytes) -> str:
    """Text without blanks and line ends, so that another indentation hides nothing."""
    return re.sub(r"\s+", "", data.decode(errors="replace"))


def gradescope(
    tree: Tree, word: str, output: Path | None = None, overlay: Path | None = None
) -> Bundle:
    """The zip that Gradescope makes an autograder of: for one exercise, with hidden tests."""
    name = catalog.find(tree, word, overlay)
    file = (output or Path(f"gradescope-{name.replace('/', '-')}.zip")).resolve()
    with tempfile.TemporaryDirectory(prefix="tessera-kit-") as scratch:
        made = kit.make(tree, name, Path(scratch) / "kit", overlay)
        file.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "setup.sh", _SETUP.encode(), executable=True)
            _add(archive, "run_autograder", _RUN.encode(), executable=True)
            for path in sorted(made.folder.rglob("*")):
                if path.is_file() and "tree.index" not in path.name:
                    inside = f"kit/{path.relative_to(made.folder)}"
                    _add(archive, inside, path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return Bundle(file, [name])


def _add(archive: zipfile.ZipFile, name: str, data: bytes, executable: bool) -> None:
    """One file, with a fixed date, so that the same kit gives the same archive."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100755 if executable else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
