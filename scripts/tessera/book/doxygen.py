"""Running Doxygen over the book's text and the kernel."""
from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Iterable
from xml.etree import ElementTree

from tessera.errors import Failure
from tessera.programs import HEARD


class _AtTemplate(Template):
    """Placeholders as `@name@`, because Doxygen's configuration has dollars of its own."""

    pattern = r"(?P<escaped>@@)|@(?P<named>[a-z]+)@|(?P<braced>(?!))|(?P<invalid>(?!))"


@dataclass(frozen=True)
class Member:
    """Where the reference describes something: `Pl011::put` and the like."""

    name: str
    file: str  # Doxygen's page
    anchor: str


def run(root: Path, form: Path, output: Path, inputs: Iterable[Path]) -> Path:
    """Renders everything in `inputs` and returns the folder with the HTML; a warning is an error."""
    output.mkdir(parents=True, exist_ok=True)
    values = {"root": root, "output": output, "input": " ".join(f'"{path}"' for path in inputs)}
    text = _AtTemplate(form.read_text(encoding="utf-8")).substitute(values)
    (output / "Doxyfile").write_text(text, encoding="utf-8")
    done = subprocess.run(["doxygen", str(output / "Doxyfile")], cwd=root, **HEARD, check=False)
    warnings = (output / "warnings.log").read_text(encoding="utf-8").replace(f"{root}/", "")
    if done.returncode != 0 or warnings.strip():
        raise Failure(f"Doxygen is not content:\n{warnings.strip() or done.stdout.strip()}")
    return output / "html"


def members(output: Path) -> dict[str, list[Member]]:
    """What the reference describes, by its name without the namespace `k`."""
    found: dict[str, list[Member]] = {}
    for compound in ElementTree.parse(output / "tags.xml").iter("compound"):
        name, kind = compound.findtext("name", ""), compound.get("kind")
        scope = name if kind in ("class", "struct", "union", "namespace", "concept") else ""
        if kind in ("class", "struct", "union", "concept"):
            _add(found, Member(_short(name), compound.findtext("filename", ""), ""))
        for member in compound.iter("member"):
            inside = f"{scope}::{member.findtext('name', '')}" if scope else member.findtext("name", "")
            _add(found, Member(_short(inside), member.findtext("anchorfile", ""),
                               member.findtext("anchor", "")))
    return found


def _add(found: dict[str, list[Member]], member: Member) -> None:
    known = found.setdefault(member.name, [])
    if member not in known:
        known.append(member)


def _short(name: str) -> str:
    """A name without the namespace `k` and unnamed ones."""
    name = re.sub(r"(?:anonymous_namespace\{[^}]*\}|@\w+)(?:::)?", "", name)
    return name.removeprefix("k::")
