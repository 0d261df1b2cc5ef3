"""The README at the root of a handout: the repository's own shows much that a handout lacks."""
from __future__ import annotations

from typing import Sequence

from tessera.exercises.declare import KINDS, Exercise

_TEXT = """\
# Tessera: exercises of chapter {chapter:02}

Here is Tessera's kernel of chapter {chapter:02} with something left to do in it:

| exercise | kind | the task | minutes | what you change |
|---|---|---|---|---|
{rows}

Read the task first; [`book/`](book/README.md) has the prose up to this chapter. Then:

{commands}

Each command sets up what it needs and lacks, or prints the line that does; `./tessera doctor` tells
what is installed. `.devcontainer/` describes a machine that has it all, for macOS and Windows.
Everything that is built lies in `build/`.

Should you get a newer folder, with mended tools or tests, unpack it beside this one, and type
there, with this folder's name for `../old`:

    ./tessera exercise update ../old

It brings everything up to date but your own files. The only kernel in this folder is that of
chapter {chapter:02}, so commands of the book that name another chapter work only in a clone of the
whole repository.
"""


def text(exercises: Sequence[Exercise]) -> bytes:
    """The README of a handout for exercises of one chapter."""
    rows, commands = "\n".join(map(_row, exercises)), "\n".join(_commands(exercises))
    return _TEXT.format(chapter=exercises[0].chapter, rows=rows, commands=commands).encode()


def _row(exercise: Exercise) -> str:
    """An exercise in the table."""
    files = ", ".join(f"`{file}`" for file in exercise.allowed)
    task = f"[{exercise.title}]({exercise.folder}/README.md)"
    cells = (f"`{exercise.name}`", KINDS[exercise.kind], task, str(exercise.minutes), files)
    return f"| {' | '.join(cells)} |"


def _commands(exercises: Sequence[Exercise]) -> list[str]:
    """What can be typed; where there are several exercises, with the name of one."""
    name = f" {exercises[0].name}" if len(exercises) > 1 else ""
    shown = {
        "./tessera run": "boot the kernel as it is now",
        f"./tessera exercise check{name}": "what passes, what does not, and your points",
        f"./tessera exercise hint{name}": "one more hint",
        f"./tessera exercise submit{name}": "pack what you have changed into one file to hand in",
        f"./tessera exercise reset{name}": "begin anew; a copy of your files is kept in backup/",
        "./tessera exercise list": "the exercises in this folder",
    }
    width = max(map(len, shown))
    return [f"    {command:{width}}   # {about}" for command, about in shown.items()]
