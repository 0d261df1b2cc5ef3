"""A synthetic stack of two stages, for `./tessera test`: builds and tests are shell commands."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from stacks import Files, commit, make_stack, stage_files, write

from tessera.commands import test as command
from tessera.suite import content
from tessera.tree import Tree

CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project(fake LANGUAGES NONE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS kernel/CHAPTER kernel/build)
file(STRINGS kernel/CHAPTER NN)
file(STRINGS kernel/build BUILD)
add_custom_target(Image ALL COMMAND ${BUILD})
enable_testing()
add_test(NAME ${NN}.unit.Part.Works COMMAND sh ${CMAKE_SOURCE_DIR}/tests/unit/part.sh)
add_test(NAME ${NN}.check.layers COMMAND sh -c "echo ${NN} >> $LOG")
if(NN STREQUAL "02")
    add_test(NAME tools.demo COMMAND sh -c "echo tools >> $LOG")
    add_test(NAME spec.demo COMMAND sh -c "echo spec >> $LOG")
endif()
"""
PRESETS = {
    "version": 6,
    "configurePresets": [
        {"name": name, "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"}
        for name in command.PRESETS
    ],
}
TESSERA = """\
#!/bin/sh
echo "$*" >> "$LOG"
echo "tessera $*"
if [ -e fails ]; then exit 1; fi
"""


def files_of(number: int) -> Files:
    """The staged files: what is built is `true`, the unit test passes."""
    return stage_files(number) | {"kernel/build": "true\n", "tests/unit/part.sh": "echo fine\n"}


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_stack(tmp_path_factory.mktemp("suite") / "master", 2, files_of)
    write(
        root,
        {"CMakeLists.txt": CMAKE, "CMakePresets.json": json.dumps(PRESETS), "tessera": TESSERA},
    )
    (root / "tessera").chmod(0o755)
    commit(root, "A build")
    return root


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests write down that they ran."""
    file = tmp_path / "log"
    file.touch()
    monkeypatch.setenv("LOG", str(file))
    monkeypatch.setenv("TESSERA_SETUP", "off")
    return file


@pytest.fixture
def root(master: Path, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(content, "toolchain", lambda host: "compiler 1")
    monkeypatch.setattr(command, "PRESETS", ("kernel", "host"))
    monkeypatch.setattr(command, "_set_up_site_tests", lambda tree: None)  # it has no book
    return Path(shutil.copytree(master, tmp_path / "clone", symlinks=True))


def tessera_test(root: Path, *argv: str) -> int:
    """`./tessera test ARGV` in this process."""
    from tessera.cli import Parser

    parser = Parser()
    command.arguments(parser)
    return command.execute(parser.parse_args(list(argv)), Tree(root))


def ran(log: Path) -> list[str]:
    """What ran since the last time."""
    lines = sorted(log.read_text().splitlines())
    log.write_text("")
    return lines
