"""`stage absorb`: a change to the final kernel goes into the stages that own its lines."""
from __future__ import annotations

from dataclasses import dataclass

from tessera import console
from tessera.errors import Failure, Misuse
from tessera.stages import operation, perform
from tessera.stages.branches import (
    NOT_EXPORTED,
    Branches,
    Tips,
    check_chain,
    check_propagated,
    ensure_branches,
    is_absorbed,
    staged_trees,
)
from tessera.stages.checkout import staged_snapshot
from tessera.stages.export import check_on_main
from tessera.stages.hunks import Hunk, Origins, hunks_of
from tessera.stages.operation import Conflict, Operation
from tessera.stages.propagate import check_committed, exercise_steps, stage_refs, stage_steps
from tessera.stages.stack import Stack, compose
from tessera.stages.store import Store
from tessera.stages.tags import fixed_commit
from tessera.stages.workshop import Workshop

NewFiles = dict[str, str]  # by path: "mode,blob"


@dataclass
class Plan:
    """What goes where: the stage of each hunk, and the files that begin in stage `into`."""

    origins: Origins
    owners: dict[Hunk, int]
    files: NewFiles
    into: int | None

    @property
    def stages(self) -> list[int]:
        """The stages that change."""
        return sorted({*self.owners.values(), *([self.into] if self.into and self.files else [])})

    def owned_by(self, stage: int) -> list[Hunk]:
        """The hunks that go into one stage."""
        return [hunk for hunk, owner in self.owners.items() if owner == stage]


def absorb(store: Store, *, into: int | None = None) -> None:
    """Distributes the work tree's change over the stages, or refuses and changes nothing."""
    with store.lock():
        perform.refuse_if_waiting(store)
        check_on_main(store)
        branches = ensure_branches(store)
        check_committed(store, branches)
        _check_ready(store, branches)
        if into is not None and into not in branches.tips:
            raise Misuse(
                f"there is no stage {into:02}", f"There are stages 01 to {branches.last:02}."
            )
        before, after = staged_trees(store, branches.tips)[-1], staged_snapshot(store)
        if before == after:
            console.good("kernel/ and tests/unit/ are the last stage already; nothing to absorb")
            return
        hunks, files = _changes(store, before, after, into)
        origins = Origins(store, branches.tips)
        plan = Plan(origins, {hunk: into or origins.owner(hunk) for hunk in hunks}, files, into)
        _carry_forward(store, branches, plan, after)
    _show(plan)


def _check_ready(store: Store, branches: Branches) -> None:
    """The change must be against the last stage as the branches have it."""
    check_propagated(branches)
    if not branches.tips:
        raise Misuse("there are no stages yet to absorb anything into")
    check_chain(store, branches.tips)
    present = Stack.in_folder(store, store.tree.root)
    if list(present.trees[-1:]) == staged_trees(store, branches.tips)[-1:]:
        return
    if is_absorbed(store, branches):
        raise Failure("this change has been absorbed, but not exported", NOT_EXPORTED)
    raise Failure(
        "the patches here are not those of the stage branches, so it cannot be told "
        "what you changed",
        "Put your change aside (`git stash`), `./tessera stage sync` and `export`, commit that, "
        "then bring yours back.",
    )


def _changes(
    store: Store, before: str, after: str, into: int | None
) -> tuple[list[Hunk], NewFiles]:
    """What has changed: hunks of files that stay, and files that are new. Refuses the rest."""
    entries = store.plumbing.out("diff-tree", "-r", "-z", "--no-renames", before, after).split("\0")
    hunks: list[Hunk] = []
    files: NewFiles = {}
    for about, path in zip(entries[0::2], entries[1::2]):
        old_mode, new_mode, _, blob, status = about.lstrip(":").split()
        if path == "kernel/CHAPTER":
            raise Failure(
                "kernel/CHAPTER is each stage's own number; it cannot be absorbed",
                f"`git checkout HEAD -- {path}` drops that change.",
            )
        if status == "M" and old_mode == new_mode:
            hunks += hunks_of(store, before, after, path)
        elif status == "A" and into is not None:
            files[path] = f"{new_mode},{blob}"
        elif status == "A":
            raise Failure(
                f"{path} is new, so no stage owns it yet", "`--into NN` says where it begins."
            )
        else:
            what = "deleted" if status == "D" else "given another mode"
            raise Failure(
                f"{path} was {what}, and that does not say which stages it is meant for",
                "`./tessera stage edit NN` in the stage where it should happen.",
            )
    return hunks, files


def _edited_tips(store: Store, branches: Branches, plan: Plan) -> Tips:
    """The stage branches as they would be after editing just the stages concerned."""
    tips = dict(branches.tips)
    for number in plan.stages:
        commit = branches.tips[number]
        texts = plan.origins.files_with(number, plan.owned_by(number))
        staged = _edited_tree(store, commit, texts, plan.files if number == plan.into else {})
        whole = compose(store.plumbing, f"{commit}^{{tree}}", [staged])[0]
        message = store.git.out("log", "-1", "--format=%B", commit)
        tips[number] = fixed_commit(store, whole, message, store.git.resolve(f"{commit}^"))
    return tips


def _edited_tree(store: Store, commit: str, texts: dict[str, bytes], files: NewFiles) -> str:
    """A stage's staged tree with some files' texts replaced and new files added."""
    with store.scratch_index() as index:
        git = store.with_index(index)
        git.run("read-tree", staged_trees(store, {1: commit})[0])
        for path, text in texts.items():
            blob = git.out("hash-object", "-w", "--stdin", stdin=text)
            mode = git.out("ls-files", "--stage", "--", path).split()[0]
            git.run("update-index", "--cacheinfo", f"{mode},{blob},{path}")
        for path, entry in files.items():
            git.run("update-index", "--add", "--cacheinfo", f"{entry},{path}")
        return git.out("write-tree")


def _carry_forward(store: Store, branches: Branches, plan: Plan, wanted: str) -> None:
    """Propagates, and publishes only if the last stage comes out as the author has it."""
    tips = _edited_tips(store, branches, plan)
    steps = stage_steps(branches, tips) + exercise_steps(store, branches, tips)
    whole = Operation("absorb", branches.refs(), stage_refs(tips), steps, expected=wanted)
    try:
        _begin(store, plan, whole)
    except Failure:
        operation.forget(store)
        raise


def _begin(store: Store, plan: Plan, whole: Operation) -> None:
    """Runs the operation, resolving what can be: a line next to one added later, say."""
    try:
        perform.begin(store, whole)
    except Conflict as conflict:
        while conflict is not None:
            _resolve(store, plan, conflict)
            conflict = _resume(store)


def _resume(store: Store) -> Conflict | None:
    """Goes on; returns the next conflict, if there is one."""
    try:
        perform.resume(store, "absorb")
    except Conflict as conflict:
        return conflict
    return None


def _resolve(store: Store, plan: Plan, conflict: Conflict) -> None:
    """Settles a conflict in a stage: its files as they were, with all hunks so far in them.

    git merges lines, and gives up where two changes touch. Here it is known where each line of the
    last stage was in the one that conflicts, so there is nothing to guess.
    """
    if conflict.stage is None:
        raise Failure(
            f"nothing was absorbed: {conflict}",
            "Resolve it by `./tessera stage edit` and `propagate`.",
        )
    stage, shop = conflict.stage, Workshop(store)
    hunks = [hunk for hunk, owner in plan.owners.items() if owner <= stage]
    for hunk in hunks:
        plan.origins.check_moved_whole(hunk, plan.owners[hunk], stage)
    texts = plan.origins.files_with(stage, hunks)
    for path in {*texts, *shop.conflicts()}:
        blob = f"{plan.origins.tips[stage]}:{path}"
        as_it_was = store.git.run("cat-file", "blob", blob, check=False)
        if path in texts or as_it_was.returncode == 0:
            (shop.folder / path).write_bytes(texts.get(path, as_it_was.stdout))
            shop.git.run("add", "--", path)
        else:
            shop.git.run("rm", "--quiet", "--force", "--", path)


def _show(plan: Plan) -> None:
    """What went where."""
    rows = []
    for hunk, owner in sorted(plan.owners.items(), key=lambda pair: pair[1]):
        place = plan.origins.place(hunk, owner)
        here, there = f"{hunk.path}:{hunk.start}", f"{place.path}:{place.line}"
        rows.append((here, hunk.size, f"{owner:02}", there))
    rows += [(path, "new", f"{plan.into:02}", path) for path in plan.files]
    console.table(None, ("here", "lines", "stage", "there"), rows)
    console.good(
        f"absorbed into stage {', '.join(f'{number:02}' for number in plan.stages)}; "
        "`./tessera stage export` writes the patches"
    )
