"""Running Doxygen over the book's text and the kernel."""
from __future__ import annotations

import subprocess
from pathlib import Path
from string import Template
from typing import Iterable
from xml.etree import ElementTree

from tessera.errors import Failure
from tessera.programs import HEARD


class _AtTemplate(Template):
    """Placeholders as `@name@`, because Doxygen's configuration has dollars of its own."""

    pattern = r"(?P<escaped>@@)|@(?P<named>[a-z]+)@|(?P<braced>(?!))|(?P<invalid>(?!))"


def run(root: Path, form: Path, output: Path, inputs: Iterable[Path]) -> Path:
    """Renders all of `inputs` and returns the folder with the HTML; a warning is an error."""
    output.mkdir(parents=True, exist_ok=True)
    values = {"root": root, "output": output, "input": " ".join(f'"{path}"' for path in inputs)}
    text = _AtTemplate(form.read_text(encoding="utf-8")).substitute(values)
    (output / "Doxyfile").write_text(text, encoding="utf-8")
    done = subprocess.run(["doxygen", str(output / "Doxyfile")], cwd=root, **HEARD, check=False)
    warnings = (output / "warnings.log").read_text(encoding="utf-8").replace(f"{root}/", "")
    if done.returncode != 0 or warnings.strip():
        raise Failure(f"Doxygen is not content:\n{warnings.strip() or done.stdout.strip()}")
    return output / "html"


def files(output: Path, root: Path) -> dict[str, str]:
    """The path of each source file, inside the tree at `root`, by Doxygen's page on it."""
    found = {}
    for compound in ElementTree.parse(output / "tags.xml").iterfind("compound[@kind='file']"):
        path = compound.findtext("path", "") + compound.findtext("name", "")
        page = compound.findtext("filename", "").removesuffix(".html")
        found[f"{page}.html"] = path.removeprefix(f"{root}/")
    return found


def types(output: Path) -> dict[str, str]:
    """Doxygen's page on each type, by its name without the namespace `k`."""
    kinds = ("class", "struct", "union")
    return {
        compound.findtext("name", "").removeprefix("k::"): compound.findtext("filename", "")
        for compound in ElementTree.parse(output / "tags.xml").iterfind("compound")
        if compound.get("kind") in kinds
    }
