"""A console dialogue: what to type once the guest has printed its prompt."""
from __future__ import annotations

from typing import Sequence

from tessera.chapter import Exchange


class Dialogue:
    """Walks through the exchanges as output arrives."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = list(exchanges)
        self._from = 0  # output before this place answered an earlier exchange

    @property
    def awaited(self) -> Exchange | None:
        """The exchange whose prompt has not come yet."""
        return self._exchanges[0] if self._exchanges else None

    def answers(self, output: bytes | bytearray) -> bytes:
        """What to type now, given all output so far."""
        typed = b""
        while self._exchanges:
            prompt = self._exchanges[0].expect.encode()
            found = output.find(prompt, self._from)
            if found < 0:
                break
            self._from = found + len(prompt)
            typed += self._exchanges.pop(0).send.encode()
        return typed
