"""What leaves the instructor's hands: an archive for students, an autograder for Gradescope.

Both hold the handout and nothing else. Before a student's archive is written, every file in it is
searched for what the students are to find out themselves.
"""
from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from tessera.errors import Misuse
from tessera.exercises import catalog, handout
from tessera.exercises.declare import Exercise
from tessera.grading import kit, leaks
from tessera.stages.store import Store, write_whole
from tessera.stages.tags import fixed_commit
from tessera.tree import Tree

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
    """What was written, and what of the pages and stages could not go along."""

    file: Path
    exercises: Sequence[str]
    cut: Sequence[str] = ()
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
    clean = leaks.without_solutions(store, whole, exercises, overlay)
    stem = f"tessera-{chapter:02}" if len(exercises) != 1 else f"tessera-{exercises[0].slug}"
    commit = fixed_commit(store, clean.tree, stem)  # an archive of a commit has a fixed date
    flags = ["-c", "tar.umask=0022", "-c", "tar.tar.gz.command=gzip -n9"]
    archive = store.plumbing.run(
        *flags, "archive", "--format=tar.gz", f"--prefix={stem}/", commit
    ).stdout
    file = (output or Path(f"{stem}.tar.gz")).resolve()
    write_whole(file, archive)
    names = [exercise.name for exercise in exercises]
    return Bundle(file, names, clean.cut, clean.left_out)


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
