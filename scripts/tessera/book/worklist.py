"""What a reader writes who builds a chapter from its page: a `files` block, made from the stage.

Types, signatures, register values and the build's own files cannot be guessed, so they can be
unfolded. What is left to the reader, code and assembly, is named: the functions that are new in a
file, and those that change. Beside the list unfolds all that the chapter's first boot prints, which is
how a reader knows that nothing is left to do.
"""
from __future__ import annotations

from html import escape

from tessera import chapter
from tessera.book import changes
from tessera.book.changes import Change
from tessera.book.changeview import ChangeView, head
from tessera.book.explanations import explain
from tessera.book.frame import stage_address
from tessera.book.history import Histories
from tessera.book.links import Links
from tessera.book.sources import KERNEL
from tessera.tree import Tree

#: What a page tells as little of as one could guess it.
_GIVEN = (".hpp", ".def", ".inc", ".ld", "CMakeLists.txt", "asm_offsets.cpp")
#: Says what a chapter shows, in words that nobody can guess, with nothing to learn in it.
_DEMO = "kernel/demo/"
#: The tests' processor, what is said of folders, and the stage's number.
_ASIDE = ("kernel/arch/host/", "kernel/CHAPTER")


class Worklists:
    """Makes the list of any stage."""

    def __init__(self, tree: Tree, links: Links, histories: Histories) -> None:
        self._tree, self._links, self._histories = tree, links, histories
        self._view = ChangeView(links)

    def html(self, stage: int) -> str:
        """The files of the kernel that the stage changes, and the log of its boot, a fold each."""
        changed = changes.of_stage(self._links.sources, stage)
        lines = explain(self._tree, self._links.sources, stage, changed)
        own = [change for change in changed if _is_work(change.path)]
        new = sum(change.kind == "new" for change in own)
        body = "".join(self._file(change, stage, lines[change.path]) for change in own)
        return (
            f'<details class="worklist"><summary>To build it yourself: {len(own)} files, {new} of '
            f"them new</summary>{_beginning(stage)}{body}</details>{self._log(stage)}"
        )

    def _log(self, stage: int) -> str:
        """All that the chapter's first boot has to print in the end."""
        boot = chapter.load(self._tree, stage).boots[0].name
        log = self._tree.chapter_dir(stage) / "expected" / f"{boot}.log"
        text = escape(log.read_text(encoding="utf-8"), quote=False)
        return (
            f'<details class="worklist" id="whole-log"><summary>All that it prints: the boot <code>'
            f'{escape(boot)}</code></summary><p><code>./tessera run</code> holds yours against it. '
            f'<code>&lt;time&gt;</code> and the like stand for what may differ. <a href="'
            f'{stage_address(stage)}#boots">The chapter\'s other boots</a></p>'
            f'<pre tabindex="0"><code>{text}</code></pre></details>'
        )

    def _file(self, change: Change, stage: int, line: str) -> str:
        given = change.path.endswith(_GIVEN) or change.path.startswith(_DEMO)
        if given and change.after:
            return self._view.fold(change, stage, line)
        functions = self._histories.touched(stage).get(change.path, [])
        named = ", ".join(
            f"<code>{escape(function.name)}</code>" + (f" ({kind})" if kind != "new" else "")
            for kind, function in functions
        )
        told = f'<span class="line">{named}</span>' if named else ""
        return f'<div class="file">{head(change, line)}{told}</div>'


def _is_work(path: str) -> bool:
    return path.startswith(KERNEL) and not path.startswith(_ASIDE) and not path.endswith(".md")


def _beginning(stage: int) -> str:
    """Where to begin, and how to see whether it is right."""
    start = (
        f"<code>./tessera start {stage - 1:02} ../mine</code>, and in the folder that this makes "
        f"write <code>{stage:02}</code> into <code>kernel/CHAPTER</code>"
        if stage > 1
        else "<code>./tessera start 01 ../mine</code>, and in the folder that this makes empty "
        "<code>kernel/</code>, but for <code>kernel/CHAPTER</code>"
    )
    return (
        f"<p>Begin with {start}. What can be unfolded (headers, tables, the linker's and the build's "
        "files, the demo) is given. What cannot is yours to write, and this page tells how. "
        "<code>./tessera run</code> boots what you have, holds what it prints against the expected log, "
        "and shows side by side what differs; <code>./tessera boot check</code> does so with all boots "
        f'of the chapter. The lines of all files, tests too, are on <a href="{stage_address(stage)}">the '
        "page of this chapter's code</a>.</p>"
    )
