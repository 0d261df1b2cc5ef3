"""The command line: one parser made of the modules in `commands/`."""
from __future__ import annotations

import argparse
import difflib
import errno
import importlib
import os
import re
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Sequence

from tessera import console
from tessera.errors import Misuse, TesseraError
from tessera.tree import Tree

#: Commands in the order in which `--help` lists them. Each is a module in `commands/`.
COMMANDS = (
    "run",
    "test",
    "doctor",
    "tags",
    "start",
    "diff",
    "book",
    "debug",
    "exercise",
    "grade",
    "bundle",
    "stage",
    "new",
    "bench",
    "fuzz",
    "coverage",
    "mutate",
    "boot",
)

EXAMPLES = """\
The two that matter:
  ./tessera run        set up what is missing, build, boot the newest chapter in QEMU
  ./tessera test       set up what is missing, build, run every test there is

`./tessera COMMAND --help` tells more about each. Exit status: 0 fine, 1 failed, 2 misused.
"""

#: What the file system may refuse at any moment: said in a sentence instead of a traceback.
_SURROUNDINGS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


class Terminated(BaseException):
    """A signal asked us to stop. Not an Exception, so that all is cleaned up on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class Parser(argparse.ArgumentParser):
    """argparse, with a suggestion when a word is nearly right."""

    _given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As in argparse, but what was given is still known when something is wrong with it."""
        self._given = list(args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        hint = f"`{self.prog} --help` lists what there is."
        if "arguments are required" in message and (unknown := self._unknown_options()):
            self.refuse(unknown)
        if found := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            word, choices = found[1], re.findall(r"'(.*?)'", found[2])
            message = f"there is no '{word}' here"
            if near := difflib.get_close_matches(word, choices, n=1):
                hint = f"Did you mean '{near[0]}'?"
        raise Misuse(message, hint)

    def _unknown_options(self) -> list[str]:
        """What was given and looks like an option, but is none of this parser's."""
        known = self._option_string_actions
        options = (word for word in self._given if re.match(r"-[^\d]", word))
        return [o for o in options if o.partition("=")[0] not in known and o[:2] not in known]

    def refuse(self, extra: Sequence[str]) -> NoReturn:
        """Reports arguments that nobody understood."""
        word = extra[0].partition("=")[0]
        if not word.startswith("-"):
            raise Misuse(
                f"'{word}' is one argument too many", f"`{self.prog} --help` shows how it goes."
            )
        near = difflib.get_close_matches(word, list(self._option_string_actions), n=1)
        raise Misuse(
            f"`{self.prog}` has no option {word}",
            f"Did you mean {near[0]}?" if near else f"`{self.prog} --help` lists what there is.",
        )

    def deepest(self, argv: Sequence[str]) -> Parser:
        """The parser of the (sub)command that `argv` names."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                names = [(i, word) for i, word in enumerate(argv) if word in action.choices]
                return (
                    action.choices[names[0][1]].deepest(argv[names[0][0] + 1 :]) if names else self
                )
        return self


class Version(argparse.Action):
    """`--version`: the chapters and the commit; there are no release numbers."""

    def __init__(self, *args: Any, root: Path, **kwargs: Any) -> None:
        super().__init__(*args, nargs=0, **kwargs)
        self.root = root

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        tree = Tree(self.root)
        commit = f", commit {tree.git.out('rev-parse', '--short', 'HEAD')}" if tree.is_git else ""
        newest = f"{tree.chapters[-1]:02}" if tree.chapters else "none"
        print(f"Tessera: kernel of chapter {tree.chapter:02}, newest chapter {newest}{commit}")
        parser.exit()


def build_parser(root: Path) -> Parser:
    """The whole parser. Command modules import nothing heavy, so this is quick."""
    parser = Parser(
        prog="./tessera",
        description="Build, boot, test and maintain Tessera's chapters.",
        epilog=EXAMPLES,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=Version, root=root, help="say which chapters and which commit these are"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        module = importlib.import_module(f"tessera.commands.{name}")
        sub = commands.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(sub)
        sub.set_defaults(execute=module.execute)
    return parser


def parse(root: Path, argv: list[str]) -> argparse.Namespace:
    """Understands a command line. What stands behind `--` is for another program, and is not read.

    Commands that start one declare it with a default for `behind`; others have nothing to do with it.
    """
    parser = build_parser(root)
    end = argv.index("--") if "--" in argv else len(argv)
    args, extra = parser.parse_known_args(argv[:end])
    if not hasattr(args, "behind"):
        extra += argv[end:]
    if extra:
        parser.deepest(argv).refuse(extra)
    args.behind = argv[end + 1 :]
    return args


def main(root: Path, argv: list[str]) -> int:
    """Runs one command. Exit status: 0 fine, 1 failed, 2 misused, 128 + N stopped by signal N."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        args = parse(root, argv or ["--help"])
        status = args.execute(args, Tree(root)) or 0
        sys.stdout.flush()
        return status
    except TesseraError as error:
        console.error(str(error), error.hint)
        return error.status
    except KeyboardInterrupt:
        console.error("interrupted; nothing is left running")
        return 128 + signal.SIGINT
    except Terminated as stopped:
        console.error(f"stopped by {stopped}; nothing is left running")
        return 128 + stopped.number
    except BrokenPipeError:  # the reader has gone, so nobody learns how it would have ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        if error.errno not in _SURROUNDINGS:
            raise
        return _report_surroundings(error, root)


def _report_surroundings(error: OSError, root: Path) -> int:
    """What the file system refused, in one sentence."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    hint = "Free some disk space, then run the same command again." if full else None
    console.error(f"{error.filename or root}: {error.strerror}", hint)
    return 1


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    """Turns a signal into an exception, so that every `finally` on the way out runs."""
    raise Terminated(number)
