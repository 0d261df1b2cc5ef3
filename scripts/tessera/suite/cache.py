"""Results that need not be made again: those of parts that were all green, by content."""
from __future__ import annotations

import json
from pathlib import Path

from tessera.stages.store import write_whole
from tessera.suite.outcome import FAILED, SKIPPED, Outcome


class Cache:
    """Green results, one entry a part, in one JSON file in the build folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._entries: dict[str, dict] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._entries = {}  # none yet, or cut short by a full disk: nothing is lost but time

    def get(self, part: str, key: str) -> list[Outcome] | None:
        """The results of `part` if they were made from the same content, otherwise None."""
        entry = self._entries.get(part)
        if entry is None or entry["key"] != key:
            return None
        return [Outcome(*row) for row in entry["outcomes"]]

    def put(self, part: str, key: str, outcomes: list[Outcome]) -> None:
        """Remembers results if there are some and none is red; forgets earlier ones otherwise."""
        self._entries.pop(part, None)
        if outcomes and not any(outcome.status == FAILED for outcome in outcomes):
            rows = [
                [o.name, o.status, o.seconds, o.reason if o.status == SKIPPED else ""]
                for o in outcomes
            ]
            self._entries[part] = {"key": key, "outcomes": rows}

    def save(self) -> None:
        """Writes the file, all of it or nothing."""
        write_whole(self._file, json.dumps(self._entries, indent=1).encode())
