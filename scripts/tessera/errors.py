"""The two ways in which a command ends badly."""
from __future__ import annotations


class TesseraError(Exception):
    """An error meant for the user: one sentence, and what to do about it if that is known."""

    status = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Failure(TesseraError):
    """The work could not be done, or a check failed: exit status 1."""


class Misuse(TesseraError):
    """What was asked for makes no sense, or the machine lacks what it needs: exit status 2."""

    status = 2
