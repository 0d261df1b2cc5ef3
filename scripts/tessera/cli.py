"""The command line: one parser made of the modules in `commands/`."""
from __future__ import annotations

import argparse
import difflib
import importlib
import re
import signal
import sys
from pathlib import Path
from typing import NoReturn

from tessera import console
from tessera.errors import Misuse, TesseraError
from tessera.tree import Tree

#: Commands in the order in which `--help` lists them. Each is a module in `commands/`.
COMMANDS = ("run", "test", "doctor", "tags", "start", "diff", "debug", "stage", "new", "bench", "boot")


class Parser(argparse.ArgumentParser):
    """argparse, with a suggestion when a word is nearly right."""

    def error(self, message: str) -> NoReturn:
        hint = f"`{self.prog} --help` lists what there is."
        if found := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            word, choices = found[1], re.findall(r"'(.*?)'", found[2])
            message = f"there is no '{word}' here"
            if near := difflib.get_close_matches(word, choices, n=1):
                hint = f"Did you mean `{self.prog} {near[0]}`?"
        raise Misuse(message, hint)


def build_parser() -> Parser:
    """The whole parser. Command modules import nothing heavy, so this is quick."""
    parser = Parser(prog="./tessera", description="Build, boot, test and maintain Tessera's chapters.", allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        module = importlib.import_module(f"tessera.commands.{name}")
        sub = commands.add_parser(name, help=module.HELP, description=module.__doc__, allow_abbrev=False,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        module.arguments(sub)
        sub.set_defaults(execute=module.execute)
    return parser


def main(root: Path, argv: list[str]) -> int:
    """Runs one command and returns the exit status: 0 fine, 1 failed, 2 misused, 130 interrupted."""
    try:
        args = build_parser().parse_args(argv or ["--help"])
        return args.execute(args, Tree(root)) or 0
    except TesseraError as error:
        console.error(str(error), error.hint)
        return error.status
    except KeyboardInterrupt:
        console.error("interrupted; nothing is left running")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing more to say
        return 0
