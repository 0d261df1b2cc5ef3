"""Attacks: what their files say, what counts as refused and as won, and mistakes that do not fit."""
from __future__ import annotations

from pathlib import Path

import pytest

from tessera.boot import attack_pages, mutant
from tessera.boot.attack import Attack, Outcome, catalog, chosen
from tessera.boot.ending import End, Ending
from tessera.errors import Failure, Misuse
from tessera.tree import Tree

TREE = Tree(Path(__file__).parents[2])
SOURCE = """\
/// \\file
/// \\chapter{10}
/// **Idea:** knock on the door, and
/// run away.
///
/// **Gain:** some fun.
///
/// **Why not:** the door has a bell.
int main() {}
"""
PATCH = """\
The bell
is off.

diff --git a/kernel/bell.hpp b/kernel/bell.hpp
--- a/kernel/bell.hpp
+++ b/kernel/bell.hpp
@@ -1,2 +1,2 @@
 #pragma once
-int bell = 1;
+int bell = 0;
"""


@pytest.fixture(name="knock")
def _knock(tmp_path: Path) -> Attack:
    (tmp_path / "knock.cpp").write_text(SOURCE)
    (tmp_path / "knock.patch").write_text(PATCH)
    return Attack(tmp_path / "knock.cpp")


def test_the_first_comment_says_what_an_attack_is_about(knock: Attack) -> None:
    assert (knock.name, knock.chapter) == ("knock", 10)
    assert knock.idea == "knock on the door, and run away."
    assert knock.gain == "some fun."
    assert knock.why_not == "the door has a bell."
    assert knock.mistake == "The bell is off."


@pytest.mark.parametrize("left_out, complaint", [("\\chapter{10}", "names no"),
                                                 ("**Gain:** some fun.", "Gain")])
def test_a_comment_that_leaves_something_out(knock: Attack, left_out: str, complaint: str) -> None:
    knock.source.write_text(SOURCE.replace(left_out, ""))
    with pytest.raises(Failure, match=complaint):
        print(knock.chapter, knock.idea)


def test_an_attack_without_a_mistake_to_go_with_it(knock: Attack) -> None:
    knock.patch.unlink()
    with pytest.raises(Failure, match="knock.patch"):
        print(knock.mistake)


def _outcome(attack: Attack, log: str, end: End = End.OK) -> Outcome:
    return Outcome(attack, log, Ending(end, ""))


def test_refused_is_who_says_so_and_the_kernel_goes_on(knock: Attack) -> None:
    assert _outcome(knock, "ATTACK knock: refused\n[ch16] OK\n").refused
    assert not _outcome(knock, "ATTACK knock: refused\n", End.PANIC).refused
    assert not _outcome(knock, "ATTACK other: refused\n").refused
    assert not _outcome(knock, "[ch16] OK\n").refused
    assert not _outcome(knock, "ATTACK knock: SUCCEEDED: fun\n").refused


def test_who_has_won_says_what(knock: Attack) -> None:
    assert _outcome(knock, "ATTACK knock: SUCCEEDED: fun\n", End.NO_LAST_LINE).succeeded
    assert not _outcome(knock, "ATTACK knock: refused\n[ch16] OK\n").succeeded
    assert not _outcome(knock, "ATTACK other: SUCCEEDED: fun\n").succeeded


def test_a_stake_is_won_by_a_panic_alone(knock: Attack) -> None:
    log = "ATTACK knock: SUCCEEDED if nothing follows but a panic: the end\n"
    assert _outcome(knock, log, End.PANIC).succeeded
    assert not _outcome(knock, log, End.SPINNING).succeeded
    assert not _outcome(knock, f"{log}ATTACK knock: refused\n[ch16] OK\n").succeeded


def test_a_mistake_is_put_into_a_copy(knock: Attack, tmp_path: Path) -> None:
    bell = tmp_path / "kernel/bell.hpp"
    bell.parent.mkdir()
    bell.write_text("#pragma once\nint bell = 1;\n")
    mutant.apply(knock.patch, Tree(tmp_path))
    assert bell.read_text() == "#pragma once\nint bell = 0;\n"
    with pytest.raises(Failure, match="knock.patch no longer applies"):
        mutant.apply(knock.patch, Tree(tmp_path))


def test_names_that_there_are_not() -> None:
    with pytest.raises(Misuse, match="did you mean 'fpu-leak'"):
        chosen(TREE, ["fpu-leek"])


def test_there_are_enough_and_each_has_a_mistake() -> None:
    attacks = catalog(TREE)
    assert len(attacks) >= 25
    assert all(attack.mistake for attack in attacks)
    assert {file.stem for file in (TREE.root / "tests/attack").glob("*.patch")} == {
        attack.name for attack in attacks}


def test_readme_and_book_say_what_the_attacks_say() -> None:
    for file, text in attack_pages.files(TREE, catalog(TREE)).items():
        assert file.read_text() == text, "`./tessera boot attack --write` writes it anew"
