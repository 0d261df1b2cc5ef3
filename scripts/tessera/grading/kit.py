"""What a grader needs for one exercise: a folder with the handout, and hidden tests if there are.

It holds no solution, no mutant and no later stage. Gradescope gets it as it is.
"""
from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tessera.errors import Misuse
from tessera.exercises import catalog, handout, sides
from tessera.exercises.declare import Exercise
from tessera.stages.checkout import lay_out
from tessera.stages.store import Store, write_whole
from tessera.tree import Tree

_ABOUT = "kit.json"


@dataclass(frozen=True)
class Kit:
    """A kit on disk."""

    folder: Path
    name: str  # of the exercise

    @property
    def tree(self) -> Path:
        """The handout."""
        return self.folder / "tree"

    def exercise(self) -> Exercise:
        """The exercise with its hidden tests."""
        return catalog.load(Tree(self.tree), self.name, overlay=self.tree)


def make(tree: Tree, name: str, folder: Path, overlay: Path | None = None) -> Kit:
    """Makes a kit, or brings the one there up to date."""
    kit = Kit(folder, name)
    store = Store(tree)
    exercise = catalog.load(tree, name, overlay)
    kit.tree.mkdir(parents=True, exist_ok=True)
    handed_out = handout.tree(store, [exercise], overlay=overlay)
    lay_out(store, _without_stages(store, handed_out), kit.tree)
    write_whole(folder / _ABOUT, json.dumps({"exercise": name}).encode())
    _add_hidden(kit, exercise, overlay)
    return kit


def _without_stages(store: Store, handed_out: str) -> str:
    """The handout without patches of earlier stages: nothing here needs them, and one could show to
    a submission what it was to find out."""
    patches = [path for path in sides.entries(store, handed_out) if path.endswith("/stage.patch")]
    return sides.with_entries(store, handed_out, dict.fromkeys(patches))


def _add_hidden(kit: Kit, exercise: Exercise, overlay: Path | None) -> None:
    """Copies an instructor's own tests in."""
    target = kit.tree / exercise.folder
    (target / catalog.HIDDEN).unlink(missing_ok=True)
    for stale in target.glob("tests/hidden_*"):
        stale.unlink()
    source = overlay / exercise.folder if overlay else None
    if source is None or not (source / catalog.HIDDEN).exists():
        return
    shutil.copyfile(source / catalog.HIDDEN, target / catalog.HIDDEN)
    for file in [*source.glob("tests/hidden_*.cpp"), *source.glob("expected/*.log")]:
        place = target / file.relative_to(source)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, place)


def open_at(folder: Path) -> Kit:
    """A kit that was made before."""
    try:
        name = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))["exercise"]
    except (OSError, ValueError, KeyError) as error:
        raise Misuse(f"{folder} holds no kit for grading: {error}") from error
    return Kit(folder.resolve(), name)
