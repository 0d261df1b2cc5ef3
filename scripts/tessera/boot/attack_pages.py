"""What people read about attacks, made from the attacks: the README's table, and the book's page."""
from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Iterable, Iterator, Sequence

from tessera.boot import mutant
from tessera.boot.attack import FOLDER, Attack
from tessera.tree import Tree

README = f"{FOLDER}/README.md"
PAGE = "book/appendix/25-attacks.md"

#: In the README: where the table begins. It goes on to the end.
_TABLE = "## All attacks\n"

_INTRODUCTION = """\
# Attacks

The kernel's tests ask whether it does what it should. Attacks ask whether it can be made to do what it should
not. Each is a root task of its own, a file in `tests/attack`, that tries one idea on the newest kernel: by what
it can see afterwards it judges whether it has won something, and if not, the kernel must go on working.

That an attack is refused shows little as long as nobody has seen it succeed: perhaps it is no attack at all. So each
has a mistake in the kernel to go with it, of the kind that people make: a check left out, a step forgotten. On
a kernel with that mistake the attack must succeed. Both are tests; by hand:

```text
./tessera boot attack fpu-leak
./tessera boot attack fpu-leak --mutant
```

A kernel with a mistake does not check its invariants. They would find some of these mistakes before the attack
could use them, which is what they are for; here the question is what is at stake.

This page is made from the attacks themselves. They are in the order of the chapters whose work they attack.
"""


def files(tree: Tree, attacks: Sequence[Attack]) -> dict[Path, str]:
    """What each of the two files should be."""
    readme = tree.root / README
    head = readme.read_text(encoding="utf-8").partition(_TABLE)[0]
    return {readme: f"{head}{_TABLE}\n{_table(attacks)}", tree.root / PAGE: page(attacks)}


def _table(attacks: Iterable[Attack]) -> str:
    """One line for each attack."""
    rows = [f"| `{a.name}` | {a.chapter:02} | {a.idea} | {a.mistake} |" for a in attacks]
    return "\n".join(["| attack | chapter | idea | mistake that lets it succeed |",
                      "|---|---|---|---|", *rows, ""])


def page(attacks: Iterable[Attack]) -> str:
    """The book's page."""
    parts = [_INTRODUCTION]
    for chapter, group in groupby(attacks, key=lambda attack: attack.chapter):
        parts.append(f"## Chapter {chapter:02}\n")
        parts += [_section(attack) for attack in group]
    return "\n".join(parts)


def _section(attack: Attack) -> str:
    """One attack, and the mistake that lets it succeed."""
    said = [f"### `{attack.name}`", f"**Idea:** {attack.idea}", f"**Gain:** {attack.gain}",
            f"**Why not:** {attack.why_not}", f"**The mistake:** {attack.mistake}"]
    return "\n\n".join([*said, *_blocks(mutant.read(attack.patch))]) + "\n"


def _blocks(patch: str) -> Iterator[str]:
    """The hunks of a patch, each as the book shows a change."""
    for change in patch.split("\ndiff --git ")[1:]:
        hunks = change.split("\n@@ ")
        name = hunks[0].rpartition("+++ b/")[2].strip()
        for hunk in hunks[1:]:
            lines = hunk.rstrip("\n").split("\n")[1:]
            yield "\n".join([f"```diff {name}", *lines, "```"])
