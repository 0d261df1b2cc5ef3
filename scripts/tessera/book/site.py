"""Making the site: every page, from manuscript, stages and Doxygen."""
from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Callable, Iterator

from tessera import chapter as chapters
from tessera.book import api, assets, doxygen, linkcheck, manuscript, pictures, search
from tessera.book import historypage, recording, sourcepage
from tessera.book.blocks import Blocks
from tessera.book.checks import Checker
from tessera.book.frame import Frame, Sheet
from tessera.book.history import Histories
from tessera.book.links import Links
from tessera.book.manuscript import Page
from tessera.book.prose import Weave
from tessera.book.sources import Sources
from tessera.book.stagepage import Recordings, StagePages
from tessera.chapter import Chapter
from tessera.errors import Failure
from tessera.stages.store import locked
from tessera.tree import Tree

Say = Callable[[float, str], None]

#: Remembers from what a site was rendered.
_STAMP = ".rendered-from"
#: Says how many seconds of processor time that took, builds of kernels included.
COST = ".seconds"
#: Whatever may change the site.
_READ = (
    "book",
    "chapters",
    "kernel",
    "tests/unit",
    "tests/bench",
    "userland",
    "scripts",
    "CMakeLists.txt",
    "README.md",
)


@dataclass
class Site:
    """One rendering of the book of a tree, into a folder."""

    tree: Tree
    out: Path
    say: Say = lambda percent, doing: None
    answers: bool = True  # with what students are not to see

    @property
    def work(self) -> Path:
        """Where intermediate things are kept."""
        return self.tree.build / "book"

    @property
    def form(self) -> Path:
        """Templates, styles and scripts."""
        return self.tree.root / "scripts/book"

    @cached_property
    def pages(self) -> list[Page]:
        """The manuscript."""
        return manuscript.pages(self.tree, answers=self.answers)

    @cached_property
    def chapters(self) -> dict[int, Chapter]:
        """The chapters that have landed."""
        return {number: chapters.load(self.tree, number) for number in self.tree.chapters}

    @cached_property
    def sources(self) -> Sources:
        """The stages."""
        return Sources(self.tree, self.work)

    @cached_property
    def links(self) -> Links:
        """Addresses of what names mean."""
        return Links(self.sources)

    @cached_property
    def histories(self) -> Histories:
        """Functions through the stages."""
        return Histories(self.sources)

    def bring_up_to_date(self) -> None:
        """Renders the site unless it has been rendered from just these files. One at a time."""
        self.work.mkdir(parents=True, exist_ok=True)
        with locked(self.work / "lock", "the book is being rendered already; waiting"):
            stamp, key = self.out / _STAMP, self._key()
            if not stamp.is_file() or stamp.read_text(encoding="utf-8") != key:
                self.make()
                stamp.write_text(key, encoding="utf-8")

    def _key(self) -> str:
        """What the site is made of: every file that may be read, and how it is to be made."""
        places = [self.tree.root / place for place in _READ]
        files = sorted(
            file
            for place in places
            for file in ([place] if place.is_file() else place.rglob("*"))
            if file.is_file() and file.suffix != ".pyc"
        )
        sums = hashlib.sha256(repr(self.answers).encode())
        for file in files:
            sums.update(f"{file.relative_to(self.tree.root)}\0".encode())
            sums.update(hashlib.sha256(file.read_bytes()).digest())
        return sums.hexdigest()

    def make(self) -> None:
        """Renders everything; nothing of an earlier site is left. Notes what it has cost."""
        before = os.times()
        self._render()
        spent = sum(os.times()[:4]) - sum(before[:4])
        (self.out / COST).write_text(f"{spent:.1f}\n", encoding="utf-8")

    def _render(self) -> None:
        """All pages, in a folder of their own until they are whole."""
        self.say(2, "checking the manuscript")
        self.check_manuscript()
        self.say(5, "Doxygen")
        weaves = self._weaves()
        html = self._doxygen(weaves)
        self.say(10, "pages")
        fresh = self.work / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        frame = Frame(self.form / "templates", self.pages, self.chapters)
        prose = [
            weave.sheet((html / f"{weave.label}.html").read_text(encoding="utf-8"))
            for weave in weaves
        ]
        for sheet in self._sheets(prose, html):
            file = fresh / sheet.address
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(frame.around(sheet), encoding="utf-8")
        self.say(90, "assets")
        assets.bundle(self.tree, self.form, fresh)
        search.write(fresh, prose)
        self._put_in_place(fresh)

    def _put_in_place(self, fresh: Path) -> None:
        """A site without mistakes takes the place of the earlier one."""
        self.say(95, "links")
        if wrong := linkcheck.mistakes(fresh, self.tree.root):
            raise Failure("\n".join(["the site has mistakes", *wrong]))
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, self.out)

    def check_manuscript(self) -> None:
        """Refuses a manuscript that says what is not so."""
        checker = Checker(self.tree, self.sources)
        wrong = [
            f"book/{page.path}: {mistake}"
            for page in self.pages
            for mistake in checker.mistakes(page)
        ]
        if wrong:
            raise Failure("\n".join(wrong))

    def _weaves(self) -> list[Weave]:
        by_path = {page.path: page for page in self.pages}
        blocks = Blocks(self.tree, self.links, self.histories)
        draw = pictures.Drawer(self.tree)
        return [
            Weave(page, f"tesserapage{number}", self.links, blocks, by_path.get, draw.figure)
            for number, page in enumerate(self.pages)
        ]

    def _doxygen(self, weaves: list[Weave]) -> Path:
        """Lays out the text for Doxygen and has it rendered together with the kernel."""
        folder, output = self.work / "input", self.work / "doxygen"
        for old in (folder, output):
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        for weave in weaves:
            (folder / f"{weave.label}.md").write_text(weave.for_doxygen(), encoding="utf-8")
        return doxygen.run(
            self.tree.root, self.form / "Doxyfile.in", output, [folder, self.tree.root / "kernel"]
        )

    def _recordings(self) -> Recordings:
        """Builds every chapter's kernel and records its boots."""
        from tessera.build import build
        from tessera.stages import materialise

        found: Recordings = {}
        for number, chapter in self.chapters.items():
            self.say(10 + 60 * number / len(self.chapters), f"boots of chapter {number:02}")
            stage = materialise(self.tree, number)
            build(stage, "kernel")
            found[number] = {
                boot.name: recording.record(stage, chapter, boot, self.work / "boots")
                for boot in chapter.boots
                if recording.can_record(boot)
            }
        return found

    def _sheets(self, prose: list[Sheet], html: Path) -> Iterator[Sheet]:
        """Every page but for its frame."""
        yield from prose
        yield search.sheet()
        yield from StagePages(
            self.tree, self.links, self.histories, self.chapters, self.pages, self._recordings()
        ).sheets()
        yield from historypage.sheets(self.histories, self.links)
        files = doxygen.files(html.parent, self.tree.root)
        ways = sourcepage.Ways(
            {page.chapter: page.address for page in self.pages if page.chapter},
            doxygen.types(html.parent),
            {path: name for name, path in files.items()},
        )
        yield from sourcepage.sheets(self.links, self.chapters, self.histories, ways)
        yield from api.Reference(html, files, self.links, self.histories).sheets()
