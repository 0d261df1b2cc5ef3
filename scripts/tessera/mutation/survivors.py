"""tests/mutation/survivors.toml: mutants that no test can kill, each with the reason."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tessera import toml_lines
from tessera.errors import Failure
from tessera.mutation.mutants import Mutant
from tessera.toml_reader import Reader

FILE = Path("tests/mutation/survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """One entry. All but the reason is the mutant's key, whatever happens to other lines."""

    file: str
    function: str
    line: str
    change: str
    reason: str
    occurrence: int = 1

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """The key of the mutant that is meant."""
        return self.file, self.function, self.line, self.change, self.occurrence


def read(root: Path) -> list[Survivor]:
    """All entries. \\raises Failure  with file and line of what is wrong"""
    try:
        reader = Reader(toml_lines.parse((root / FILE).read_bytes()), str(FILE))
    except FileNotFoundError:
        return []
    except toml_lines.TomlError as error:
        raise Failure(f"{FILE}:{error.line}: {error}") from error
    found: dict[tuple[str, str, str, str, int], Survivor] = {}
    for path, table in reader.tables(("survivor",), reader.file.values.get("survivor", [])):
        values = reader.table(Survivor, path, table)
        if not values.get("reason", "-").strip():
            reader.wrong((*path, "reason"), "say why no test can kill it")
        if reader.mistakes:
            continue
        survivor = Survivor(**values)
        if survivor.key in found:
            reader.wrong(path, "this mutant is listed twice")
        found[survivor.key] = survivor
    if reader.mistakes:
        raise Failure("\n".join(text for _, text in sorted(reader.mistakes)))
    return list(found.values())


def entry(mutant: Mutant) -> str:
    """What to write into the file for a mutant, but for the reason."""
    file, function, line, change, occurrence = mutant.key
    values = {"file": file, "function": function, "line": line, "change": change}
    lines = [f"{name} = {_quoted(value)}" for name, value in values.items()]
    more = [f"occurrence = {occurrence}"] if occurrence > 1 else []
    return "\n".join(["[[survivor]]", *lines, *more, 'reason = ""'])


def _quoted(text: str) -> str:
    """A TOML string, as it stands if that can be."""
    return json.dumps(text, ensure_ascii=False) if "'" in text else f"'{text}'"
