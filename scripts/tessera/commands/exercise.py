"""Exercises: holes to fill, extensions, bug hunts, things to measure.

    ./tessera exercise list           what there is
    ./tessera exercise start 03/esr   a folder of your own in which to solve it
    ./tessera exercise check          what passes, what does not, and how many points that is
    ./tessera exercise hint           one more hint
    ./tessera exercise submit         pack what you have changed into one file to hand in

`check`, `hint`, `submit` and `reset` act on the folder that you are in. `reset` puts your files
back to where you began. `update DIR` brings the folder DIR to the present tools and tests. Both keep a
copy of your work. `verify` and `edit` are for those who write exercises.
"""
from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any, Callable

from tessera.tree import Tree, chapter_number

HELP = "solve an exercise: list, start, check, hint, submit"

Action = Callable[[argparse.Namespace, Tree], int]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    add = partial(_add, parser.add_subparsers(metavar="ACTION", required=True))
    listing = add("list", _list, "list the exercises")
    listing.add_argument("chapter", metavar="NN", nargs="?", type=chapter_number, help="which")
    listing.add_argument("--cmake", action="store_true", help="as CTest registrations, for CMake")
    start = add("start", _start, "open a folder of your own for an exercise")
    start.add_argument("name", metavar="ID", help="which, such as 03/esr")
    start.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="the new folder")
    start.add_argument("--seed", default="", help="from your teacher: for your own numbers")
    _named(add("check", _check, "run the tests and count the points"))
    hint = _named(add("hint", _hint, "show one more hint"))
    hint.add_argument("--all", action="store_true", help="show every hint")
    submit = _named(add("submit", _submit, "pack your changes to hand them in"))
    submit.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to put it")
    _named(add("reset", _reset, "begin anew, keeping a copy of what you have"))
    update = add("update", _update, "get the present tools and tests, keeping your work")
    update.add_argument("folder", metavar="DIR", type=Path, help="the folder to bring up to date")
    _authors(add)


def _authors(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What those need who write exercises."""
    verify = add("verify", _verify, "prove exercises: starter, solution and every mutant")
    verify.add_argument("name", metavar="ID", nargs="*", help="which (default: every one)")
    verify.add_argument("--overlay", metavar="DIR", type=Path, help="your own exercises as well")
    verify.add_argument("--accept", action="store_true", help="record logs and failures anew")
    edit = add("edit", _edit, "open a worktree on one side of an exercise")
    edit.add_argument("name", metavar="ID", help="which exercise")
    edit.add_argument("side", metavar="SIDE", help="starter, solution or mutants/NAME")
    edit.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="the new folder")


def _add(
    actions: argparse._SubParsersAction[Any], name: str, action: Action, about: str
) -> argparse.ArgumentParser:
    """Declares one action."""
    sub = actions.add_parser(name, help=about, description=f"{about[:1].upper()}{about[1:]}.",
                             allow_abbrev=False)
    sub.set_defaults(action=action)
    return sub


def _named(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Where a folder is for several exercises, the name of one."""
    parser.add_argument("name", metavar="ID", nargs="?", help="which, if this folder has several")
    return parser


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs the action."""
    return args.action(args, tree)


def _list(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise list`."""
    from tessera.exercises import show

    if args.cmake:
        print(show.cmake(tree), end="")
    else:
        show.listing(tree, args.chapter)
    return 0


def _start(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise start`."""
    from tessera.exercises import show, workspace

    show.started(workspace.start(tree, args.name, args.folder, args.seed))
    return 0


def _check(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise check`."""
    from tessera import setup
    from tessera.exercises import workspace

    space = workspace.open_at(tree, args.name)
    setup.ensure("exercise", tree=tree)
    from tessera.exercises import show

    return show.results(space, workspace.check(space))


def _hint(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise hint`."""
    from tessera.exercises import show, workspace

    space = workspace.open_at(tree, args.name)
    show.hints(space.exercise, workspace.hints(space, everything=args.all))
    return 0


def _submit(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise submit`."""
    from tessera.exercises import show, workspace

    space = workspace.open_at(tree, args.name)
    show.submitted(space.exercise, workspace.submit(space, args.output))
    return 0


def _reset(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise reset`."""
    from tessera.exercises import show, workspace

    show.kept(workspace.reset(workspace.open_at(tree, args.name)))
    return 0


def _update(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise update`."""
    from tessera.exercises import show, workspace

    show.kept(workspace.update(tree, args.folder))
    return 0


def _verify(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise verify`."""
    from tessera import setup
    from tessera.exercises import catalog

    overlay = args.overlay.resolve() if args.overlay else None
    every = catalog.names(tree, overlay)
    names = [catalog.find(tree, name, overlay) for name in args.name] or every
    setup.ensure("exercise", tree=tree)
    from tessera.exercises import matrix, show

    proofs = (matrix.prove(tree, name, accept=args.accept, overlay=overlay) for name in names)
    fine = [show.proof(found) for found in proofs]
    return 0 if all(fine) else 1


def _edit(args: argparse.Namespace, tree: Tree) -> int:
    """`exercise edit`."""
    from tessera.exercises import authoring, catalog

    authoring.explain(authoring.edit(tree, catalog.find(tree, args.name), args.side, args.folder))
    return 0
