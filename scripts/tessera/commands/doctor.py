"""Look at this machine: what is installed, in which version, what is needed, and what to do.

Exit status 1 means that something `./tessera run` needs is missing or too old. `--install` sets up
what a tier of commands needs without running them, which is how the devcontainer is made.
"""
from __future__ import annotations

import argparse
import shutil

from tessera import console
from tessera.setup.packages import TIERS
from tessera.tree import Tree

HELP = "what is installed, which versions, what to do"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--install TIER…`"""
    tiers = "; ".join(f"{name}: {tier.purpose}" for name, tier in TIERS.items())
    parser.add_argument(
        "--install",
        nargs="+",
        metavar="TIER",
        choices=TIERS,
        default=[],
        help=f"first install what these tiers need ({tiers})",
    )


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Prints the table; 1 when something that `run` needs is wanting."""
    from tessera import setup
    from tessera.setup import tools

    for tier in args.install:
        setup.ensure(tier, tree=tree)
    findings = [tools.examine(tool, tree) for tool in tools.TOOLS]
    rows = [
        (f.mark, f.tool.name, f.found, f.tool.needed_text, f.tool.tier, f.advice) for f in findings
    ]
    console.table("Tools", ("", "tool", "found", "needed", "for", "what to do"), rows)
    console.out()
    console.table("This machine", ("", "what", "found", "what to do"), _machine(tree))
    wanting = [f.tool.name for f in findings if not f.fine and f.tool.tier == "run"]
    console.out()
    if wanting:
        console.error(
            f"`./tessera run` lacks {', '.join(wanting)}", "./tessera run installs what is missing."
        )
        return 1
    console.good("all that `./tessera run` needs is here")
    return 0


def _machine(tree: Tree) -> list[tuple[str, str, str, str]]:
    """Facts about the machine that decide whether things work."""
    from tessera.setup import tools
    from tessera.setup.host import Host

    host, free = Host(), shutil.disk_usage(tree.root).free
    roomy, ours = free >= tools.DISK_NEEDED, tools.runs_system_python()
    return [
        (
            "✓" if host.has_apt else "!",
            "system",
            f"{host.name}, {host.machine}",
            "" if host.has_apt else "use the devcontainer",
        ),
        (
            "✓" if ours else "!",
            "Python in use",
            tools.running_python(),
            "" if ours else "start ./tessera itself; other interpreters may lack Debian's modules",
        ),
        (
            "✓" if roomy else "✗",
            "free disk space",
            f"{free / 2**30:.1f} GiB",
            "" if roomy else f"set-up and builds want {tools.DISK_NEEDED >> 30} GiB",
        ),
        (
            "✓" if tree.is_git else "!",
            "git clone",
            "yes" if tree.is_git else "no",
            "" if tree.is_git else "stage commands need a clone; run and test do not",
        ),
    ]
