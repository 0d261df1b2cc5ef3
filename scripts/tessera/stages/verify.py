"""`stage verify`: the proof that patches, kernel/ and golden logs say the same thing."""
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Iterator

from tessera import chapter as chapters
from tessera import console
from tessera.boot import files
from tessera.chapter import Chapter
from tessera.errors import Failure, TesseraError
from tessera.exercises import sides
from tessera.stages import boots
from tessera.stages.branches import BRANCH, NOT_EXPORTED, is_absorbed, read_branches
from tessera.stages.checkout import staged_snapshot
from tessera.stages.patch import FIND_FLAGS, flaws, write_patch
from tessera.stages.stack import Stack, patch_path, patches_in_folder, staged_part
from tessera.stages.store import Store
from tessera.stages.tags import source_of

#: Arrives whole in chapter 07, as the map of the territory; it does not count.
_OUTSIDE_BUDGET = "kernel/abi/"


@dataclass
class Report:
    """What was checked, and what is wrong: each with a place and what to do."""

    stages: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add(self, what: str, hint: str) -> None:
        """Notes a problem."""
        self.problems.append((what, hint))


def verify(store: Store, *, boot: bool = True) -> bool:
    """Checks everything there is to check and shows what is wrong. True when nothing is."""
    report = Report()
    if (stack := _applied(store, report)) is not None:
        report.stages = len(stack)
        _check_export(store, stack, report)
        _check_exercises(store, stack, report)
        _check_work_tree(store, stack, report)
        declared = _chapters(store, stack, report)
        _check_budgets(store, stack, declared, report)
        _check_logs(store, declared, report)
    for what, hint in report.problems:
        console.error(what, hint)
    if report.problems:
        return False
    console.good(
        f"{report.stages} stages: strict application, re-export and budgets are right; "
        f"kernel/ and tests/unit/ are stage {store.tree.chapter:02}"
    )
    return not boot or _check_boots(store, report.stages)


def _applied(store: Store, report: Report) -> Stack | None:
    """The stack, applied strictly from the empty tree without any cache; None when it cannot be."""
    try:
        patches = patches_in_folder(store.tree.root)
        for number, patch in enumerate(patches, start=1):
            for flaw in flaws(patch):
                report.add(
                    f"{patch_path(number)}:{flaw.line}: {flaw.reason}",
                    "Write it with `./tessera stage export`; stages hold text files only.",
                )
        if not patches:
            raise Failure("there is no chapters/01/stage.patch, so there is nothing to verify")
        return None if report.problems else Stack.from_patches(store, patches, cached=False)
    except TesseraError as error:
        report.add(str(error), error.hint or "")
        return None


def _check_export(store: Store, stack: Stack, report: Report) -> None:
    """Each patch must be, to the byte, what an export would write."""
    exported = Stack.from_trees(store, stack.trees).patches
    for number, (have, want) in enumerate(zip(stack.patches, exported), start=1):
        if have != want:
            line, text, expected = _first_difference(have, want)
            report.add(
                f"{patch_path(number)}:{line}: edited by hand, or written by another git: "
                f"it says {text}, an export writes {expected}",
                "`git checkout` brings the patch back; `./tessera stage export` writes it anew.",
            )


def _check_exercises(store: Store, stack: Stack, report: Report) -> None:
    """The sides of exercises: each applies strictly to its stage, and is what an export writes."""
    for side in sides.at_rest(store.tree.root):
        try:
            ground = stack.tree(side.stage)
            tree = sides.staged_tree(store, store.tree.root, side, ground)
            want = write_patch(store.plumbing, ground, tree)
        except TesseraError as error:
            report.add(str(error), error.hint or "")
            continue
        if (have := (store.tree.root / side.path).read_bytes()) != want:
            line, text, expected = _first_difference(have, want)
            report.add(
                f"{side.path}:{line}: edited by hand: it says {text}, an export writes {expected}",
                f"`./tessera exercise edit {side.exercise} {side.name}` is how a side is changed.",
            )


def _first_difference(have: bytes, want: bytes) -> tuple[int, str, str]:
    """The first line that differs, by number, and what both sides have there."""
    pairs = zip_longest(have.split(b"\n"), want.split(b"\n"))
    for number, (left, right) in enumerate(pairs, start=1):
        if left != right:
            return number, _quote(left), _quote(right)
    raise AssertionError("the two do not differ")


def _quote(line: bytes | None) -> str:
    """A line for a message."""
    return "nothing" if line is None else f"`{line.decode(errors='replace')[:80]}`"


def _check_work_tree(store: Store, stack: Stack, report: Report) -> None:
    """The staged paths of the work tree must be the stage that kernel/CHAPTER names."""
    try:
        number = store.tree.chapter
        want = stack.tree(number)
    except TesseraError as error:
        report.add(str(error), error.hint or "")
        return
    now = staged_snapshot(store)
    if now == want or _check_patches_of_head(store, stack, now, report):
        return
    for name, line in _differences(store, want, now):
        report.add(
            f"{name}:{line}: differs from what the patches make of stage {number:02}",
            _advice(store, number, name),
        )


def _check_patches_of_head(store: Store, stack: Stack, now: str, report: Report) -> bool:
    """When kernel/ and tests/unit/ are HEAD's, whether it is the patches that have changed."""
    head = store.git.resolve("HEAD")
    if head is None or staged_part(store.plumbing, [head]) != [now]:
        return False
    before = len(report.problems)
    for number, patch in enumerate(stack.patches, start=1):
        path = patch_path(number)
        theirs = store.git.run("cat-file", "blob", f"{head}:{path}", check=False).stdout
        if patch != theirs:
            report.add(
                f"{path}:{_first_difference(patch, theirs)[0]}: edited by hand: "
                "kernel/ and tests/unit/ are HEAD's, and this patch is not",
                f"`git checkout HEAD -- {path}` brings it back; "
                f"`./tessera stage edit {number:02}` is how a stage is changed.",
            )
    return len(report.problems) > before


def _advice(store: Store, number: int, name: str) -> str:
    """What to do about a change that no patch has: it depends on what is checked out here."""
    branch = store.git.run("symbolic-ref", "--quiet", "HEAD", check=False).stdout.decode()
    if branch.startswith(BRANCH):
        return "`./tessera stage propagate` carries an edit on; `export`, on main, makes patches."
    if source_of(store)[1]:
        return (
            f"`git checkout ch{number:02} -- {name}` drops the change; "
            f"`./tessera stage edit {number:02}` is how the chapter itself is corrected."
        )
    if is_absorbed(store, read_branches(store)):
        return f"The stage branches have it: absorbed, but not exported. {NOT_EXPORTED}"
    return (
        "`./tessera stage absorb` puts the change into its stage; "
        f"`git checkout HEAD -- {name}` drops it."
    )


def _differences(store: Store, want: str, now: str) -> Iterator[tuple[str, int]]:
    """Each file that differs, with the first line of `now` that does."""
    git = store.plumbing
    names = git.out("diff-tree", "-r", "-z", "--no-renames", "--name-only", want, now).split("\0")
    for name in filter(None, names):
        blobs = (f"{tree}:{name}" for tree in (want, now))
        left, right = (git.run("cat-file", "blob", blob, check=False).stdout for blob in blobs)
        yield name, 1 if left == right or not right else _first_difference(right, left)[0]


def changed_lines(store: Store, before: str | None, after: str) -> int:
    """Lines of kernel code a stage adds and deletes. Tests and the interface do not count."""
    trees = (before or store.empty_tree, after)
    text = store.plumbing.out("diff-tree", "--numstat", "-z", *FIND_FLAGS, *trees)
    return sum(_count(fields) for fields in _numstat(text))


def _numstat(text: str) -> Iterator[tuple[str, str, str]]:
    """Rows of `--numstat -z`: added, deleted, path. A rename has an empty path, then both."""
    parts = iter(text.split("\0"))
    for part in parts:
        if part:
            added, deleted, path = part.split("\t")
            if not path:
                next(parts)
                path = next(parts)
            yield added, deleted, path


def _count(row: tuple[str, str, str]) -> int:
    """What a row adds to the budget."""
    added, deleted, path = row
    counts = path.startswith("kernel/") and not path.startswith(_OUTSIDE_BUDGET)
    return int(added) + int(deleted) if counts else 0


def _chapters(store: Store, stack: Stack, report: Report) -> list[Chapter]:
    """What the chapters declare, as far as that can be read."""
    found = []
    for number in range(1, len(stack) + 1):
        try:
            found.append(chapters.load(store.tree, number))
        except TesseraError as error:
            report.add(str(error), error.hint or "")
    return found


def _check_budgets(store: Store, stack: Stack, declared: list[Chapter], report: Report) -> None:
    """A chapter has to stay small enough to be read, or argue for more."""
    for chapter in declared:
        number = chapter.number
        before, after = [None, *stack.trees][number - 1], stack.trees[number - 1]
        if (lines := changed_lines(store, before, after)) > chapter.budget:
            report.add(
                f"{patch_path(number)}:1: {lines} changed lines of kernel code; "
                f"the budget is {chapter.budget}",
                "Move some of it to another stage, or set `budget` and `budget_reason` in "
                f"chapters/{number:02}/chapter.toml.",
            )


def _check_logs(store: Store, declared: list[Chapter], report: Report) -> None:
    """A log that no boot is held to proves nothing, and looks as if it did."""
    for chapter in declared:
        expected = {files.expected(store.tree, chapter.number, boot.name) for boot in chapter.boots}
        for log in sorted(store.tree.chapter_dir(chapter.number).glob("expected/*")):
            if log not in expected:
                report.add(
                    f"{log.relative_to(store.tree.root)}:1: no boot expects this log",
                    f"Delete it, or declare its boot in chapters/{chapter.number:02}/chapter.toml.",
                )


def _check_boots(store: Store, stages: int) -> bool:
    """Builds and boots what belongs here: every stage on main, this one at a tag."""
    number = store.tree.chapter
    hint = "The reports above say what differs, and how to record a log that is right."
    return boots.check(store.tree, range(1, stages + 1) if number == stages else [number], hint)
