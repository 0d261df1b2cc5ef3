"""chapter.toml: what it says, and that each mistake is reported with its line."""
from __future__ import annotations

from pathlib import Path

import pytest

from boots import make_tree
from tessera import chapter as chapters
from tessera import toml_lines
from tessera.chapter import Boot, ChapterError, Exchange, Limits, Machine
from tessera.errors import Misuse
from tessera.tree import Tree

HEAD = 'title = "T"\nsummary = "S"\n'  # two lines: what follows starts in line 3
BOOT = '[[boot]]\nname = "a"\nends = "ok"\n'  # lines 3 to 5

FULL = """\
title   = "Hello"
summary = "a line"
budget  = 700
budget_reason = "tables"

[[boot]]
name    = "el2"
ends    = "panic"
machine = { virtualization = true, gic = 3, memory = "1G", cpu = "max", cpus = 2 }
append  = "jitter=3"
load_at = 0x48000000
keep    = ['0x[0-9a-f]+ is', "x"]
limits  = { cpu_seconds = 3, idle_seconds = 0.5, wall_seconds = 7, output_bytes = 9 }
[[boot.dialogue]]
expect = "prompt> "
send   = "text\\n"
[[boot.dialogue]]
expect = "more> "
send   = ""

[[boot]]
name = "plain"
ends = "refused"
"""


def parse(text: str, number: int = 5) -> chapters.Chapter:
    """The chapter a text declares."""
    return chapters.parse(text.encode(), number, "F")


def mistakes(text: str | bytes, number: int = 5) -> list[str]:
    """What is reported about a text."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ChapterError) as caught:
        chapters.parse(data, number, "F")
    return str(caught.value).splitlines()


def test_everything_is_read() -> None:
    chapter = parse(FULL)
    first, second = chapter.boots
    assert (chapter.number, chapter.title, chapter.summary) == (5, "Hello", "a line")
    assert (chapter.budget, chapter.budget_reason) == (700, "tables")
    assert first == Boot(
        "el2", "panic", machine=Machine(True, 3, "1G", "max", 2), append="jitter=3",
        load_at=0x48000000, keep=("0x[0-9a-f]+ is", "x"), limits=Limits(3, 0.5, 7, 9),
        dialogue=(Exchange("prompt> ", "text\n"), Exchange("more> ", "")))
    assert second == Boot("plain", "refused")
    assert second.machine.memory_bytes == 512 << 20


def test_root_tasks_from_chapter_seven_on() -> None:
    text = HEAD + BOOT + 'root_task = "demo"\n'
    assert mistakes(text, 6) == ["F:6: boot 'a': there are no root tasks before chapter 07"]
    assert parse(text, 7).boots[0].root_task == "demo"


def test_the_example_of_the_contract() -> None:
    text = HEAD + '\n' * 8 + '[[boot]]\nname="el2"\nmachin = 3\nends="ok"\n'
    assert mistakes(text) == ["F:13: boot 'el2': unknown key 'machin'; did you mean 'machine'?"]


@pytest.mark.parametrize(("text", "expected"), [
    ("title = 3\n", ["F:1: 'summary' is missing",
                     "F:1: title must be a string, not a whole number"]),
    (HEAD + "budget = true\n", ["F:3: budget must be a whole number, not true"]),
    (HEAD + "budget = 0\n", ["F:3: budget must be at least 1 line, not 0"]),
    (HEAD + "budget = 601\n", ["F:3: a budget over 600 lines needs a budget_reason"]),
    (HEAD + "budget = 601\nbudget_reason = ' '\n",
     ["F:3: a budget over 600 lines needs a budget_reason"]),
    (HEAD + "number = 3\n", ["F:3: unknown key 'number'"]),
    (HEAD + "[[boots]]\n", ["F:3: unknown key 'boots'; did you mean 'boot'?"]),
    (HEAD + "[boot]\nname = 'a'\n", ["F:3: write [[boot]], once for each"]),
    (HEAD + "[[boot]]\nends = 'ok'\n", ["F:3: boot 1: 'name' is missing"]),
    (HEAD + "[[boot]]\nname = 'a'\n", ["F:3: boot 'a': 'ends' is missing"]),
    (HEAD + BOOT + BOOT, ["F:7: boot 'a': an earlier boot has this name"]),
    (HEAD + "[[boot]]\nname = 'a/b'\nends = 'ok'\n",
     ["F:4: boot 'a/b': name must be lower-case words joined by '-': "
      "it names the expected log and the test"]),
    (HEAD + "[[boot]]\nname = 'a'\nends = 'panik'\n",
     ["F:5: boot 'a': ends must be one of ok, panic, refused, stopped, not 'panik'; did you mean 'panic'?"]),
    (HEAD + BOOT + "append = 2020-01-01\n",
     ["F:6: boot 'a': append must be a string, not a date or time"]),
    (HEAD + BOOT + "load_at = 0x48000001\n",
     ["F:6: boot 'a': load_at must be a multiple of 2 MiB (0x200000), not 0x48000001"]),
    (HEAD + BOOT + "load_at = 0x40000000\n",
     ["F:6: boot 'a': load_at must be from 0x40200000 to 0x5fe00000 with 512M of memory, "
      "not 0x40000000"]),
    (HEAD + BOOT + "load_at = 0x44000000\nmachine = { memory = '64M' }\n",
     ["F:6: boot 'a': load_at must be from 0x40200000 to 0x43e00000 with 64M of memory, "
      "not 0x44000000"]),
    (HEAD + BOOT + "device_tree = '../x.dts'\n",
     ["F:6: boot 'a': device_tree must be the path of a .dts file in this tree or 'none', "
      "not '../x.dts'"]),
    (HEAD + BOOT + "machine = 3\n", ["F:6: boot 'a': machine must be a table, not a whole number"]),
    (HEAD + BOOT + "machine = { gic = 4 }\n", ["F:6: boot 'a': gic must be 2 or 3, not 4"]),
    (HEAD + BOOT + "[boot.machine]\ngic = 3\nmemory = '512'\n",
     ["F:8: boot 'a': memory must be a size such as 512M or 2G, not '512'"]),
    (HEAD + BOOT + "machine.memory = '16M'\n",
     ["F:6: boot 'a': memory must be between 32M and 255G, not 16M"]),
    (HEAD + BOOT + "machine = { cpu = 'Cortex A53' }\n",
     ["F:6: boot 'a': cpu must be a processor QEMU knows, such as cortex-a53, not 'Cortex A53'"]),
    (HEAD + BOOT + "machine = { cpus = 9 }\n",
     ["F:6: boot 'a': cpus must be 1 to 8 with gic 2, not 9"]),
    (HEAD + BOOT + "machine = { virtualization = 1 }\n",
     ["F:6: boot 'a': virtualization must be true or false, not a whole number"]),
    (HEAD + BOOT + "limits = { cpu_seconds = 0.5 }\n",
     ["F:6: boot 'a': cpu_seconds must be a whole number, not a number"]),
    (HEAD + BOOT + "[boot.limits]\nwall_seconds = 1\nidle_seconds = -1\n",
     ["F:8: boot 'a': idle_seconds must be more than 0, and finite, not -1"]),
    (HEAD + BOOT + "limits = { wall_seconds = inf }\n",
     ["F:6: boot 'a': wall_seconds must be more than 0, and finite, not inf"]),
    (HEAD + BOOT + "keep = 'x'\n", ["F:6: boot 'a': keep must be an array of strings"]),
    (HEAD + BOOT + "keep = [\n  'fine',\n  'x*',\n]\n",
     ["F:6: boot 'a': keep: 'x*' also matches nothing at all"]),
    (HEAD + BOOT + "dialogue = 3\n", ["F:6: boot 'a': write [[boot.dialogue]], once for each"]),
    (HEAD + BOOT + "[[boot.dialogue]]\nexpect = ''\nsent = 'x'\n",
     ["F:6: boot 'a': 'send' is missing",
      "F:7: boot 'a': expect must not be empty: typing waits for a prompt",
      "F:8: boot 'a': unknown key 'sent'; did you mean 'send'?"]),
])
def test_mistakes(text: str, expected: list[str]) -> None:
    assert mistakes(text) == expected


def test_a_pattern_that_is_none() -> None:
    [mistake] = mistakes(HEAD + BOOT + "keep = ['a(b']\n")
    assert mistake.startswith("F:6: boot 'a': keep: 'a(b' is not a regular expression: ")


def test_the_second_boot_has_its_own_lines() -> None:
    text = HEAD + BOOT + BOOT.replace('"a"', '"b"') + "load_at = 1\n" + BOOT.replace('"a"', '"c"')
    assert [m.split(":")[1] for m in mistakes(text)] == ["9"]


@pytest.mark.parametrize(("data", "expected"), [
    (b"title = 'x'\n\n[[boot]\n", "F:3: not valid TOML: expected ']]' at the end of an array"),
    (b"x = 1\ny = 2\nx = 3\n", "F:3: not valid TOML: cannot overwrite a value"),
    (b"x = 1\ny = '''\n\n", "F:3: not valid TOML: expected \"'''\""),
    (b"x = 1\ny = \xff\n", "F:2: this is not UTF-8 text"),
])
def test_what_is_no_toml(data: bytes, expected: str) -> None:
    assert mistakes(data)[0].startswith(expected)


def test_lines_of_keys_in_every_form() -> None:
    file = toml_lines.parse(b"""\
# a comment
a = 1
b.c = '''
[x]
'''
[t]   # header
"k" = [
  1, # one
  2,
]
i = { p = 1, q = 2 }
[[l]]
m = 1
[[l.n]]
o = 1
[l.r]
s = 1
[[l]]
m = 2
""")
    expected = {("a",): 2, ("b", "c"): 3, ("t",): 6, ("t", "k"): 7, ("t", "i"): 11,
                ("t", "i", "q"): 11, ("l", 0): 12, ("l", 0, "m"): 13, ("l", 0, "n", 0): 14,
                ("l", 0, "n", 0, "o"): 15, ("l", 0, "r"): 16, ("l", 0, "r", "s"): 17, ("l", 1): 18,
                ("l", 1, "m"): 19}
    assert {path: file.line(*path) for path in expected} == expected
    assert file.line("nowhere") == 1


def test_a_chapter_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="there is no chapter 03; this tree has 05") as caught:
        chapters.load(make_tree(tmp_path / "tree", chapter=5), 3)
    assert caught.value.hint == "Did you mean 05?"
    with pytest.raises(Misuse, match="there is no chapter 03") as caught:
        chapters.load(Tree(tmp_path), 3)
    assert "no chapters/NN/chapter.toml at all" in caught.value.hint


def test_a_chapter_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "chapters/03/chapter.toml").mkdir(parents=True)
    with pytest.raises(ChapterError, match="chapters/03/chapter.toml: cannot be read: Is a dir"):
        chapters.load(Tree(tmp_path), 3)


def test_a_boot_that_does_not_exist() -> None:
    chapter = parse(FULL)
    assert chapter.boot().name == "el2"
    assert chapter.boot("plain").name == "plain"
    with pytest.raises(Misuse, match="chapter 05 has no boot 'plane'") as caught:
        chapter.boot("plane")
    assert caught.value.hint == "Did you mean 'plain'?"
    with pytest.raises(Misuse) as caught:
        chapter.boot("zzz")
    assert caught.value.hint == "Its boots: el2, plain."
    with pytest.raises(Misuse, match="declares no boot"):
        parse(HEAD).boot()


def test_the_chapters_of_this_repository(repository: Path) -> None:
    tree = Tree(repository)
    assert tree.chapters
    for number in tree.chapters:
        chapter = chapters.load(tree, number)
        for boot in chapter.boots:
            assert (tree.chapter_dir(number) / f"expected/{boot.name}.log").exists()
