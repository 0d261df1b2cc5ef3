"""A line on each file that a chapter changes: the author's own, or the file's first sentence.

`chapters/NN/files.toml` has the author's lines, by path, and `chapters/files.toml` has lines for files
that many chapters change. For a file in neither speaks the first sentence of its own description: behind
`\\file`, in its first comment, or under the title of a README. A test says which suites are in it.
"""
from __future__ import annotations

import re
from pathlib import Path

from tessera import toml_lines
from tessera.book.changes import Change
from tessera.book.sources import Sources
from tessera.errors import Failure
from tessera.tree import Tree

_MARKS = re.compile(r"^\s*(///?|/\*\*?|\*/|\*|#+!?)\s?|\s*\*/\s*$")

_SUITE = re.compile(r"^(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\(\s*(\w+)", re.MULTILINE)


def explain(tree: Tree, sources: Sources, stage: int, changes: list[Change]) -> dict[str, str]:
    """For each changed file its line; Failure names those that have none, and lines for no file."""
    where = f"chapters/{stage:02}/files.toml"
    own = _lines(tree.chapter_dir(stage) / "files.toml", where)
    common = _lines(tree.root / "chapters/files.toml", "chapters/files.toml")
    paths = {change.path for change in changes}
    wrong = [
        f"{where}: chapter {stage:02} does not change '{path}'" for path in own if path not in paths
    ]
    found = {}
    for change in changes:
        found[change.path] = (
            own.get(change.path)
            or common.get(change.path)
            or _first_sentence(sources, stage, change)
        )
        if not found[change.path]:
            wrong.append(f"{where}: '{change.path}' says nowhere what it is; add a line on it")
    if wrong:
        raise Failure("\n".join(wrong))
    return found


def _lines(file: Path, where: str) -> dict[str, str]:
    """A file of lines by path; none where there is no such file."""
    if not file.is_file():
        return {}
    try:
        values = toml_lines.parse(file.read_bytes()).values
    except toml_lines.TomlError as error:
        raise Failure(f"{where}:{error.line}: {error}") from error
    if wrong := [
        path for path, line in values.items() if not isinstance(line, str) or "\n" in line
    ]:
        raise Failure(f"{where}: not one line of text: {', '.join(wrong)}")
    return values


def _first_sentence(sources: Sources, stage: int, change: Change) -> str:
    """What the file says of itself; a source file without a word has its header's."""
    if not change.after:
        return "Gone: no longer needed."
    for path in (change.path, re.sub(r"\.cpp$", ".hpp", change.path)):
        if path in sources.files[stage]:
            text = sources.text(stage, path)
            if said := summary(path, text) or _suites(text):
                return said
    return ""


def summary(path: str, text: str) -> str:
    """The first sentence of a file's own description; empty if it has none."""
    lines = text.splitlines()
    if path.endswith(".md"):
        lines = [line for line in lines if not line.startswith("# ")]
    elif path.endswith((".hpp", ".cpp")):
        at = next((at for at, line in enumerate(lines) if line.strip() == "/// \\file"), None)
        lines = lines[at + 1 :] if at is not None else []
    paragraph = []
    for line in lines:
        words = _MARKS.sub("", line).strip()
        is_text = path.endswith(".md") or re.match(r"\s*(//|/\*|\*|#|  )", line)
        if not words or not is_text:
            if paragraph:
                break
            if words:
                return ""
            continue
        paragraph.append(words)
    return re.split(r"(?<=\.)\s", " ".join(paragraph) + " ")[0].rstrip()


def _suites(text: str) -> str:
    """What a file of tests is about, by the names of its suites."""
    names = list(dict.fromkeys(_SUITE.findall(text)))
    return f"Tests: {', '.join(names)}." if names else ""
