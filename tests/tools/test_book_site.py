"""The rendered book: it is whole, what it shows comes from where it says, and mistakes stop it."""
from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from tessera import chapter
from tessera.book import cast, changes, chart, explanations, linkcheck, manuscript, recording
from tessera.book import site as site_module
from tessera.book.history import Histories
from tessera.book.manuscript import Page
from tessera.book.pictures import Drawer, prepared
from tessera.book.recording import Line
from tessera.book.sources import Sources
from tessera.errors import Failure
from tessera.tree import Tree

from conftest import REPOSITORY
from sites import TREE, needs, rendered

pytestmark = needs("doxygen", "dot", "ctags")


@pytest.fixture(scope="module")
def site() -> Path:
    """The site of this tree."""
    return rendered()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """The stages of this tree."""
    return Sources(TREE, tmp_path_factory.mktemp("sources"))


def text(site: Path, page: str) -> str:
    """A page of the site."""
    return (site / page).read_text(encoding="utf-8")


# The whole site.


def test_every_link_leads_somewhere(site: Path) -> None:
    assert linkcheck.mistakes(site, REPOSITORY) == []


def test_it_is_rendered_in_two_minutes_on_two_cores(site: Path) -> None:
    """By processor time, so that a busy machine fails nobody."""
    assert 5 < float(text(site, site_module.COST)) < 2 * 120


def test_every_chapter_has_a_page_on_its_code(site: Path) -> None:
    assert [page.name for page in sorted(site.glob("stage-*.html"))] == [
        f"stage-{number:02}.html" for number in TREE.chapters
    ]


def test_names_lead_to_the_stage_of_the_chapter(site: Path) -> None:
    """`clear_bss` stands elsewhere in later chapters; chapter 01 leads to its own."""
    link = re.search(
        r'<a class="name" href="(source/01/[^"]+)"><code>clear_bss</code>',
        text(site, "01-hello-uart.html"),
    )
    assert link
    page, _, line = link[1].partition("#")
    assert f'id="{line}"' in text(site, page)
    assert re.search(rf'id="{line}".*?clear_bss', text(site, page))


def test_a_source_leads_to_the_chapter_that_brought_it_and_to_the_reference(site: Path) -> None:
    versions = sorted(site.glob("source/*/kernel-ipc-rendezvous.hpp.html"))
    old, new = versions[0].read_text("utf-8"), versions[-1].read_text("utf-8")
    for page in old, new:
        assert '<a href="../../13-endpoints.html">Chapter 13 brought it</a>' in page
    reference = re.search(r'<a href="../../(api/[^"]+)">Reference</a>', new)
    assert reference and "Reference</a>" not in old
    assert versions[-1].relative_to(site).as_posix() in text(site, reference[1])


def test_all_prose_is_in_the_search_index(site: Path) -> None:
    script = text(site, "assets/search-index.js")
    sections = json.loads(script.removeprefix("window.TESSERA_SECTIONS=").rstrip(";\n"))
    assert {section["page"] for section in sections} >= {"01 Hello, UART", "Glossary"}
    hit = next(section for section in sections if section["title"] == "Turning off")
    assert hit["address"] == "01-hello-uart.html#turning-off" and "PSCI" in hit["text"]
    assert not any("<" in section["title"] for section in sections)


# What a reader builds.


@pytest.mark.parametrize("number", TREE.chapters)
def test_a_chapter_lists_every_file_of_the_kernel_that_it_changes(
    number: int, site: Path, sources: Sources
) -> None:
    [listed] = re.findall(
        r'<details class="worklist"><summary>To build it yourself: (.*?)<details class="worklist"',
        text(site, f"{chapter_page(number)}.html"),
        re.DOTALL,
    )
    named = re.findall(r"<code>(kernel/[^<]+)</code> <small>(\w+)", listed)
    wanted = [
        (change.path, change.kind)
        for change in changes.of_stage(sources, number)
        if re.match(r"kernel/(?!arch/host/|CHAPTER)(?!.*\.md$)", change.path)
    ]
    assert named == wanted and len(wanted) > 5
    new = sum(kind == "new" for _, kind in wanted)
    assert listed.startswith(f"{len(wanted)} files, {new} of them new<")


@pytest.mark.parametrize("number", TREE.chapters)
def test_a_chapter_has_all_that_its_first_boot_prints(number: int, site: Path) -> None:
    boot = chapter.load(TREE, number).boots[0].name
    log = (TREE.chapter_dir(number) / "expected" / f"{boot}.log").read_text(encoding="utf-8")
    page = text(site, f"{chapter_page(number)}.html")
    [(shown, printed)] = re.findall(
        r'id="whole-log"><summary>.*?<code>([^<]+)</code>.*?<pre[^>]*><code>(.*?)</code></pre>',
        page,
        re.DOTALL,
    )
    assert (shown, unescape(printed)) == (boot, log)


def chapter_page(number: int) -> str:
    """The name of a chapter's page."""
    [page] = [page for page in manuscript.pages(TREE) if page.chapter == number]
    return page.label


# Dead links.


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a href="b.html">', "'b.html' leads nowhere"),
        ('<a href="#x">', "'#x' leads to no place on that page"),
        ('<img src="/a.png">', "'/a.png' leads out of the site"),
        ('<p id="a"></p><p id="a"></p>', "the anchor #a is there twice"),
        ("<p>/home/ada/tessera/kernel</p>", "names /home/ada/tessera"),
    ],
)
def test_a_mistake_in_a_site_is_found(html: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<html><body>{html}</body></html>", encoding="utf-8")
    found = linkcheck.mistakes(tmp_path, Path("/home/ada/tessera"))
    assert len(found) == 1 and said in found[0], found


def test_what_a_style_names_and_the_site_has_not_is_found(tmp_path: Path) -> None:
    style = "a { background: url('there.png') } b { background: url(gone.png) } c { d: url(data:,) }"
    (tmp_path / "a.css").write_text(style, encoding="utf-8")
    (tmp_path / "there.png").touch()
    assert linkcheck.mistakes(tmp_path, tmp_path) == ["a.css: 'gone.png' leads nowhere"]


# Stages.


def test_changes_of_a_stage_add_up_to_its_sources(sources: Sources) -> None:
    """What is new, less what is gone, is how much longer the stage is."""

    def lines(stage: int) -> int:
        return sum(
            sources.texts[blob].count("\n") for blob in sources.files.get(stage, {}).values()
        )

    for stage in sources.files:
        found = changes.of_stage(sources, stage)
        assert sum(change.added - change.removed for change in found) == lines(stage) - lines(
            stage - 1
        )


def test_a_function_is_followed_through_the_chapters(sources: Sources) -> None:
    function = Histories(sources).functions["kernel_main"]
    assert function.versions[0].stage == 1
    assert all(
        sources.text(version.stage, version.path).count(version.text.splitlines()[-2])
        for version in function.versions
    )
    texts = [version.text for version in function.versions]
    assert all(before != after for before, after in zip(texts, texts[1:]))


def test_labels_of_assembly_reach_to_the_next(sources: Sources) -> None:
    version = Histories(sources).functions["clear_bss"].versions[0]
    assert version.text.startswith("clear_bss:") and version.text.rstrip().endswith("ret")


def test_every_changed_file_has_a_line(sources: Sources) -> None:
    for stage in sources.files:
        lines = explanations.explain(TREE, sources, stage, changes.of_stage(sources, stage))
        assert all(lines.values())


def test_a_line_on_a_file_that_does_not_change_is_a_mistake(
    sources: Sources, tmp_path: Path
) -> None:
    (tmp_path / "chapters/01").mkdir(parents=True)
    (tmp_path / "chapters/01/files.toml").write_text('"kernel/gone.cpp" = "What is gone."\n')
    with pytest.raises(
        Failure, match=r"chapter 01 does not change 'kernel/gone.cpp'(.|\n)*CHAPTER' says nowhere"
    ):
        explanations.explain(Tree(tmp_path), sources, 1, changes.of_stage(sources, 1))


def test_size_counts_code_only(sources: Sources) -> None:
    assert chart._code_lines("// a\n\nint b; // c\n/* d\n e */ int f;\n") == 2
    assert chart.sizes(sources)[1].kernel > 100


# Recorded boots.


def test_times_come_from_the_record() -> None:
    record = (
        bytes.fromhex("00e0200c")
        + bytes(8)
        + b"\x1c"
        + bytes(8)
        + b"\x25"
        + b"\x00\x00\x00\x00\x05"
        + b"\x16\x00\x00\x00\x01\x00\x00\x00\x01"
        + b"\x00\x00\x00\x01\x00"
        + b"\x16\x00\x00\x00\x02\x00\x00\x00\x02\x27"
    )
    assert recording.moments(record) == [5, 261, 261]


def test_a_record_of_another_format_is_refused() -> None:
    with pytest.raises(Failure, match="not that of QEMU 7.2"):
        recording.moments(bytes(20))


def test_sleep_is_known_by_time_stamps() -> None:
    output = b"a\n[    0.000002] b\nc\n"
    times = list(range(100, 100 + len(output)))
    assert [line.at for line in recording.lines(output, times)] == [100, 2000, 2017]


def test_an_output_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(Failure, match="recorded 1 characters of 3"):
        recording.lines(b"abc", [1])


def test_a_cast_keeps_order_and_cuts_pauses() -> None:
    lines = [Line(1000, "one"), Line(2000, "two"), Line(3000, "three"), Line(50_000_000, "four")]
    header, *events = map(json.loads, cast.asciicast(lines, "x").splitlines())
    assert header["version"] == 2 and header["width"] >= 60
    assert [event[2] for event in events] == ["one\r\n", "two\r\n", "three\r\n", "four\r\n", ""]
    assert [event[0] for event in events] == [0.5, 0.6, 0.7, 2.2, 3.7]


# Pictures.


def test_a_picture_without_a_source_is_a_mistake() -> None:
    with pytest.raises(Failure, match="there is no picture book/pictures/nothing.svg"):
        Drawer(TREE).figure("pictures/nothing.svg", "nothing", "")


def test_a_picture_without_words_is_a_mistake() -> None:
    with pytest.raises(Failure, match="no alternative text"):
        Drawer(TREE).figure("pictures/tokens.svg", " ", "")


def test_ids_of_pictures_do_not_collide() -> None:
    svg = prepared('<svg><g id="a"/><use href="#a"/><path fill="url(#a)"/></svg>', 'an "a"', "one")
    assert svg == (
        '<svg role="img" aria-label="an &quot;a&quot;"><g id="one-a"/><use href="#one-a"/>'
        '<path fill="url(#one-a)"/></svg>'
    )


def test_a_page_without_a_title_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.\n", encoding="utf-8")
    with pytest.raises(Failure, match="book/a.md:1: the first line must be the title"):
        Page(tmp_path / "a.md", "a.md", "", 1).title
