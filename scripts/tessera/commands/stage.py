"""Maintains the stages: one small diff a chapter, each on top of the one before.

At rest a stage is chapters/NN/stage.patch, which nobody edits by hand. To change one:

    ./tessera stage edit 03         a worktree on stage 03; change it there and amend its commit
    ./tessera stage propagate       carry the change into all later stages (git rebase)
    ./tessera stage export          write patches, kernel/ and tests/unit/ back; commit those

Or change the final kernel/ right here, and let `stage absorb` find the stages that own the lines.
When somebody else's stages have landed on main, `stage sync` puts your edits on top of theirs.
Where a change does not fit, propagate and sync stop and say where to resolve it.

`stage verify` proves that patches, kernel/ and golden logs agree; `stage status` shows where
everything stands.
"""
from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from tessera.tree import Tree, chapter_number

if TYPE_CHECKING:
    from tessera.stages.store import Store

Action = Callable[[argparse.Namespace, "Store"], int]

HELP = "maintain the stages that the chapters are made of"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    add = partial(_add, parser.add_subparsers(metavar="ACTION", required=True))
    _edit_options(add("edit", _edit, "open a worktree on a stage", _ABOUT_EDIT))
    _resuming(add("propagate", _propagate, "carry edits into all later stages", _ABOUT_PROPAGATE))
    _resuming(add("sync", _sync, "put your edits on top of what has landed on main", _ABOUT_SYNC))
    export = add("export", _export, "write the stages back as patches and kernel/", _ABOUT_EXPORT)
    export.add_argument("--accept", action="store_true", help="record the golden logs that differ")
    export.add_argument("--no-boot", action="store_true", help="leave the golden logs for later")
    absorb = add(
        "absorb", _absorb, "put a change to the final kernel into its stages", _ABOUT_ABSORB
    )
    whole = "the stage for all of it; new files need this"
    absorb.add_argument("--into", metavar="NN", type=chapter_number, help=whole)
    verify = add(
        "verify", _verify, "prove that patches, kernel/ and golden logs agree", _ABOUT_VERIFY
    )
    verify.add_argument("--no-boot", action="store_true", help="leave out building and booting")
    add("status", _status, "show where every stage stands", _ABOUT_STATUS)


def _add(
    actions: argparse._SubParsersAction[Any],
    name: str,
    action: Action,
    help_line: str,
    description: str,
) -> argparse.ArgumentParser:
    """Declares one action."""
    sub = actions.add_parser(
        name,
        help=help_line,
        description=description,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub.set_defaults(action=action)
    return sub


def _edit_options(parser: argparse.ArgumentParser) -> None:
    """Which stage, and where."""
    parser.add_argument("stage", metavar="NN", type=chapter_number, help="the stage to edit")
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=Path,
        help="the new folder (default: beside this one)",
    )


def _resuming(parser: argparse.ArgumentParser) -> None:
    """The two ways out of a conflict."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--continue", dest="go_on", action="store_true", help="go on after resolving a conflict"
    )
    which.add_argument(
        "--abort", action="store_true", help="give it up; every branch is as it was before"
    )


_ABOUT_EDIT = """\
Opens a worktree on the branch stage/NN, beside this folder unless you name one.
Change kernel/ or tests/unit/ there and amend the commit; then `stage propagate`."""
_ABOUT_PROPAGATE = """\
Rebases everything that stands on an edited stage: later stages, then exercise branches
(exercise/NN/ID). Branches move together at the end, or not at all. What you resolve once is
remembered (git rerere)."""
_ABOUT_SYNC = """\
Rebuilds the branches from HEAD's patches and merges your edits into them, stage by stage. What has
landed already disappears. Pull first; afterwards, `stage export`."""
_ABOUT_EXPORT = """\
Writes chapters/NN/stage.patch, kernel/ and tests/unit/ from the branches, then boots every stage
that changed and shows each difference to a golden log. Refuses to overwrite work that is in no
stage."""
_ABOUT_ABSORB = """\
Takes what you changed in kernel/ and tests/unit/ here, finds the stage that owns the lines of each
hunk, makes the change there and carries it forward. If the last stage would then differ from
your files in a single byte, nothing happens at all."""
_ABOUT_VERIFY = """\
Applies the patches strictly from the empty tree, compares the result with kernel/ and tests/unit/,
exports again and compares every byte, checks the line budgets, then boots every stage.
At a tag: proves that tag."""
_ABOUT_STATUS = "Shows each stage with its size, and whether it is edited, checked out, exported."


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs the action."""
    from tessera.stages.store import Store

    return args.action(args, Store(tree))


def _edit(args: argparse.Namespace, store: Store) -> int:
    """`stage edit NN [DIR]`."""
    from tessera.stages.edit import edit, explain

    explain(args.stage, edit(store, args.stage, args.folder))
    return 0


def _propagate(args: argparse.Namespace, store: Store) -> int:
    """`stage propagate`."""
    from tessera.stages.propagate import proceed, propagate

    if args.go_on or args.abort:
        proceed(store, "propagate", give_up=args.abort)
    else:
        propagate(store)
    return 0


def _sync(args: argparse.Namespace, store: Store) -> int:
    """`stage sync`."""
    from tessera.stages.propagate import proceed
    from tessera.stages.sync import sync

    if args.go_on or args.abort:
        proceed(store, "sync", give_up=args.abort)
    else:
        sync(store)
    return 0


def _export(args: argparse.Namespace, store: Store) -> int:
    """`stage export`."""
    from tessera.stages.export import export

    return 0 if export(store, accept=args.accept, boot=not args.no_boot) else 1


def _absorb(args: argparse.Namespace, store: Store) -> int:
    """`stage absorb`."""
    from tessera.stages.absorb import absorb

    absorb(store, into=args.into)
    return 0


def _verify(args: argparse.Namespace, store: Store) -> int:
    """`stage verify`."""
    from tessera.stages.verify import verify

    return 0 if verify(store, boot=not args.no_boot) else 1


def _status(args: argparse.Namespace, store: Store) -> int:
    """`stage status`."""
    from tessera.stages.status import status

    status(store)
    return 0
