"""What was handed in: only the files that a student may change are taken from it.

A submission is hostile until shown otherwise. Links are not followed, sizes are limited, a patch
is applied where there is nothing but the files it may change, and whatever else it holds is left
behind and named in the report.
"""
from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

from tessera.errors import Failure
from tessera.exercises.declare import Exercise
from tessera.exercises.handout import PRISTINE
from tessera.exercises.workspace import read_mark
from tessera.git import Git

#: In bytes: no source file and no patch of a student's is larger.
LARGEST = 1_000_000
#: How many files a pattern may bring, how many remarks a report holds, and how many missing
#: files it names.
_MOST_FILES = 50
_MOST_NOTES = 20
_MOST_MISSING = 5
_NAME = re.compile(rb"Tessera exercise (\d\d/[a-z0-9-]+)")
_URL = re.compile(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")


@dataclass
class Submission:
    """What was taken."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remarks on what was not taken; not endless ones."""
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(text)
        elif len(self.notes) == _MOST_NOTES:
            self.notes.append("… and more")


def is_url(source: str) -> bool:
    """Whether a source has to be fetched by git."""
    return _URL.match(source) is not None


def fetch(source: str, target: Path) -> Path:
    """Clones a URL: one commit, no submodules, no links, no hooks."""
    target.mkdir(parents=True)
    flags = ["-c", "core.symlinks=false", "-c", "protocol.ext.allow=never"]
    Git(target).run(*flags, "clone", "--quiet", "--depth=1", "--no-tags", "--", source, "clone")
    return target / "clone"


def name_of(source: Path) -> str:
    """Which exercise a submission says it is for; nothing when it does not say."""
    if source.is_file():
        found = _NAME.search(_read(source)[:10_000])
        return found[1].decode() if found else ""
    try:
        names, _ = read_mark(_tree_in(source))
    except Failure:
        return ""
    return names[0] if len(names) == 1 else ""


def take(source: Path, exercise: Exercise, kit: Path) -> Submission:
    """Takes what may be taken; `kit` is the tree that it will be graded in."""
    if source.is_file():
        return _from_patch(_read(source), exercise, kit)
    patches = [f for f in source.iterdir() if f.suffix == ".patch" and not f.is_symlink()]
    root = _tree_in(source)
    if not (root / "kernel").is_dir():
        if len(patches) == 1:
            return _from_patch(_read(patches[0]), exercise, kit)
        return _from_loose(source, exercise)
    found = _from_tree(root, exercise)
    _remark(found, root, exercise, kit)
    return found


def _read(file: Path) -> bytes:
    """A file of the student's, if it is a plain one of a sensible size."""
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Failure("it is not a plain file")
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Failure(f"it is larger than {LARGEST} bytes")
    return data


def _tree_in(source: Path) -> Path:
    """Where the tree is: here, or in the only folder here, as archives often have it."""
    folders = [entry for entry in source.iterdir() if entry.is_dir() and not entry.is_symlink()]
    if not (source / "kernel").exists() and len(folders) == 1:
        return folders[0]
    return source


def _from_tree(root: Path, exercise: Exercise) -> Submission:
    """The files of a tree that may be changed."""
    found = Submission()
    for pattern in exercise.allowed:
        for name in _matching(root, pattern, found):
            if len(found.files) >= _MOST_FILES:
                raise Failure(f"more than {_MOST_FILES} files match what may be changed")
            try:
                found.files[name] = _read(root / name)
            except (OSError, Failure) as error:
                reason = "it is a link" if (root / name).is_symlink() else str(error)
                found.note(f"{name}: not taken: {reason}")
    return found


def _from_loose(source: Path, exercise: Exercise) -> Submission:
    """Files without their folders, as an upload form takes them: known by their names."""
    found = Submission()
    places = {path.rpartition("/")[2]: path for path in exercise.allowed if "*" not in path}
    for name, place in places.items():
        if (source / name).exists():
            found.files[place] = _read(source / name)
    if not found.files:
        raise Failure(f"it holds neither a patch, nor a tree, nor any of {', '.join(places)}")
    return found


def _matching(root: Path, pattern: str, found: Submission) -> Iterator[str]:
    """The paths that match, reached through folders that are no links."""
    *folders, last = pattern.split("/")
    places = [root]
    for part in folders:
        inner = [child for place in places for child in _children(place, part)]
        for child in inner:
            if child.is_symlink():
                found.note(f"{child.relative_to(root)}: not taken: a folder that is a link")
        places = [child for child in inner if child.is_dir() and not child.is_symlink()]
    for place in places:
        for child in sorted(_children(place, last)):
            yield str(child.relative_to(root))


def _children(place: Path, pattern: str) -> list[Path]:
    """The entries of a folder that match one part of a pattern; nothing is followed."""
    body = ".*".join(re.escape(part) for part in pattern.split("*"))
    with os.scandir(place) as entries:
        return [place / entry.name for entry in entries if re.fullmatch(body, entry.name)]


def _from_patch(patch: bytes, exercise: Exercise, kit: Path) -> Submission:
    """Applies a patch to the files that it may change, in a place where there is nothing else."""
    with tempfile.TemporaryDirectory(prefix="tessera-patch-") as scratch:
        root = Path(scratch)
        if (pristine := kit / exercise.folder / PRISTINE).exists():
            shutil.copytree(pristine, root, dirs_exist_ok=True)
        git, foreign = Git(root), []
        listed = git.run("apply", "--numstat", "-z", "-", stdin=patch, check=False)
        if listed.returncode:
            raise Failure(f"the patch cannot be read: {_said(listed.stderr)}")
        for name in _touched(listed.stdout):
            if not exercise.allows(name):
                foreign.append(name)
        excluded = ["--exclude=" + re.sub(r"([*?[])", r"[\1]", name) for name in foreign]
        done = git.run("apply", "--whitespace=nowarn", *excluded, "-", stdin=patch, check=False)
        if done.returncode:
            raise Failure(f"the patch does not apply to what was handed out: {_said(done.stderr)}")
        found = _from_tree(root, exercise)
    for name in foreign:
        found.note(f"{name}: not taken: this exercise does not let it be changed")
    return found


def _touched(numstat: bytes) -> list[str]:
    """The paths in `git apply --numstat -z`."""
    rows = [row.split("\t", 2) for row in numstat.decode(errors="replace").split("\0") if row]
    return [row[2] for row in rows if len(row) == 3]


def _said(stderr: bytes) -> str:
    """git's words in a line."""
    return "; ".join(stderr.decode(errors="replace").strip().splitlines()[:3])


def _remark(found: Submission, root: Path, exercise: Exercise, kit: Path) -> None:
    """Names what differs from the handout and is not the student's: it has no effect."""
    missing = []
    for folder in ("kernel", "tests/unit", f"{exercise.folder}/tests"):
        for file in sorted((kit / folder).rglob("*")):
            name = str(file.relative_to(kit))
            if not file.is_file() or exercise.allows(name):
                continue
            try:
                if _read(root / name) != file.read_bytes():
                    found.note(f"{name}: changed; graded with the original")
            except FileNotFoundError:
                missing.append(name)
            except (OSError, Failure):
                found.note(f"{name}: not a plain file; graded with the original")
    for name in exercise.allowed:
        if "*" not in name and name not in found.files and (kit / name).exists():
            found.note(f"{name}: missing")
    _remark_missing(found, missing)


def _remark_missing(found: Submission, missing: list[str]) -> None:
    """Where only the changed files were handed in, nearly all are: those are counted."""
    if len(missing) > _MOST_MISSING:
        which = f"{len(missing)} files of the handout are missing, from {missing[0]} on"
        found.note(f"{which}; graded with the originals")
        return
    for name in missing:
        found.note(f"{name}: missing; graded with the original")
