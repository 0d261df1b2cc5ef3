"""Checks the boots of this tree's chapter, as its chapters/NN/chapter.toml declares them.

A golden boot passes when it ends as declared, when two boots of the same image print the same
bytes, and when its log, with times, addresses and the like replaced, is the one in
chapters/NN/expected/. The boot matrix starts the first of them on machines with other memory,
processors and interrupt controllers, at EL1 and EL2, and looks at how it ends. The demos of earlier
chapters must still run. `./tessera test` runs all of this; this command is for a part at a time.
"""
from __future__ import annotations

import argparse

from tessera.numbers import positive
from tessera.tree import Tree, chapter_number

HELP = "list and check this chapter's boots"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what the command takes."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list the boots", allow_abbrev=False,
                                 description="Lists this chapter's boots and how each must end.")
    listing.add_argument("--cmake", action="store_true", help="as CTest registrations, for CMake")
    listing.set_defaults(action=_list)
    check = actions.add_parser(
        "check", help="check one boot, or all of them", allow_abbrev=False,
        description="Boots the kernel and checks its log. Exit status 1 when a check fails.")
    check.add_argument("name", metavar="NAME", nargs="?", help="the boot (default: every one)")
    check.add_argument("--accept", action="store_true",
                       help="record the log as the expected one, and show what changed")
    check.add_argument("--once", action="store_true",
                       help="leave out the second boot, which shows that the first is repeatable")
    _build_options(check)
    check.set_defaults(action=_check)
    matrix = actions.add_parser(
        "matrix", help="boot on every machine the kernel must not tell apart", allow_abbrev=False,
        description="Boots with each size of memory, processor, interrupt controller and exception "
                    "level, and checks how that ends. Exit status 1 when one ends differently.")
    matrix.add_argument("memory", metavar="SIZE", nargs="?",
                        help="with this much memory: 64M, 512M or 4G (default: each)")
    _build_options(matrix)
    matrix.set_defaults(action=_matrix)
    demo = actions.add_parser(
        "demo", help="boot an earlier chapter's demo on this chapter's kernel", allow_abbrev=False,
        description="Boots the demos of earlier chapters. From the start of user mode on each must "
                    "print what it prints on its own chapter's kernel. Exit status 1 if not.")
    demo.add_argument("chapter", metavar="NN", nargs="?", type=chapter_number,
                      help="whose demo (default: those of all earlier chapters)")
    demo.add_argument("--in-c", action="store_true", help="the demo's twin, which is written in C")
    _build_options(demo)
    demo.set_defaults(action=_demo)
    jitter = actions.add_parser(
        "jitter", help="boot the demos with threads while the timer is late", allow_abbrev=False,
        description="Boots each demo that has threads with every seed of the timer's jitter. Wherever "
                    "they are preempted, they must print the same. Exit status 1 if not.")
    jitter.add_argument("chapter", metavar="NN", nargs="?", type=chapter_number,
                        help="whose demo (default: those of all chapters with threads)")
    _seed_options(jitter, 10)
    jitter.set_defaults(action=_jitter)
    stress = actions.add_parser(
        "stress", help="make, use and revoke everything at random", allow_abbrev=False,
        description="Boots the stress task: operations chosen by a seed, each with the outcome that a "
                    "model foretells. Exit status 1 when one has another.")
    stress.add_argument("--operations", metavar="N", type=positive, default=100_000,
                        help="how many with each seed (default: %(default)s)")
    _seed_options(stress, 3)
    stress.set_defaults(action=_stress)
    attack = actions.add_parser(
        "attack", help="boot programs that try to break out", allow_abbrev=False,
        description="Boots the attacks of tests/attack. The kernel must refuse each and go on; with "
                    "--mutant, each must succeed on a kernel with the mistake that is written down "
                    "beside it. Exit status 1 if not.")
    attack.add_argument("names", metavar="NAME", nargs="*", help="which (default: all)")
    attack.add_argument("--mutant", action="store_true", help="on the kernel with the mistake")
    attack.add_argument("--no-build", action="store_true",
                        help="boot what is built, as it is; a mutant is built all the same")
    attack.add_argument("--programs", action="store_true", help="only build the programs")
    attack.add_argument("--write", action="store_true",
                        help="only write what the README and the book say of attacks anew")
    attack.set_defaults(action=_attack, preset="kernel")


def _seed_options(parser: argparse.ArgumentParser, seeds: int) -> None:
    """How many boots there are, and of which kernel."""
    parser.add_argument("--seeds", metavar="N", type=positive, default=seeds,
                        help="seeds 1 to N (default: %(default)s)")
    parser.add_argument("-j", metavar="N", type=positive, help="boots at a time (default: processors)")
    _build_options(parser)


def _build_options(parser: argparse.ArgumentParser) -> None:
    """Which kernel is booted."""
    parser.add_argument("--preset", default="kernel", choices=("kernel", "clang", "kernel-release"),
                        help="which build to boot; kernel-release's log is not compared")
    parser.add_argument("--no-build", action="store_true", help="boot what is built, as it is")


def execute(args: argparse.Namespace, tree: Tree) -> int:
    """Runs the action."""
    return args.action(args, tree)


def _list(args: argparse.Namespace, tree: Tree) -> int:
    """`boot list`."""
    from tessera import chapter as chapters, console
    from tessera.boot import attack, demos, registration

    chapter = chapters.load(tree, tree.chapter)
    if args.cmake:
        twin = chapter.number >= chapters.FIRST_USER_CHAPTER and demos.has_twin(tree, chapter)
        print(registration.cmake(chapter, tree.root, demos=demos.earlier(tree), twin=twin,
                                 attacks=attack.tested(tree)), end="")
        return 0
    rows = [(boot.name, boot.ends, "no: console dialogue" if boot.dialogue else "yes")
            for boot in chapter.boots]
    console.table(f"Boots of chapter {chapter.number:02}, {chapter.title}",
                  ("name", "ends", "raw identity"), rows)
    return 0


def _check(args: argparse.Namespace, tree: Tree) -> int:
    """`boot check`."""
    from tessera.boot.check import check_boots
    from tessera.boot.report import show

    _build(args, tree)
    outcomes = check_boots(tree, accept=args.accept, names=[args.name] if args.name else None,
                           preset=args.preset, once=args.once)
    for outcome in outcomes:
        show(outcome)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _matrix(args: argparse.Namespace, tree: Tree) -> int:
    """`boot matrix`."""
    from tessera.boot import matrix, matrix_report

    _build(args, tree)
    memories = (args.memory,) if args.memory else matrix.MEMORY
    fine = [matrix_report.show(tree, memory, args.preset, matrix.check(tree, memory, args.preset))
            for memory in memories]
    return 0 if all(fine) else 1


def _demo(args: argparse.Namespace, tree: Tree) -> int:
    """`boot demo`."""
    from tessera import chapter as chapters
    from tessera.boot import demos, files

    _build(args, tree)
    home = files.home_of(tree)
    wanted = demos.before(tree) if args.chapter is None else [chapters.load(home, args.chapter)]
    fine = [demos.show(demos.check(tree, chapter, args.preset, twin=args.in_c))
            for chapter in wanted]
    return 0 if all(fine) else 1


def _jitter(args: argparse.Namespace, tree: Tree) -> int:
    """`boot jitter`."""
    from tessera.boot import seeds

    _build(args, tree)
    cases = seeds.jitter(tree, args.chapter, range(1, args.seeds + 1))
    return 0 if seeds.check(tree, args.preset, cases, args.j) else 1


def _stress(args: argparse.Namespace, tree: Tree) -> int:
    """`boot stress`."""
    from tessera.boot import seeds

    _build(args, tree)
    cases = seeds.stress(tree, range(1, args.seeds + 1), args.operations)
    return 0 if seeds.check(tree, args.preset, cases, args.j) else 1


def _attack(args: argparse.Namespace, tree: Tree) -> int:
    """`boot attack`."""
    from tessera.boot import attack as attacks
    from tessera.boot import attack_pages, files
    from tessera.build import build

    wanted = attacks.chosen(tree, args.names)
    if args.write:
        for file, text in attack_pages.files(tree, attacks.catalog(tree)).items():
            files.write(file, text.encode())
        return 0
    _build(args, tree)
    if not args.no_build:
        build(tree, attacks.PRESET, [attacks.TARGET])
    if args.programs:
        return 0
    fine = [attacks.check(tree, attack, on_mutant=args.mutant) for attack in wanted]
    return 0 if all(fine) else 1


def _build(args: argparse.Namespace, tree: Tree) -> None:
    """Brings the kernel up to date, unless told otherwise."""
    if args.no_build:
        return
    from tessera import setup
    from tessera.build import build

    setup.ensure("test" if args.preset == "clang" else "run", tree=tree)
    build(tree, args.preset)
