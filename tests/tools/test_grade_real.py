"""An exercise of the real kernel, graded: starter and solution, with the word in the boot's log."""
from __future__ import annotations

from pathlib import Path

from stacks import git
from tessera.exercises import catalog, sides
from tessera.exercises.sides import Side
from tessera.grading import many
from tessera.grading.many import Wishes
from tessera.stages.stack import Stack
from tessera.stages.store import Store
from tessera.tree import Tree

NAME, FILE = "03/esr", "kernel/arch/esr.cpp"


def test_starter_and_solution_of_a_real_exercise(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--shared", str(repository), "clone")
    tree = Tree(tmp_path / "clone")
    store, exercise = Store(tree), catalog.load(tree, NAME)
    ground = Stack.in_folder(store, tree.root).tree(exercise.chapter)
    for name in (sides.STARTER, sides.SOLUTION):
        staged = sides.staged_tree(store, tree.root, Side(NAME, name), ground)
        entry = sides.entries(store, staged)[FILE]
        (tmp_path / name).mkdir()
        text = sides.contents(store, {FILE: entry})[FILE]
        (tmp_path / name / "esr.cpp").write_bytes(text)
    sources = [str(tmp_path / sides.STARTER), str(tmp_path / sides.SOLUTION)]
    wishes = Wishes(exercise=NAME, jobs=2)
    starter, solution = many.grade(tree, sources, wishes, lambda _: None)
    failed = [mark.name for mark in starter.marks if mark.status == "failed"]
    assert failed == [test.name for test in exercise.tests if test.starter == "fails"]
    assert solution.points == exercise.points, solution.dump()
