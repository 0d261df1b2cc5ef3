"""Debugs a chapter's kernel: QEMU holds a machine that has not run yet, and GDB is connected to it.

GDB starts at the kernel's first instruction, with names and source lines wherever the kernel runs:
where it was linked, where it was loaded, before the MMU is on and after. A second breakpoint waits
at kernel_main. What the kernel prints appears in GDB and in build/debug/serial.log. The command
`reboot` starts the machine afresh; when GDB ends, the machine is gone.

With --server the machine waits for a debugger of your own, an IDE for instance (.vscode/ does it);
what the kernel prints then appears here.

Arguments after -- go to GDB:  ./tessera debug 01 --boot el2 -- -tui
"""
from __future__ import annotations

import argparse

from tessera.errors import Misuse
from tessera.tree import Tree, chapter_number

HELP = "debug a chapter with GDB: QEMU waiting, symbols at their addresses"

#: The port that QEMU's own documentation and every IDE's examples use.
PORT = 1234


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    parser.add_argument("chapter", metavar="NN", nargs="?", type=chapter_number, help="which chapter (default: this tree's)")
    parser.set_defaults(behind=[])
    parser.add_argument("--boot", metavar="NAME", help="which of its boots (default: the first in its chapter.toml)")
    parser.add_argument("--release", action="store_true", help="the release build instead of the debug build")
    parser.add_argument("--server", action="store_true", help="start no GDB; wait for a debugger to connect")
    parser.add_argument("--port", metavar="N", type=_port,
                        help=f"where the server waits (default: {PORT}; 0: any free one)")


def _port(word: str) -> int:
    """A TCP port."""
    if not (word.isascii() and word.isdigit() and int(word) < 65536):
        raise Misuse(f"'{word}' is not a port", "Ports are numbers from 0 (any free one) to 65535.")
    return int(word)


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Sets up, builds, and lets GDB or somebody else's debugger have the machine."""
    if args.port is not None and not args.server:
        raise Misuse("--port is for --server", "Without it, GDB is started and connected for you.")
    if args.behind and args.server:
        raise Misuse("--server starts no GDB, so it has no arguments for one")
    from tessera import chapter as chapters, setup
    from tessera.build import build
    from tessera.commands.run import stage_tree

    setup.ensure("debug", tree=tree)
    number = args.chapter or tree.chapter
    boot = chapters.load(tree, number).boot(args.boot)
    stage, preset = stage_tree(tree, number), "kernel-release" if args.release else "kernel"
    build(stage, preset)
    from tessera.debug import start

    kernel = start.Debuggee(tree.build / "debug", stage, preset, boot)
    if args.server:
        return start.server(kernel, PORT if args.port is None else args.port)
    return start.debugger(kernel, args.behind)
