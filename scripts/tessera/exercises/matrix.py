"""The proof of an exercise: the starter fails what it must, the solution nothing, each mutant what
it says. And the hints: each mutant fails in a way of its own, and that is on record.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterator, Sequence

from tessera import console
from tessera.boot import files, golden
from tessera.exercises import boots, catalog, handout, numbers, sides, signature, trial
from tessera.exercises.bench import Bench
from tessera.exercises.declare import Exercise
from tessera.exercises.result import FAILED, PASSED, Result
from tessera.exercises.sides import MUTANTS, SOLUTION, STARTER, Side
from tessera.stages.checkout import lay_out
from tessera.stages.store import Store, locked, write_whole
from tessera.tree import Tree


@dataclass
class Proof:
    """What was tried, and what is wrong."""

    exercise: Exercise
    tried: int = 0
    problems: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def prove(
    tree: Tree, name: str, *, accept: bool = False, overlay: Path | None = None
) -> Proof:
    """Tries all sides of an exercise. `accept` records logs and signatures anew."""
    exercise = (catalog.load if accept else catalog.check)(tree, name, overlay)
    folder = tree.build / "exercises" / exercise.slug
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock"), f"{name} is being tried; waiting"):
        return _Matrix(Store(tree), exercise, folder, accept, overlay).run()


class _Matrix:
    """One exercise being proved, in a folder of its own that takes on one side after the other."""

    def __init__(
        self, store: Store, exercise: Exercise, folder: Path, accept: bool, overlay: Path | None
    ) -> None:
        self.store = store
        self.exercise = exercise
        self.bench = Bench(Tree(folder))
        self.accept = accept
        self.overlay = overlay
        self.root = catalog.home(store.tree, exercise.name, overlay)
        self.base = handout.tree(store, [exercise], overlay=overlay)
        self.proof = Proof(exercise)
        self.home = self.root / exercise.folder

    def run(self) -> Proof:
        """The solution first: what it prints is what the others are compared with."""
        if self.accept:
            self._record_logs()
        untouched: signature.Signature = {}
        signatures = {}
        for side in sides.of(self.exercise):
            results = self._try(side)
            self.proof.problems += [f"{side.name}: {text}" for text in self._judge(side, results)]
            if side.name.startswith(MUTANTS):
                mutant = side.name.removeprefix(MUTANTS)
                signatures[mutant] = signature.of(self.exercise, results)
            if side.name == STARTER:
                untouched = signature.of(self.exercise, results)
            if side.name == STARTER and self.exercise.kind == "bug":
                self._keep("failing.log", self._failing_log(results))
        self._judge_signatures(untouched, signatures)
        return self.proof

    def _lay_out(self, side: Side) -> None:
        """Makes the folder that of a student who has got as far as this side."""
        changes = handout.side_changes(self.store, self.root, self.exercise, side)
        whole = sides.with_entries(self.store, self.base, changes)
        folder = self.bench.tree.root
        folder.mkdir(exist_ok=True)
        lay_out(self.store, whole, folder)

    def _try(self, side: Side) -> list[Result]:
        """Runs every test on a side."""
        console.step(f"{self.exercise.name}: {side.name}")
        self._lay_out(side)
        self.proof.tried += 1
        return trial.run(self.bench, self.exercise)

    def _judge(self, side: Side, results: Sequence[Result]) -> Iterator[str]:
        """What is not as the exercise says."""
        if broken := next((r for r in results if r.failure == trial.NO_BUILD), None):
            yield f"does not build, so it shows nothing\n{broken.details}"
            return
        named: tuple[str, ...] = ()
        if side.name == STARTER:
            named = tuple(test.name for test in self.exercise.tests if test.starter == "fails")
        elif side.name.startswith(MUTANTS):
            by_name = {mutant.name: mutant.killed_by for mutant in self.exercise.mutants}
            named = by_name[side.name.removeprefix(MUTANTS)]
        for result in results:
            if result.status == FAILED and result.test.name not in named:
                yield f"fails test '{result.test.name}', which it must pass\n{result.details}"
            if result.status == PASSED and result.test.name in named:
                yield f"passes test '{result.test.name}', which it must fail"

    def _record_logs(self) -> None:
        """Records what the solution prints in the boots that the exercise declares."""
        if not self.exercise.boots:
            return
        self._lay_out(Side(self.exercise.name, SOLUTION))
        self.bench.build(boots.PRESET)
        standard = numbers.values(self.exercise, "")
        for boot in self.exercise.boots:
            filled = replace(boot, append=numbers.fill_in(boot.append, standard))
            done = boots.boot_once(self.bench, filled)
            text = golden.normalise(boots.log(self.bench, done), boot.keep)
            self._keep(f"expected/{boot.name}.log", numbers.take_out(text, standard))
        self.base = handout.tree(self.store, [self.exercise], overlay=self.overlay)

    def _failing_log(self, results: Sequence[Result]) -> str:
        """What whoever met the bug has seen: the log of the first boot that fails, or else what the
        first host test says."""
        bad = [result for result in results if result.status == FAILED]
        for result in bad:
            if result.test.kind == "boot":
                return result.failure.partition("\n")[2]
        return f"{bad[0].failure}\n" if bad else ""

    def _keep(self, name: str, text: str) -> None:
        """Compares a recorded text, or records it."""
        file = self.home / name
        if files.read(file) == text:
            return
        if self.accept and not self.proof.problems:
            write_whole(file, text.encode())
            self.proof.written.append(f"{self.exercise.folder}/{name}")
            return
        self.proof.problems.append(
            f"{self.exercise.folder}/{name}:1: is not what the tests show now; if they are right, "
            f"`./tessera exercise verify {self.exercise.name} --accept` records it"
        )

    def _judge_signatures(
        self, untouched: signature.Signature, signatures: dict[str, signature.Signature]
    ) -> None:
        """Two that fail alike could not be told apart: the wrong one's hint would be given."""
        seen = {_comparable(untouched): "starter"}
        for name, found in signatures.items():
            other = seen.setdefault(_comparable(found), name)
            if other != name:
                self.proof.problems.append(
                    f"'{other}' and mutant '{name}' fail in the same way: they cannot be told apart"
                )
        if signatures:
            self._keep(signature.FILE, signature.dump(signatures))


def _comparable(found: signature.Signature) -> tuple[tuple[str, str], ...]:
    """A signature that can be looked up."""
    return tuple(sorted(found.items()))
