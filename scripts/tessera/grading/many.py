"""Many submissions at a time, each in a process of its own: what goes wrong in one stays there."""
from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

from tessera.errors import Misuse, TesseraError
from tessera.exercises import catalog
from tessera.grading import kit, nonce, report, submission
from tessera.grading.kit import Kit
from tessera.grading.report import Report
from tessera.programs import HEARD
from tessera.setup import HERE
from tessera.tree import Tree

#: A backstop for a grader that hangs itself, in seconds: every program that it runs has limits.
_WORKER_SECONDS = 3600


@dataclass(frozen=True)
class Wishes:
    """How a class is to be graded."""

    exercise: str = ""  # for all; otherwise what each submission says
    kit: Path | None = None  # made before, elsewhere
    overlay: Path | None = None
    seeds: dict[str, str] | None = None  # by submission
    jobs: int = 1
    keep: bool = False  # the folders that were graded in


def grade(
    tree: Tree, sources: Sequence[str], wishes: Wishes, done: Callable[[Report], None]
) -> list[Report]:
    """Grades all; `done` hears of each as it is finished. The reports are in the order given."""
    folder = tree.build / "grading"
    folder.mkdir(parents=True, exist_ok=True)
    kits = _Kits(tree, wishes, folder)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    work.chmod(0o711)  # another user may pass through, not look around
    pool = _Pool(tree, kits, wishes, work)
    try:
        return pool.run(list(zip(sources, _names(sources))), done)
    finally:
        if not wishes.keep:
            shutil.rmtree(work, ignore_errors=True)


def _names(sources: Sequence[str]) -> list[str]:
    """What each submission is called: the last part of its path, made unique."""
    names: list[str] = []
    for source in sources:
        last = source.rstrip("/").rpartition("/")[2] if submission.is_url(source) else ""
        stem = last.removesuffix(".git") or Path(source).resolve().name.removesuffix(".patch")
        name, count = re.sub(r"[^\w.@+-]", "_", stem), 1
        while name in names:
            count += 1
            name = f"{stem}-{count}"
        names.append(name)
    return names


def read_seeds(file: Path) -> dict[str, str]:
    """A CSV file with a submission and its seed in each row."""
    try:
        with open(file, newline="", encoding="utf-8") as rows:
            pairs = [row for row in csv.reader(rows) if row]
    except OSError as error:
        raise Misuse(f"{file}: {error.strerror}") from error
    for number, row in enumerate(pairs, 1):
        if len(row) != 2:
            raise Misuse(f"{file}:{number}: expected a submission and a seed, found {row}")
    return {name.strip(): seed.strip() for name, seed in pairs}


class _Kits:
    """The kits that the submissions need, each made once."""

    def __init__(self, tree: Tree, wishes: Wishes, folder: Path) -> None:
        self.tree = tree
        self.wishes = wishes
        self.folder = folder / "kits"
        self.made: dict[str, Kit] = {}
        if wishes.kit is not None:
            given = kit.open_at(wishes.kit)
            self.made[given.name] = given

    def find(self, source: str) -> Kit:
        """The kit for a submission; raises when it does not say what it is for."""
        if self.wishes.kit is not None:
            return next(iter(self.made.values()))
        word = self.wishes.exercise
        if not word and not submission.is_url(source) and Path(source).exists():
            word = submission.name_of(Path(source))
        if not word:
            raise TesseraError("it does not say which exercise it is for; name one: --exercise ID")
        name = catalog.find(self.tree, word, self.wishes.overlay)
        if name not in self.made:
            folder = self.folder / name.replace("/", "-")
            self.made[name] = kit.make(self.tree, name, folder, self.wishes.overlay)
        return self.made[name]


class _Pool:
    """The graders at work."""

    def __init__(self, tree: Tree, kits: _Kits, wishes: Wishes, work: Path) -> None:
        self.tree = tree
        self.kits = kits
        self.wishes = wishes
        self.work = work
        self.word = nonce.make()
        self.running: set[subprocess.Popen[str]] = set()

    def run(
        self, sources: list[tuple[str, str]], done: Callable[[Report], None]
    ) -> list[Report]:
        """Runs all, as many at a time as wished."""
        with ThreadPoolExecutor(self.wishes.jobs) as threads:
            try:
                futures = [threads.submit(self._grade, *job) for job in self._prepared(sources)]
                reports = []
                for future in futures:
                    reports.append(future.result())
                    done(reports[-1])
                return reports
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                for process in list(self.running):
                    process.terminate()  # it ends what it has started
                raise

    def _prepared(self, sources: list[tuple[str, str]]) -> list[tuple[str, str, Kit | str]]:
        """Each submission with its kit, or with the reason why it has none."""
        prepared: list[tuple[str, str, Kit | str]] = []
        for source, name in sources:
            try:
                if not submission.is_url(source) and not Path(source).exists():
                    raise TesseraError(f"there is no {source}")
                prepared.append((source, name, self.kits.find(source)))
            except (TesseraError, OSError) as error:
                prepared.append((source, name, str(error)))
        return prepared

    def _grade(self, source: str, name: str, found: Kit | str) -> Report:
        """One submission in a process of its own."""
        if isinstance(found, str):
            return Report(name, error=found)
        result = self.work / f"{name}.json"
        seed = (self.wishes.seeds or {}).get(name, "")
        command = [
            sys.executable, str(HERE / "tessera"), "grade", "--worker", str(result),
            "--kit", str(found.folder), "--name", name, "--seed", seed,
            source if submission.is_url(source) else str(Path(source).absolute()),
        ]
        environment = os.environ | {"TESSERA_NONCE": self.word}
        process = subprocess.Popen(command, env=environment, **HEARD)
        self.running.add(process)
        try:
            said, _ = process.communicate(timeout=_WORKER_SECONDS)
            return report.load(result.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            process.kill()
            return Report(name, found.name, seed, error=f"the grader itself failed:\n{said}")
        finally:
            self.running.discard(process)
