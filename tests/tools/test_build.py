"""Building a tree, with a CMake project that runs shell commands instead of compilers."""
from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from processes import eventually, is_gone

from tessera import build as building
from tessera.build import build, environment, telling
from tessera.errors import Failure
from tessera.stages.store import locked
from tessera.tree import Tree

PRESETS = {
    "version": 6,
    "configurePresets": [
        {"name": "kernel", "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"}
    ],
}
CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(fake LANGUAGES NONE)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/Image
                   COMMAND sh ${CMAKE_SOURCE_DIR}/make.sh ${CMAKE_BINARY_DIR}/Image
                   DEPENDS ${CMAKE_SOURCE_DIR}/make.sh)
add_custom_target(flat ALL DEPENDS ${CMAKE_BINARY_DIR}/Image)
add_custom_target(extra COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/extra)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree whose kernel is made by make.sh."""
    (tmp_path / "CMakePresets.json").write_text(json.dumps(PRESETS))
    (tmp_path / "CMakeLists.txt").write_text(CMAKE)
    make(tmp_path, "echo first > $1")
    return Tree(tmp_path)


def make(root: Path, script: str) -> None:
    (root / "make.sh").write_text(script + "\n")


def test_builds_and_says_so(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tree, "kernel")
    assert folder == tree.root / "build/kernel" and (folder / "Image").read_text() == "first\n"
    assert capsys.readouterr().out == "· configuring kernel\n· building kernel\n"


def test_says_nothing_when_there_is_nothing_to_do(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tree, "kernel")
    capsys.readouterr()
    build(tree, "kernel")
    assert capsys.readouterr().out == ""


def test_an_edit_is_built_without_configuring(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tree, "kernel")
    capsys.readouterr()
    make(tree.root, "echo second > $1")
    assert (build(tree, "kernel") / "Image").read_text() == "second\n"
    assert capsys.readouterr().out == "· building kernel\n"


def test_only_the_targets_asked_for(tree: Tree) -> None:
    folder = build(tree, "kernel", ["extra"], jobs=1)
    assert (folder / "extra").exists() and not (folder / "Image").exists()


def test_changed_presets_configure_again(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    build(tree, "kernel")
    presets = json.loads(json.dumps(PRESETS))
    presets["configurePresets"][0]["cacheVariables"] = {"NEW": "1"}
    (tree.root / "CMakePresets.json").write_text(json.dumps(presets))
    capsys.readouterr()
    folder = build(tree, "kernel")
    assert "configuring" in capsys.readouterr().out
    assert "NEW:UNINITIALIZED=1" in (folder / "CMakeCache.txt").read_text()


def test_a_changed_toolchain_file_configures_afresh(tree: Tree) -> None:
    """CMake keeps what it found out about a compiler: here a value that only the first run sets."""
    file = tree.root / "scripts/cmake/toolchain.cmake"
    file.parent.mkdir(parents=True)
    file.write_text('set(FOUND old CACHE STRING "")\n')
    (tree.root / "CMakeLists.txt").write_text(CMAKE + "include(scripts/cmake/toolchain.cmake)\n")
    build(tree, "kernel")
    file.write_text('set(FOUND new CACHE STRING "")\n')
    assert "FOUND:STRING=new" in (build(tree, "kernel") / "CMakeCache.txt").read_text()


def test_a_tree_that_was_moved_is_configured_afresh(tree: Tree, tmp_path: Path) -> None:
    build(tree, "kernel")
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    make(moved, "echo moved > $1")
    assert (build(Tree(moved), "kernel") / "Image").read_text() == "moved\n"


def test_a_failure_shows_the_compiler_and_not_ninja(tree: Tree) -> None:
    make(tree.root, "echo 'a.cpp:3: error: no such thing'; exit 1")
    with pytest.raises(Failure) as failed:
        build(tree, "kernel")
    assert str(failed.value) == "building kernel failed\na.cpp:3: error: no such thing"
    log = tree.root / "build/kernel/build.log"
    assert str(log) in (failed.value.hint or "")
    assert "FAILED" in log.read_text()


def test_a_long_failure_is_cut_and_kept_whole_in_a_file(tree: Tree) -> None:
    make(tree.root, "seq 1 300; exit 1")
    with pytest.raises(Failure) as failed:
        build(tree, "kernel")
    shown = str(failed.value).splitlines()
    assert shown[building.SHOWN_LINES] == str(building.SHOWN_LINES)
    assert shown[-1] == f"… and {300 - building.SHOWN_LINES} more lines"
    assert "\n300\n" in (tree.root / "build/kernel/build.log").read_text()


def test_the_next_build_after_a_failure_works(tree: Tree) -> None:
    make(tree.root, "exit 1")
    with pytest.raises(Failure):
        build(tree, "kernel")
    make(tree.root, "echo mended > $1")
    assert (build(tree, "kernel") / "Image").read_text() == "mended\n"


def test_an_unknown_target_is_named(tree: Tree) -> None:
    with pytest.raises(Failure, match="unknown target 'nothing'"):
        build(tree, "kernel", ["nothing"])


def test_a_configuration_that_fails_shows_cmake(tree: Tree) -> None:
    text = (tree.root / "CMakeLists.txt").read_text()
    (tree.root / "CMakeLists.txt").write_text(text + 'message(FATAL_ERROR "not like this")\n')
    with pytest.raises(Failure, match="(?s)configuring kernel failed.*not like this"):
        build(tree, "kernel")
    (tree.root / "CMakeLists.txt").write_text(text)
    build(tree, "kernel")


def test_a_full_disk_is_called_that(tree: Tree) -> None:
    make(tree.root, "echo 'fatal error: error writing to x.s: No space left on device'; exit 1")
    with pytest.raises(Failure, match="the disk is full") as failed:
        build(tree, "kernel")
    assert "Free some space" in (failed.value.hint or "")


def test_output_without_any_telling_line_is_shown_as_it_is() -> None:
    assert telling(["ninja: Entering directory `x'", "[1/2] a"]) == [
        "ninja: Entering directory `x'",
        "[1/2] a",
    ]


def test_the_users_shell_does_not_change_the_build(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXXFLAGS", "-Ofast")
    assert "CXXFLAGS" not in environment(tree)


def test_all_stages_of_a_clone_share_ccache(tmp_path: Path) -> None:
    (tmp_path / "tessera").touch()
    nested = tmp_path / "build/stages/03"
    nested.mkdir(parents=True)
    assert (
        environment(Tree(nested))["CCACHE_BASEDIR"]
        == environment(Tree(tmp_path))["CCACHE_BASEDIR"]
        == str(tmp_path)
    )


def test_without_a_writable_home_ccache_stays_in_the_build_folder(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("CCACHE_DIR", raising=False)
    assert environment(tree)["CCACHE_DIR"] == str(tree.root / "build/ccache")


def test_libfdt_is_passed_on(tree: Tree) -> None:
    folder = build(tree, "kernel")
    assert (
        f"TESSERA_LIBFDT:UNINITIALIZED={tree.root}/build/deps/libfdt"
        in (folder / "CMakeCache.txt").read_text()
    )


def test_two_builds_of_one_tree_wait_for_each_other(tree: Tree) -> None:
    build(tree, "kernel")
    make(tree.root, "echo second > $1")
    waiting = threading.Thread(target=build, args=(tree, "kernel"))
    with locked(tree.build / "lock", ""):
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive() and (tree.root / "build/kernel/Image").read_text() == "first\n"
    waiting.join(timeout=30)
    assert (tree.root / "build/kernel/Image").read_text() == "second\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_compiler_behind(tree: Tree, repository: Path, number: int) -> None:
    make(tree.root, "echo $$ > pid; exec sleep 100")
    code = (
        f"import sys; sys.path.insert(0, {str(repository / 'scripts')!r})\n"
        "import signal; from pathlib import Path\n"
        "from tessera import cli, build; from tessera.tree import Tree\n"
        "signal.signal(signal.SIGTERM, cli._terminate)\n"
        f"build.build(Tree(Path({str(tree.root)!r})), 'kernel')\n"
    )
    tool = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    pid = eventually(lambda: int((tree.root / "build/kernel/pid").read_text()))
    tool.send_signal(number)
    assert tool.wait(timeout=20) != 0
    eventually(lambda: is_gone(pid))
